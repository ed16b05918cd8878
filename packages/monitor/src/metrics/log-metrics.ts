import { BoundedMap, type Check, checkOptions, option, parseLine, type SpanRecord } from '@spanline/record';
import { Aggregator, type Metrics, METRICS_SHAPE, type MetricsOptions } from './aggregator.ts';

/** A log: its whole text, or its lines as strings or parsed JSON, from memory or from a stream such as `readline`. */
export type LogLines = string | Iterable<string | object> | AsyncIterable<string | object>;

/** Repeated lines are recognised within this many lines. */
const MAX_EVENT_IDS = 1_000_000;

/** Rule of an option `lines`. */
export const linesOption: Check<LogLines> = option.like<LogLines>(
  'the text of a log, or an iterable of its lines',
  (lines) =>
    typeof lines === 'string' ||
    (typeof lines === 'object' && lines !== null && (Symbol.iterator in lines || Symbol.asyncIterator in lines)),
);

/**
 * Reads the records of a log. A line whose `event.id` was read before is skipped, so that a log that was shipped twice
 * does not count twice; this is exact for the last 500,000 lines.
 */
export async function* readRecords(lines: LogLines): AsyncGenerator<SpanRecord> {
  checkOptions({ lines: option.required(linesOption) }, { lines });
  const seen = new BoundedMap<string, true>(MAX_EVENT_IDS);
  for await (const line of typeof lines === 'string' ? lines.split('\n') : lines) {
    const parsed = parseLine(line);
    if (parsed === undefined || parsed.kind === 'log') continue;
    const id = parsed.record['event.id'];
    if (id !== undefined && seen.has(id)) continue;
    if (id !== undefined) seen.set(id, true);
    yield parsed.record;
  }
}

/**
 * Computes the metrics of a log: the numbers a monitor had at its end. The lines may be in any order and any profile.
 * Lines that are not a span, score or stats line are skipped.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { createReadStream } from 'node:fs';
 * import { createInterface } from 'node:readline';
 * import { metrics } from '@spanline/monitor';
 *
 * const { values, by } = await metrics(createInterface({ input: createReadStream('app.ndjson') }));
 * console.log(values.latency_p95_ms, by.step?.rerank?.latency_p99_ms);
 * ```
 */
export async function metrics(lines: LogLines, options: MetricsOptions = {}): Promise<Metrics> {
  checkOptions(METRICS_SHAPE, options);
  const aggregator = new Aggregator(options);
  for await (const record of readRecords(lines)) aggregator.add(record);
  return aggregator.read();
}
