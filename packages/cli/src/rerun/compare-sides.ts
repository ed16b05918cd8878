import type { FigureUnit } from '@spanline/query';
/** Compares the recorded side with the new one, paired by trace. */
import { list, props, type SpanRecord, text, parseContent } from '@spanline/record';
import { bootstrapInterval, holm, type Interval, meanOf, signFlipTest } from '@spanline/record/statistics';
import { readRecording, type RecordedModelCall } from '@spanline/replay';
import { LOWER_IS_BETTER } from './judges.ts';
import type { Result } from './results-file.ts';

/** One side of a trace. */
interface Side {
  /** `undefined`, as the others, if no model call is on the lines. */
  readonly durationMs: number | undefined;
  /** `undefined` if the cost of a call is not known. */
  readonly costUsd: number | undefined;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  readonly isError: boolean;
  /** Names of the called tools, in order. */
  readonly toolCalls: readonly string[];
  readonly answer: string;
  /** Mean of each score over the calls that both sides have a score of. */
  readonly scores: ReadonlyMap<string, number>;
}

/** A trace, recorded and run again. */
export interface Pair {
  readonly traceId: string;
  readonly runId: string;
  readonly question: string;
  readonly before: Side;
  readonly after: Side;
  /** Scores that one side alone has: an evaluator did not apply to the other, or failed. */
  readonly oneSided: readonly string[];
}

/** A figure of both sides. */
export interface PairedFigure {
  readonly name: string;
  readonly unit: FigureUnit;
  readonly pairs: number;
  readonly before: number;
  readonly after: number;
  /** Mean difference over traces, with its paired bootstrap interval of 95 %. */
  readonly difference: Interval & { readonly value: number };
  /** Of a sign-flip permutation test, with Holm's correction for the number of figures. */
  readonly p: number;
  readonly verdict: 'same' | 'better' | 'worse' | 'unclear';
  /** Traces in which the new side is better, the same, or worse. */
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
}

const LEVEL = 0.05;

function messagesText(json: string | undefined): string {
  const parts = list(json === undefined ? undefined : parseContent(json)).flatMap((message) =>
    list(props(message)['parts']),
  );
  return parts.flatMap((part) => (props(part)['type'] === 'text' ? (text(props(part)['content']) ?? []) : [])).join('');
}

function toolNames(json: string | undefined): string[] {
  const parts = list(json === undefined ? undefined : parseContent(json)).flatMap((message) =>
    list(props(message)['parts']),
  );
  return parts.flatMap((part) => (props(part)['type'] === 'tool_call' ? (text(props(part)['name']) ?? '') : []));
}

function sum(records: readonly SpanRecord[], read: (record: SpanRecord) => number | undefined): number | undefined {
  // A client that is not traced makes calls all the same: none on the lines is not 0.
  if (records.length === 0) return undefined;
  let total = 0;
  for (const record of records) {
    const value = read(record);
    if (value === undefined) return undefined;
    total += value;
  }
  return total;
}

function sideOf(calls: readonly SpanRecord[], isError: boolean, scores: ReadonlyMap<string, number>): Side {
  const last = calls.at(-1)?.['gen_ai.output.messages'];
  return {
    durationMs: sum(calls, (record) => record.duration_ms ?? 0),
    costUsd: sum(calls, (record) => record['spanline.cost.usd']),
    inputTokens: sum(calls, (record) => record['gen_ai.usage.input_tokens']),
    outputTokens: sum(calls, (record) => record['gen_ai.usage.output_tokens']),
    isError: isError || calls.some((record) => record['span.status'] === 'error'),
    toolCalls: calls.flatMap((record) => toolNames(record['gen_ai.output.messages'])),
    answer: messagesText(last),
    scores,
  };
}

/** Scores by name and by the call that they are of. */
function scoresOf(
  records: readonly SpanRecord[],
  traceId: string,
  unitOf: (spanId: string) => string,
): Map<string, Map<string, number>> {
  const byName = new Map<string, Map<string, number>>();
  for (const record of records) {
    const value = record['gen_ai.evaluation.score.value'];
    if (record.trace_id !== traceId || value === undefined) continue;
    const name = record['gen_ai.evaluation.name'] ?? '';
    const units = byName.get(name) ?? new Map<string, number>();
    byName.set(name, units.set(unitOf(record.span_id ?? ''), value));
  }
  return byName;
}

function pairScores(
  before: Map<string, Map<string, number>>,
  after: Map<string, Map<string, number>>,
): [Map<string, number>, Map<string, number>] {
  const [one, two] = [new Map<string, number>(), new Map<string, number>()];
  for (const [name, units] of after) {
    const shared = [...units.keys()].filter((unit) => before.get(name)?.has(unit) === true);
    if (shared.length === 0) continue;
    one.set(name, meanOf(shared.map((unit) => before.get(name)?.get(unit) ?? 0)));
    two.set(name, meanOf(shared.map((unit) => units.get(unit) ?? 0)));
  }
  return [one, two];
}

