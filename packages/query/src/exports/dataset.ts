/** Model calls, or requests, as items of a dataset for evaluations. */

import { createHash } from 'node:crypto';
import {
  checkOptions,
  option,
  reconstructMessages,
  type Shape,
  type SpanRecord,
  type TreeNode,
  parseContent,
} from '@spanline/record';
import { toTrees, type TraceSpan } from '../answers/index.ts';
import { ALL, type Filter, toTest } from '../filter/index.ts';
import { isSpanEnd, type ReadRecord } from '../records/index.ts';
import { byTrace } from './by-trace.ts';
import { type DatasetScore, expectedOutput } from './expected-output.ts';

/** An item of a dataset. A missing fact is an absent field. */
export interface DatasetItem {
  /** Id of the span. */
  readonly id: string;
  readonly trace_id: string;
  /** Messages in OpenTelemetry's shape (`role`, `parts`), or any other JSON. References are resolved. */
  readonly input?: unknown;
  readonly output?: unknown;
  /** The right output, as far as people have said it: a correction, else the output that a user liked. */
  readonly expected?: unknown;
  /** Facts of the span by name, `labels` by their names. `missing` lists references that no line resolves. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly scores: readonly DatasetScore[];
}

/** Options of {@link datasetItems}. */
export interface DatasetOptions {
  /** Only spans that pass. @defaultValue all */
  filter?: Filter;
  /**
   * `llm`: one item for each model call. `root`: one for each trace, of its root or, if that has no content, of the
   * first span below it that has.
   *
   * @defaultValue `llm`
   */
  spans?: 'llm' | 'root';
  /** Only the first item of each input. @defaultValue false */
  unique?: boolean;
  /**
   * Lines of scores. People score answers long after they were given, so that a score may stand far behind its trace.
   *
   * @defaultValue those that are read while the trace is open
   */
  scores?: AsyncIterable<ReadRecord>;
  /** Called for a span that would be an item and has no input. Its output alone is no item. */
  onEmpty?: () => void;
}

const SHAPE: Shape<DatasetOptions> = {
  filter: option.like<Filter>('a filter of parseFilter', (value) => typeof (value as Filter).kind === 'string'),
  spans: option.oneOf(['llm', 'root']),
  unique: option.boolean(),
  scores: option.like<AsyncIterable<ReadRecord>>(
    'lines that were read',
    (value) => typeof value === 'object' && value !== null && Symbol.asyncIterator in value,
  ),
  onEmpty: option.callback(),
};

const METADATA = {
  name: 'span.name',
  type: 'span.type',
  status: 'span.status',
  start: 'event.start',
  duration_ms: 'duration_ms',
  model: 'gen_ai.request.model',
  provider: 'gen_ai.provider.name',
  input_tokens: 'gen_ai.usage.input_tokens',
  output_tokens: 'gen_ai.usage.output_tokens',
  cost_usd: 'spanline.cost.usd',
  prompt: 'gen_ai.prompt.name',
  prompt_version: 'gen_ai.prompt.version',
  service: 'service.name',
  request: 'http.request.id',
  session: 'session.id',
  user: 'user.id',
  error: 'error.type',
} as const satisfies Readonly<Record<string, keyof SpanRecord>>;
const JSON_METADATA = { system: 'gen_ai.system_instructions', tools: 'gen_ai.tool.definitions' } as const;
const LABEL = 'labels.';

/** Bytes of lines of traces that are open at once. */
const MAX_BYTES = 128_000_000;

const parsed = (text: string | undefined): unknown => (text === undefined ? undefined : parseContent(text));

const present = (entries: readonly (readonly [string, unknown])[]): Record<string, unknown> =>
  Object.fromEntries(entries.filter(([, value]) => value !== undefined));

function metadataOf(record: SpanRecord, missing: readonly string[]): Record<string, unknown> {
  const labels = Object.entries(record).filter(([key]) => key.startsWith(LABEL));
  return present([
    ...Object.entries(METADATA).map(([name, key]) => [name, record[key]] as const),
    ...Object.entries(JSON_METADATA).map(([name, key]) => [name, parsed(record[key])] as const),
    [
      'labels',
      labels.length === 0 ? undefined : present(labels.map(([key, value]) => [key.slice(LABEL.length), value])),
    ],
    ['missing', missing.length === 0 ? undefined : missing],
  ]);
}

function toScore(record: SpanRecord): DatasetScore {
  return {
    name: record['gen_ai.evaluation.name'] ?? '',
    ...present([
      ['value', record['gen_ai.evaluation.score.value']],
      ['label', record['spanline.evaluation.label']],
      ['source', record['spanline.evaluation.source']],
      ['explanation', record['gen_ai.evaluation.explanation']],
    ]),
  };
}

/** Scores by trace and span. A score without a span is one of its trace. */
type ScoresBySpan = Map<string, Map<string, DatasetScore[]>>;

function addScore(scores: ScoresBySpan, record: SpanRecord): void {
  const { trace_id: trace = '', span_id: span = '' } = record;
  const ofTrace = scores.get(trace) ?? new Map<string, DatasetScore[]>();
  scores.set(trace, ofTrace);
  ofTrace.set(span, [...(ofTrace.get(span) ?? []), toScore(record)]);
}

const isScore = ({ kind }: ReadRecord): boolean => kind === 'score';

/** A trace whose lines are all there. */
interface WholeTrace {
  readonly lines: readonly SpanRecord[];
  readonly spans: readonly SpanRecord[];
  /** Scores by span; those of the trace under the empty id. */
  readonly scores: ReadonlyMap<string, readonly DatasetScore[]>;
}

function itemOf({ lines, scores }: WholeTrace, record: SpanRecord, isRoot: boolean): DatasetItem | undefined {
  const id = record.span_id ?? '';
  const { input, output, missing = [] } = reconstructMessages(lines, id) ?? {};
  if (input === undefined && output === undefined) return undefined;
  // A request has the scores of everything in it.
  const given = isRoot ? [...scores.values()].flat() : (scores.get(id) ?? []);
  return {
    id,
    trace_id: record.trace_id ?? '',
    ...present([
      ['input', input],
      ['output', output],
      ['expected', expectedOutput(output, given)],
    ]),
    metadata: metadataOf(
      record,
      missing.map(({ ref }) => ref),
    ),
    scores: given,
  };
}

/** The first of these spans, or of those below them level by level, that has content. */
function topmost(trace: WholeTrace, root: TreeNode<TraceSpan>): DatasetItem | undefined {
  for (
    let level: readonly TreeNode<TraceSpan>[] = [root];
    level.length > 0;
    level = level.flatMap((node) => node.children)
  ) {
    for (const { item } of level) {
      const found = itemOf(trace, item.record, true);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

const inputKey = ({ input }: DatasetItem): string =>
  createHash('sha256')
    .update(JSON.stringify(input) ?? '')
    .digest('base64');

/**
 * Makes items of lines.
 *
 * @param lines - all lines of the traces: spans may refer to messages on other lines
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export async function* datasetItems(
  lines: AsyncIterable<ReadRecord>,
  options: DatasetOptions = {},
): AsyncGenerator<DatasetItem> {
  checkOptions(SHAPE, options);
  const { filter = ALL, spans: of = 'llm', unique = false, scores: scored, onEmpty = () => {} } = options;
  const passes = toTest(filter);
  const known: ScoresBySpan = new Map();
  for await (const line of scored ?? []) if (isScore(line)) addScore(known, line.record);
  const inputs = new Set<string>();

  function wholeOf(read: readonly ReadRecord[]): WholeTrace {
    const own: ScoresBySpan = new Map();
    if (scored === undefined) for (const line of read.filter(isScore)) addScore(own, line.record);
    const trace = read[0]?.record.trace_id ?? '';
    return {
      lines: read.filter(({ kind }) => kind === 'span').map(({ record }) => record),
      spans: read.filter(({ kind, record }) => isSpanEnd(kind, record)).map(({ record }) => record),
      scores: (scored === undefined ? own : known).get(trace) ?? new Map(),
    };
  }

  function itemsOf(trace: WholeTrace): (DatasetItem | undefined)[] {
    if (of === 'root')
      return toTrees(trace.spans)
        .filter(({ item }) => passes(item.record))
        .map((root) => topmost(trace, root));
    const calls = trace.spans.filter((record) => record['span.type'] === 'llm' && passes(record));
    return calls.map((record) => itemOf(trace, record, false));
  }

  const traces = byTrace(lines, {
    traceOf: ({ record }) => record.trace_id,
    weigh: ({ length }) => Math.max(1, length),
    maxHeld: MAX_BYTES,
  });
  for await (const read of traces) {
    for (const item of itemsOf(wholeOf(read))) {
      if (item?.input === undefined) onEmpty();
      else if (!unique) yield item;
      else {
        const key = inputKey(item);
        if (!inputs.has(key)) yield item;
        inputs.add(key);
      }
    }
  }
}
