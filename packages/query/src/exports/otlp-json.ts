/** Spans as OTLP/JSON: one document, in the form of a request to an OTLP receiver. */

import { type SpanRecord, toOtlp } from '@spanline/record';

/** Spans that are grouped by resource and scope at once. */
const BATCH = 1000;

function piece(spans: readonly SpanRecord[]): string {
  return toOtlp(spans)
    .resourceSpans.map((resource) => JSON.stringify(resource))
    .join(',');
}

/**
 * The text of an OTLP/JSON document (`ExportTraceServiceRequest`), piece by piece. It is one line: a receiver takes it
 * as the body of `POST /v1/traces`, and a collector reads it with its receiver `otlpjsonfile`.
 *
 * Ids are hexadecimal, times are nanoseconds as text. Spans without valid ids and start are left out.
 */
export async function* otlpJson(spans: AsyncIterable<SpanRecord>): AsyncGenerator<string> {
  yield '{"resourceSpans":[';
  let waiting: SpanRecord[] = [];
  let isFirst = true;
  const flush = (): string => {
    const text = piece(waiting);
    waiting = [];
    if (text === '') return '';
    const separator = isFirst ? '' : ',';
    isFirst = false;
    return separator + text;
  };
  for await (const span of spans) if (waiting.push(span) >= BATCH) yield flush();
  yield flush();
  yield ']}\n';
}