const modelCalls = (lines: readonly SpanRecord[], traceId: string): RecordedModelCall[] =>
  readRecording(lines, traceId).calls.filter((call) => call.kind === 'model');

function questionOf(calls: readonly RecordedModelCall[]): string {
  const last = calls.at(-1)?.messages?.findLast(({ role }) => role === 'user');
  return messagesText(JSON.stringify(last === undefined ? [] : [last]));
}

/**
 * Puts both sides of a trace together: the calls that were made again, or all if a program made them.
 *
 * @param recorded - lines of the recorded trace
 */
export function pairOf(recorded: readonly SpanRecord[], { traceId, spans, scores }: Result): Pair | undefined {
  const root = spans.find((span) => span.parent_span_id === undefined);
  if (root?.trace_id === undefined || root['labels.diverged'] !== undefined) return undefined;
  const made = modelCalls(spans, root.trace_id);
  const steps = new Map(
    made.flatMap(({ spanId, record }) => {
      const step = record['labels.step'];
      return typeof step === 'string' ? [[spanId, step] as const] : [];
    }),
  );
  const wanted = new Set(steps.values());
  const all = modelCalls(recorded, traceId);
  const asked = wanted.size === 0 ? all : all.filter(({ spanId }) => wanted.has(spanId));
  const unit = (spanId: string): string => (wanted.size === 0 ? '' : (steps.get(spanId) ?? spanId));
  const given = [scoresOf(scores, traceId, unit), scoresOf(scores, root.trace_id, unit)] as const;
  const [one, two] = pairScores(...given);
  const recordedRoot = recorded.find((record) => record.parent_span_id === undefined);
  return {
    traceId,
    runId: root.trace_id,
    question: questionOf(asked),
    oneSided: [...new Set(given.flatMap((side) => [...side.keys()]))].filter((name) => !one.has(name)),
    before: sideOf(
      asked.map(({ record }) => record),
      wanted.size === 0 && recordedRoot?.['span.status'] === 'error',
      one,
    ),
    after: sideOf(
      made.map(({ record }) => record),
      root['span.status'] === 'error',
      two,
    ),
  };
}

/** A figure before it is tested. */
interface Kind {
  readonly name: string;
  readonly unit: FigureUnit;
  readonly isLowerBetter: boolean;
  read(side: Side): number | undefined;
}

/** A call that failed has neither a duration nor a cost that another one could be compared with. */
const answered = (read: (side: Side) => number | undefined) => (side: Side) => (side.isError ? undefined : read(side));

const KINDS: readonly Kind[] = [
  { name: 'model time', unit: 'ms', isLowerBetter: true, read: answered(({ durationMs }) => durationMs) },
  { name: 'cost', unit: 'usd', isLowerBetter: true, read: answered(({ costUsd }) => costUsd) },
  { name: 'input tokens', unit: 'tokens', isLowerBetter: true, read: answered(({ inputTokens }) => inputTokens) },
  { name: 'output tokens', unit: 'tokens', isLowerBetter: true, read: answered(({ outputTokens }) => outputTokens) },
  { name: 'errors', unit: 'share', isLowerBetter: true, read: ({ isError }) => Number(isError) },
];

function kindsOf(pairs: readonly Pair[]): Kind[] {
  const names = new Set(pairs.flatMap(({ after }) => [...after.scores.keys()]));
  const scores = [...names].toSorted().map((name): Kind => ({
    name,
    unit: 'score',
    isLowerBetter: LOWER_IS_BETTER.has(name),
    read: ({ scores: of }) => of.get(name),
  }));
  return [...scores, ...KINDS];
}

/** Compares pairs, figure by figure. A trace counts where both sides have the figure. */
export function compareSides(pairs: readonly Pair[]): PairedFigure[] {
  const found = kindsOf(pairs).flatMap((kind) => {
    const values = pairs.flatMap(({ before, after }) => {
      const [one, two] = [kind.read(before), kind.read(after)];
      return one === undefined || two === undefined ? [] : [{ one, two }];
    });
    return values.length === 0 ? [] : [{ kind, values, changes: values.map(({ one, two }) => two - one) }];
  });
  const ps = holm(found.map(({ changes }) => signFlipTest(changes)));
  return found.map(({ kind: { name, unit, isLowerBetter }, values, changes }, index): PairedFigure => {
    const p = ps[index] ?? 1;
    const value = meanOf(changes);
    const isBetter = (change: number): boolean => (isLowerBetter ? change < 0 : change > 0);
    const wins = changes.filter(isBetter).length;
    const ties = changes.filter((change) => change === 0).length;
    const moved = isBetter(value) ? 'better' : 'worse';
    return {
      name,
      unit,
      pairs: values.length,
      before: meanOf(values.map(({ one }) => one)),
      after: meanOf(values.map(({ two }) => two)),
      difference: { value, ...bootstrapInterval(changes) },
      p,
      verdict: ties === changes.length ? 'same' : p < LEVEL ? moved : 'unclear',
      wins,
      ties,
      losses: changes.length - wins - ties,
    };
  });
}
