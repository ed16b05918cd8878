import type { SearchClient } from './search-client.ts';

/**
 * The questions that Agent Traces of OpenSearch Dashboards asks, as searches. The screens ask in PPL, whose engine
 * turns them into these: a comparison is a term, `isnotnull` an `exists`, `stats` aggregations.
 */

/** A span as the screens read it. */
export interface SpanDocument {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly startTime: string;
  readonly endTime: string;
  readonly durationInNanos: number;
  readonly serviceName: string;
  readonly traceGroup: string;
  readonly status: { readonly code: number };
  readonly attributes: Readonly<Record<string, unknown>>;
}

type Query = Readonly<Record<string, unknown>>;

const OPERATION = 'attributes.gen_ai.operation.name';
const CONVERSATION = 'attributes.gen_ai.conversation.id';

const exists = (field: string): Query => ({ exists: { field } });
const term = (field: string, value: unknown): Query => ({ term: { [field]: value } });
const all = (...filter: readonly Query[]): Query => ({ bool: { filter } });
const IS_ROOT = term('parentSpanId', '');

/** A page of a tab: `Traces` lists roots, `Spans` every span with an operation; the newest first. */
export async function page(
  client: SearchClient,
  index: string,
  tab: 'traces' | 'spans',
  size: number,
): Promise<SpanDocument[]> {
  const query = tab === 'traces' ? all(IS_ROOT, exists(OPERATION)) : all(exists(OPERATION));
  const answer = await client.send('POST', `${index}/_search`, { size, query, sort: [{ startTime: 'desc' }] });
  return (answer['hits'] as { hits: { _source: SpanDocument }[] }).hits.map(({ _source }) => _source);
}

/** Every span of a trace that is opened. */
export async function spansOf(client: SearchClient, index: string, traceId: string): Promise<SpanDocument[]> {
  return (await client.find(index, term('traceId', traceId))).map(({ _source }) => _source as unknown as SpanDocument);
}

/** The figures above the tables. */
export interface Figures {
  readonly spans: number;
  readonly traces: number;
  readonly errorSpans: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly p50: number;
  readonly p99: number;
  readonly sessions: number;
}

interface Value {
  readonly value: number;
}

export async function figures(client: SearchClient, index: string): Promise<Figures> {
  const counted = await client.aggregate<Record<'spans' | 'traces' | 'errors', { doc_count: number }>>(index, {
    aggs: {
      spans: { filter: exists(OPERATION) },
      traces: { filter: all(exists(OPERATION), IS_ROOT) },
      errors: { filter: all(exists(OPERATION), term('status.code', 2)) },
    },
  });
  const roots = await client.aggregate<{ input: Value; output: Value; latency: { values: Record<string, number> } }>(
    index,
    {
      query: all(IS_ROOT, exists(OPERATION)),
      aggs: {
        input: { sum: { field: 'attributes.gen_ai.usage.input_tokens' } },
        output: { sum: { field: 'attributes.gen_ai.usage.output_tokens' } },
        latency: { percentiles: { field: 'durationInNanos', percents: [50, 99] } },
      },
    },
  );
  const { sessions } = await client.aggregate<{ sessions: Value }>(index, {
    query: exists(CONVERSATION),
    aggs: { sessions: { cardinality: { field: CONVERSATION } } },
  });
  return {
    spans: counted.spans.doc_count,
    traces: counted.traces.doc_count,
    errorSpans: counted.errors.doc_count,
    inputTokens: roots.input.value,
    outputTokens: roots.output.value,
    p50: roots.latency.values['50.0'] ?? Number.NaN,
    p99: roots.latency.values['99.0'] ?? Number.NaN,
    sessions: sessions.value,
  };
}

/** A row of the tab `Sessions`. */
export interface Session {
  readonly key: string;
  readonly traces: number;
}

/** Sessions by their last span, with the number of their traces. */
export async function sessions(client: SearchClient, index: string, size: number): Promise<Session[]> {
  const { by } = await client.aggregate<{ by: { buckets: { key: string; traces: Value }[] } }>(index, {
    query: exists(CONVERSATION),
    aggs: {
      by: {
        terms: { field: CONVERSATION, size, order: { last: 'desc' } },
        aggs: {
          last: { max: { field: 'endTime' } },
          first: { min: { field: 'startTime' } },
          traces: { cardinality: { field: 'traceId' } },
        },
      },
    },
  });
  return by.buckets.map(({ key, traces }) => ({ key, traces: traces.value }));
}

/** Values of a field with the number of their sessions, as the panel beside `Sessions` lists them. */
export async function facet(client: SearchClient, index: string, field: string): Promise<string[]> {
  const { by } = await client.aggregate<{ by: { buckets: { key: string | number }[] } }>(index, {
    query: all(exists(CONVERSATION), exists(field)),
    aggs: { by: { terms: { field }, aggs: { sessions: { cardinality: { field: CONVERSATION } } } } },
  });
  return by.buckets.map(({ key }) => String(key));
}
