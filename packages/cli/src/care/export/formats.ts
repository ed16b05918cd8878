/** The formats of `spanline export`. */

import { Readable } from 'node:stream';
import {
  createTable,
  datasetItems,
  type DatasetOptions,
  type Filter,
  open,
  otlpJson,
  parseFilter,
  type Query,
  type ReadOptions,
  type ReadRecord,
  traceEvents,
  findTrace,
} from '@spanline/query';
import type { SpanRecord } from '@spanline/record';
import type { CommandIo } from '../../command.ts';
import { fail } from '../../fail.ts';
import type { LinePolicy } from './capture.ts';
import { type Target, writeFile, writeStream } from './write-out.ts';

/** Flags of formats. */
interface FormatFlags {
  readonly columns?: string;
  readonly spans?: string;
  readonly unique?: boolean;
}

/** The input of a format. */
interface ExportJob {
  readonly query: Query;
  readonly sources: readonly string[];
  readonly filter: Filter;
  /** Of the trace that is asked for. */
  readonly id: string | undefined;
  readonly policy: LinePolicy;
  readonly flags: FormatFlags;
  readonly read: ReadOptions;
  readonly target: Target;
  readonly io: CommandIo;
}

/** The outcome of a format. */
export interface Written {
  /** Size of the file; `undefined` for the standard output. */
  readonly bytes: number | undefined;
  /** Spans, or items of a dataset. */
  readonly count: number;
  readonly notes?: readonly string[];
}

type Format = (job: ExportJob) => Promise<Written>;

/** Spans that pass, and how many were read. */
interface CountedSpans {
  count: number;
  any(): boolean;
  /** Begins to read them. */
  read(): AsyncGenerator<SpanRecord>;
}

function spansOf({ query, filter, read, policy }: ExportJob): CountedSpans {
  const spans: CountedSpans = {
    count: 0,
    any: () => spans.count > 0,
    async *read() {
      spans.count = 0;
      for await (const record of query.spans(filter, read)) {
        const line = policy({ kind: 'span' as const, record, rest: {} });
        if (line === undefined) continue;
        spans.count++;
        yield line.record;
      }
    },
  };
  return spans;
}

function tableOf({ flags: { columns }, sources }: ExportJob, spans: CountedSpans): ReturnType<typeof createTable> {
  if (columns === undefined && sources.includes('-'))
    fail('--columns', 'given for the standard input, which can be read once');
  return createTable(
    spans.read,
    columns?.split(',').map((name) => name.trim()),
  );
}

const csv: Format = async (job) => {
  const spans = spansOf(job);
  const bytes = await writeStream(job.target, tableOf(job, spans).csv(), job.io, spans.any);
  return { bytes, count: spans.count };
};

function refuseTerminal({ target, io }: ExportJob, name: string): void {
  if (target.path === '-' && io.stdout.isTTY === true) fail('--out', `a file: ${name} is no text`);
}

const arrow: Format = async (job) => {
  refuseTerminal(job, 'Arrow');
  const spans = spansOf(job);
  const bytes = await writeStream(job.target, tableOf(job, spans).arrow(), job.io, spans.any);
  return { bytes, count: spans.count };
};

const parquet: Format = async (job) => {
  const { target, io } = job;
  refuseTerminal(job, 'Parquet');
  const spans = spansOf(job);
  const table = tableOf(job, spans);
  const bytes = await writeFile(target, (path) => table.writeParquet(path), io, spans.any);
  return { bytes, count: spans.count };
};

/** A format of text that is made of a stream of spans. */
const ofSpans =
  (write: (spans: AsyncIterable<SpanRecord>) => AsyncIterable<string>): Format =>
  async (job) => {
    const spans = spansOf(job);
    const bytes = await writeStream(job.target, write(spans.read()), job.io, spans.any);
    return { bytes, count: spans.count };
  };

