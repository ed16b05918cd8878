import { parseLine, SpanlineError, type SpanRecord } from '@spanline/core';
import { Aggregator, type Metrics, type MetricsOptions } from './aggregator.ts';
import { Once } from './once.ts';

/** A log: its whole text, or its lines as text or parsed JSON, from memory or from a stream such as `readline`. */
export type LogLines = string | Iterable<string | object> | AsyncIterable<string | object>;

function isIterable(lines: unknown): boolean {
  if (typeof lines === 'string') return true;
  return typeof lines === 'object' && lines !== null && (Symbol.iterator in lines || Symbol.asyncIterator in lines);
}

/** The records of a log, each line once (by `event.id`): a log that was shipped twice does not count twice. */
export async function* readRecords(lines: LogLines): AsyncGenerator<SpanRecord> {
  const once = new Once();
  if (!isIterable(lines)) {
    const expected = 'the text of a log, or something to iterate over its lines';
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'lines', expected, got: lines });
  }
  for await (const line of typeof lines === 'string' ? lines.split('\n') : lines) {
    const parsed = parseLine(line);
    if (parsed === undefined || parsed.kind === 'log') continue;
    const id = parsed.record['event.id'];
    if (id !== undefined && !once.isFirst(id)) continue;
    yield parsed.record;
  }
}

/**
 * The metrics of a log: the numbers that a monitor had at its end, from its lines in any order and any profile. What is no line of a span, score or stats is skipped.
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
  const aggregator = new Aggregator(options);
  for await (const record of readRecords(lines)) aggregator.add(record);
  return aggregator.read();
}
