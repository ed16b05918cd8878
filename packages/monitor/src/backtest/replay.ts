import type { Baselines } from '../evaluation/baselines.ts';
import { Evaluator, type EvaluatorParts, type Finding } from '../evaluation/evaluator.ts';
import { Aggregator } from '../metrics/aggregator.ts';
import { type LogLines, readRecords } from '../metrics/log-metrics.ts';
import { type ReadRecord, withoutContent } from '../metrics/read-record.ts';
import type { ResolvedRule } from '../rules/types.ts';

const EVERY_MS = 15_000;
const DELAY_MS = 10_000;
const MAX_SILENCE_MS = 86_400_000;

interface TimedRecord {
  readonly epochMs: number;
  readonly record: ReadRecord;
}

/** Times of evaluations. It skips the middle of a silence of more than a day. */
function* evaluationTimes(from: number, until: number): Generator<number> {
  if (until - from > MAX_SILENCE_MS) {
    for (let at = from; at < from + MAX_SILENCE_MS / 2; at += EVERY_MS) yield at;
    yield* evaluationTimes(until - MAX_SILENCE_MS / 2, until);
    return;
  }
  for (let at = from; at <= until; at += EVERY_MS) yield at;
}

async function inOrder(lines: LogLines): Promise<TimedRecord[]> {
  const records: TimedRecord[] = [];
  for await (const record of readRecords(lines)) {
    const epochMs = Date.parse(record['@timestamp'] ?? '');
    if (!Number.isNaN(epochMs)) records.push({ epochMs, record: withoutContent(record) });
  }
  return records.sort((a, b) => a.epochMs - b.epochMs);
}

/** Callbacks while rules run over a log. */
interface ReplayEvents {
  readonly onFinding?: (finding: Finding) => void;
  readonly onObservation?: EvaluatorParts['onObservation'];
  readonly onSpan?: (record: ReadRecord) => void;
}

/**
 * Runs rules over a log, as a monitor would have at the time.
 *
 * @param baselines - learns from the log
 * @returns time of the last evaluation; 0 for an empty log
 */
export async function replay(
  rules: readonly ResolvedRule[],
  lines: LogLines,
  baselines: Baselines,
  { onFinding = () => {}, onObservation = () => {}, onSpan }: ReplayEvents = {},
): Promise<number> {
  const records = await inOrder(lines);
  const [first] = records;
  if (first === undefined) return 0;
  const aggregator = new Aggregator({ by: [] });
  const evaluator = new Evaluator({
    rules,
    aggregator,
    baselines,
    identity: () => ({ service: '', environment: undefined, instance: '' }),
    owner: '',
    command: (traceIds) => traceIds.join(' '),
    now: first.epochMs,
    delayMs: DELAY_MS,
    onObservation,
  });
  let now = first.epochMs;
  const evaluateUntil = (until: number): void => {
    for (const at of evaluationTimes(now, until)) {
      for (const finding of evaluator.evaluate(at)) if (finding !== undefined) onFinding(finding);
      now = at + EVERY_MS;
    }
  };
  for (const { epochMs, record } of records) {
    if (epochMs >= now) evaluateUntil(epochMs);
    const measurement = aggregator.add(record);
    if (measurement === undefined) continue;
    if (measurement.isSpan) onSpan?.(record);
    for (const finding of evaluator.add(record, measurement, epochMs)) onFinding(finding);
  }
  evaluateUntil(now + DELAY_MS + EVERY_MS * 2);
  return now;
}