async function* applied(lines: AsyncIterable<ReadRecord>, policy: LinePolicy): AsyncGenerator<ReadRecord> {
  for await (const line of lines) {
    const changed = policy(line);
    if (changed !== undefined) yield changed;
  }
}

const SCORES = parseFilter('event:gen_ai.evaluation.result');
const URL_START = /^https?:/i;
const MOST_NAMED = 10;
/** Ids of traces that a cluster is asked for at once. */
const TRACES_AT_ONCE = 200;

/** All lines of traces in which a span passes. A cluster is asked for those alone. */
async function* linesOf({ query, sources, filter, read }: ExportJob): AsyncGenerator<ReadRecord> {
  if (!sources.some((source) => URL_START.test(source))) {
    yield* query.records('*', read);
    return;
  }
  const ids: string[] = [];
  for await (const { traceId } of query.traces(filter, read)) ids.push(traceId);
  for (let at = 0; at < ids.length; at += TRACES_AT_ONCE)
    yield* query.records(`trace:(${ids.slice(at, at + TRACES_AT_ONCE).join(' OR ')})`, read);
}

const dataset: Format = async (job) => {
  const { query, sources, filter, policy, flags, read, target, io } = job;
  const { spans = 'llm', unique = false } = flags;
  if (spans !== 'llm' && spans !== 'root') fail('--spans', 'llm or root');
  // The standard input can be read once: scores are those beside the trace.
  const scores = sources.includes('-') ? {} : { scores: applied(query.records(SCORES, read), policy) };
  let count = 0;
  let empty = 0;
  async function* lines(): AsyncGenerator<string> {
    const onEmpty = (): void => void empty++;
    const options: DatasetOptions = { filter, spans: spans === 'root' ? 'root' : 'llm', unique, onEmpty, ...scores };
    for await (const item of datasetItems(applied(linesOf(job), policy), options)) {
      count++;
      yield `${JSON.stringify(item)}\n`;
    }
  }
  const bytes = await writeStream(target, lines(), io, () => count > 0);
  const notes = empty === 0 ? [] : [`${empty} ${empty === 1 ? 'span has' : 'spans have'} no input and made no item.`];
  return { bytes, count, notes };
};

const severalNote = (id: string, candidates: readonly string[]): string[] =>
  candidates.length === 0 ? [] : [`Several traces have the id ${id}: ${candidates.slice(0, MOST_NAMED).join(', ')}`];

/** A trace is read a second time from the lines that the policy left. */
const html: Format = async (job) => {
  const { query, id, policy, read, target, io } = job;
  if (id === undefined) fail('id', 'given behind html: of a trace, request or span; spanline ls lists traces');
  const found = await findTrace(query, id, read);
  if ('candidates' in found) return { bytes: 0, count: 0, notes: severalNote(id, found.candidates) };
  const [traceId, ...others] = found.trace.traceIds;
  if (traceId === undefined || others.length > 0)
    return { bytes: 0, count: 0, notes: severalNote(id, found.trace.traceIds) };
  const { spans, others: lines } = found.trace;
  const all = [...spans.map((record) => ({ kind: 'span' as const, record, rest: {} })), ...lines];
  const left = all
    .flatMap((line) => policy(line) ?? [])
    .map(({ rest, record }) => `${JSON.stringify({ ...rest, ...record })}\n`);
  const trace = await open(Readable.from(left)).trace(traceId);
  if (trace === undefined) return { bytes: 0, count: 0 };
  const [{ traceFile }, { createItemizer }] = await Promise.all([import('@spanline/viewer'), import('@spanline/core')]);
  const page = Readable.from([traceFile(trace, { itemize: createItemizer() })]) as AsyncIterable<string>;
  const bytes = await writeStream(target, page, io, () => true);
  return { bytes, count: trace.spans.length };
};

/** All formats, by name. */
export const FORMATS: Readonly<Record<string, Format>> = {
  csv,
  dataset,
  parquet,
  arrow,
  perfetto: ofSpans(traceEvents),
  otlp: ofSpans(otlpJson),
  html,
};
