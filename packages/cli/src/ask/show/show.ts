/** `spanline show`: the traces of an id, and the content of their spans. */

import { type Filter, findTrace, type Trace, toTest } from '@spanline/query';
import type { SpanRecord } from '@spanline/record';
import { fail } from '../../fail.ts';
import { type Block, cell, type Report } from '../../report/index.ts';
import { defineQuestion } from '../../source/index.ts';
import { limitOf } from '../limit.ts';
import { CONTENT_KINDS, createContentReader } from './contents.ts';
import { spanFacts } from './span-facts.ts';
import { spanData } from './trace-data.ts';

const HELP = `spanline show [source] <id> [filter]

Shows the traces of a request, trace, span, session or user as trees. The first digits of the id of a
trace or span are enough. For a
span, its facts follow. With a filter, content is shown of the spans that pass it.

  --prompt        messages that models got, restored from the lines of the trace
  --documents     documents that retrievers returned
  --tools         calls of tools: arguments, results, errors
  --answer        messages that models answered
  --raw           the lines themselves, in the canonical form
  --limit n       at most n traces (10), the newest, and as many lines of the application
`;

const USUAL_LIMIT = 10;

interface ShowFlags {
  readonly prompt?: boolean;
  readonly documents?: boolean;
  readonly tools?: boolean;
  readonly answer?: boolean;
  readonly raw?: boolean;
  readonly limit?: string;
}

const isOf =
  (traceIds: ReadonlySet<string>) =>
  (record: SpanRecord): boolean =>
    traceIds.has(record.trace_id ?? '');

/** The newest traces, in the order of time. */
function newestIds({ roots }: Trace, limit: number): Set<string> {
  const ids = [...new Set(roots.toReversed().map(({ item }) => item.record.trace_id ?? ''))];
  return new Set(ids.slice(0, limit).toReversed());
}

function treeBlocks(trace: Trace, traceIds: ReadonlySet<string>): Block[] {
  const scores = trace.others.filter(({ kind }) => kind === 'score').map(({ record }) => record);
  return [...traceIds].map((id) => ({
    kind: 'tree',
    records: [...trace.spans, ...scores].filter((record) => (record.trace_id ?? '') === id),
  }));
}

/** Lines of the application and alerts. */
function lineBlocks({ others }: Trace, traceIds: ReadonlySet<string>, limit: number): Block[] {
  const lines = others
    .filter(({ kind, record }) => (kind === 'log' || kind === 'alert') && isOf(traceIds)(record))
    .map(({ record }) => record);
  if (lines.length === 0) return [];
  const shown = lines.slice(0, limit);
  const tone = (level: string | undefined): 'red' | 'yellow' | 'plain' =>
    level === 'error' || level === 'fatal' ? 'red' : level === 'warn' ? 'yellow' : 'plain';
  return [
    { kind: 'heading', text: `${cell.amount(lines.length, 'line')} of the application` },
    {
      kind: 'table',
      columns: [
        {
          head: 'time (UTC)',
          drop: 1,
          cells: shown.map((line) => cell.time(Date.parse(line['@timestamp'] ?? '') || undefined)),
        },
        { head: 'level', cells: shown.map(({ level }) => ({ text: level ?? '', tone: tone(level) })) },
        { head: 'message', isFlexible: true, cells: shown.map(({ message }) => message ?? '') },
      ],
    },
  ];
}

function notes(trace: Trace, shown: ReadonlySet<string>): Block[] {
  const left = new Set(trace.spans.map((record) => record.trace_id ?? '')).size - shown.size;
  const texts = [
    ...(left > 0
      ? [
          `${cell.amount(left, 'older trace')} ${left === 1 ? 'is' : 'are'} not shown; --limit ${left + shown.size} shows all.`,
        ]
      : []),
    ...(trace.isCut ? ['There are more lines than were read.'] : []),
    ...(trace.spans.length === 0 ? ['The lines of this id hold no span.'] : []),
  ];
  return texts.length === 0 ? [] : [{ kind: 'text', text: texts.join(' '), tone: 'dim' }];
}

function rawReport(trace: Trace, isShown: (record: SpanRecord) => boolean): Report {
  const records = [...trace.spans, ...trace.others.map(({ record, rest }): object => ({ ...rest, ...record }))].filter(
    (record) => isShown(record as SpanRecord),
  );
  return { blocks: [{ kind: 'lines', lines: records.map((record) => JSON.stringify(record)) }], data: records };
}

function traceReport(trace: Trace, flags: ShowFlags, filter: Filter, hasFilter: boolean): Report {
  const limit = limitOf(flags.limit, USUAL_LIMIT);
  const traceIds = newestIds(trace, limit);
  const passes = toTest(filter);
  const shown = trace.spans.filter(isOf(traceIds));
  const isOwn = (record: SpanRecord): boolean => trace.by === 'span' && record.span_id === trace.id;
  if (flags.raw === true) return rawReport(trace, trace.by === 'span' ? isOwn : isOf(traceIds));
  const chosen = shown.filter((record) => (trace.by === 'span' ? isOwn(record) : passes(record)));
  const lines = [...shown, ...trace.others.map(({ record }) => record).filter(isOf(traceIds))];
  const readContents = createContentReader(lines);
  const contents = CONTENT_KINDS.filter((kind) => flags[kind] === true).map((kind) => ({
    kind,
    ...readContents(kind, chosen, (record) => hasFilter || isOwn(record)),
  }));
  const own = shown.find(isOwn);
  return {
    blocks: [
      ...treeBlocks(trace, traceIds),
      ...(own === undefined ? [] : [spanFacts(own)]),
      ...(contents.length > 0 ? [] : lineBlocks(trace, traceIds, limit)),
      ...contents.flatMap(({ blocks }) => blocks),
      ...notes(trace, traceIds),
    ],
    data: {
      id: trace.id,
      by: trace.by,
      traceIds: [...traceIds],
      isCut: trace.isCut,
      spans: spanData(trace).filter(({ traceId }) => traceIds.has(traceId ?? '')),
      ...Object.fromEntries(contents.map(({ kind, data }) => [kind, data])),
    },
  };
}

function missing(id: string, candidates: readonly string[]): Report {
  const short = /^[0-9a-f]{1,3}$/i.test(id) ? ' At least four digits of an id are needed.' : '';
  const text =
    candidates.length === 0
      ? `No line has the id ${id}.${short} spanline ls lists traces.`
      : `Several ids begin with ${id}: ${candidates.join(', ')}`;
  return { blocks: [{ kind: 'text', text }], data: { id, candidates }, isOk: false };
}

/** Runs `spanline show`. */
export const show = defineQuestion({
  name: 'show',
  help: HELP,
  words: 1,
  flags: { prompt: 'switch', documents: 'switch', tools: 'switch', answer: 'switch', raw: 'switch', limit: 'text' },
  async answer({ query, filter, words: [id], flags, read }): Promise<Report> {
    if (!id) fail('id', 'given: of a request, trace, span, session or user; spanline ls lists traces');
    const found = await findTrace(query, id, read);
    if ('candidates' in found) return missing(id, found.candidates);
    return traceReport(found.trace, flags, filter, filter.kind !== 'all');
  },
});
