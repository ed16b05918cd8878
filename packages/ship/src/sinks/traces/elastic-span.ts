/** Spans as Elastic's OpenTelemetry mapping has them: Kibana's Discover reads `traces-*.otel-*`, with its GenAI tab. */
import { MAX_TERM_CHARACTERS } from '@spanline/record';
import type { SpanFacts } from './span-facts.ts';

const KINDS = ['Unspecified', 'Internal', 'Server', 'Client'] as const;
const CODES = ['Unset', 'Ok', 'Error'] as const;

/** Elastic's mapping of these fields has no `ignore_above`: it refuses the document. */
const term = (text: string): string => text.slice(0, MAX_TERM_CHARACTERS);

/** `type`, `dataset` and `namespace` of a data stream, which its documents repeat. */
function partsOf(dataStream: string): Record<'type' | 'dataset' | 'namespace', string> {
  const [type = '', dataset = '', namespace = ''] = dataStream.split('-');
  return { type, dataset, namespace };
}

/** A document of `traces-*.otel-*`, with the fields of the mapping mode `otel` of OpenTelemetry's exporter. */
export function elasticSpan({ span, ...facts }: SpanFacts, dataStream: string): Record<string, unknown> {
  const { message } = span.status;
  return {
    '@timestamp': facts.start,
    data_stream: partsOf(dataStream),
    trace_id: span.traceId,
    span_id: span.spanId,
    ...(span.parentSpanId === undefined ? {} : { parent_span_id: span.parentSpanId }),
    name: term(span.name),
    kind: KINDS[span.kind] ?? KINDS[0],
    duration: facts.durationNanos,
    attributes: facts.attributes,
    links: [],
    status: { code: CODES[span.status.code] ?? CODES[0], ...(message === undefined ? {} : { message: term(message) }) },
    resource: { attributes: facts.resource },
    scope: facts.scope,
  };
}
