import type { Baselines } from './alerting/baselines.ts';
import { Evaluator, type Finding } from './alerting/evaluator.ts';
import { Aggregator } from './metrics/aggregator.ts';
import { type LogLines, readRecords } from './metrics/offline.ts';
import { type ReadRecord, slim } from './metrics/read-record.ts';
import type { ResolvedRule } from './rules/types.ts';

const STEP_MS = 15_000;
const DELAY_MS = 10_000;
const QUIET_MS = 86_400_000;

interface Timed {
  readonly epochMs: number;
  readonly record: ReadRecord;
}

/** Moments to evaluate at, up to `until`; a silence of more than a day is stepped over. */
function* moments(from: number, until: number): Generator<number> {
  if (until - from > QUIET_MS) {
    for (let at = from; at < from + QUIET_MS / 2; at += STEP_MS) yield at;
    yield* moments(until - QUIET_MS / 2, until);
    return;
  }
  for (let at = from; at <= until; at += STEP_MS) yield at;
}

async function inOrder(lines: LogLines): Promise<Timed[]> {
  const records: Timed[] = [];
  for await (const record of readRecords(lines)) {
    const epochMs = Date.parse(record['@timestamp'] ?? '');
    if (!Number.isNaN(epochMs)) records.push({ epochMs, record: slim(record) });
  }
  return records.sort((a, b) => a.epochMs - b.epochMs);
}

/**
 * Has rules run over a log as in a monitor that was there.
 *
 * @param baselines - learn from the log
 * @returns the moment of the last evaluation; 0 for an empty log
 */
export async function replay(
  rules: readonly ResolvedRule[],
  lines: LogLines,
  baselines: Baselines,
  note: (finding: Finding) => void,
): Promise<number> {
  const records = await inOrder(lines);
  const [first] = records;
  if (first === undefined) return 0;
  const aggregator = new Aggregator({ by: [] });
  const evaluator = new Evaluator({
    rules,
    aggregator,
    baselines,
    identity: () => ({ service: '', environment: undefined }),
    command: (traceIds) => traceIds.join(' '),
    now: first.epochMs,
    delayMs: DELAY_MS,
  });
  let now = first.epochMs;
  const evaluateUntil = (until: number): void => {
    for (const at of moments(now, until)) {
      for (const finding of evaluator.evaluate(at)) if (finding !== undefined) note(finding);
      now = at + STEP_MS;
    }
  };
  for (const { epochMs, record } of records) {
    if (epochMs >= now) evaluateUntil(epochMs);
    const delta = aggregator.add(record);
    if (delta === undefined) continue;
    for (const finding of evaluator.add(record, delta, epochMs)) note(finding);
  }
  evaluateUntil(now + DELAY_MS + STEP_MS * 2);
  return now;
}
