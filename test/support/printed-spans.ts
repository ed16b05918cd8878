import type { SpanRecord } from '@spanline/record';

/** The trace of all records made here unless they say otherwise. */
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const START = Date.parse('2026-11-23T09:12:34.000Z');

let sequence = 0;

/** What a test says about a span. */
interface SpanShape {
  id: string;
  parent?: string;
  name?: string;
  type?: string;
  /** Milliseconds after the trace's start. */
  at?: number;
  ms?: number;
  [key: string]: unknown;
}

/** A canonical record of a finished span; further keys are taken over as they are. */
export function span({ id, parent, name = id, type = 'task', at = 0, ms = 10, ...more }: SpanShape): SpanRecord {
  return {
    '@timestamp': new Date(START + at + ms).toISOString(),
    level: 'info',
    message: name,
    'event.name': 'span.end',
    'spanline.schema': '1.0',
    'event.id': `boot-${++sequence}`,
    trace_id: TRACE,
    span_id: id,
    ...(parent === undefined ? {} : { parent_span_id: parent }),
    'span.name': name,
    'span.type': type,
    'span.status': 'ok',
    'event.start': new Date(START + at).toISOString().replace('Z', '000Z'),
    'event.duration': ms * 1e6,
    duration_ms: ms,
    ...more,
  };
}

/** A retrieval-augmented request: 1180 ms, of which the model takes 870. */
export const RAG_REQUEST: readonly SpanRecord[] = [
  span({ id: 'e', parent: 'r', name: 'embed_query', type: 'embedding', ms: 85 }),
  span({
    id: 'v',
    parent: 'r',
    name: 'vector_search',
    type: 'retriever',
    at: 85,
    ms: 120,
    'gen_ai.data_source.id': 'docs_v2',
    'spanline.retrieval.count': 5,
    'spanline.retrieval.score_min': 0.72,
    'spanline.retrieval.score_max': 0.91,
  }),
  span({
    id: 'k',
    parent: 'r',
    name: 'rerank',
    type: 'reranker',
    at: 205,
    ms: 65,
    'spanline.rerank.input_count': 5,
    'spanline.retrieval.count': 3,
  }),
  span({
    id: 'g',
    parent: 'r',
    name: 'llm_generate',
    type: 'llm',
    at: 270,
    ms: 870,
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.request.temperature': 0,
    'gen_ai.usage.input_tokens': 580,
    'gen_ai.usage.output_tokens': 840,
    'gen_ai.response.time_to_first_chunk': 0.24,
    'spanline.cost.usd': 0.0142,
  }),
  span({ id: 'p', parent: 'r', name: 'postprocess', type: 'parser', at: 1140, ms: 40 }),
  span({
    id: 'r',
    name: 'RAG Request',
    type: 'http',
    ms: 1180,
    'http.response.status_code': 200,
    'http.request.id': 'req-89ca4f1d',
    'spanline.rollup.spans': 6,
    'spanline.rollup.open': 0,
    'spanline.rollup.llm_calls': 1,
  }),
];

/** An agent's request that fails in a tool, and whose last model call the caller aborts. */
export const AGENT_REQUEST: readonly SpanRecord[] = [
  span({
    id: 'c1',
    parent: 'a',
    name: 'chat gpt-4o-mini',
    type: 'llm',
    at: 6,
    ms: 1200,
    'gen_ai.request.model': 'gpt-4o-mini',
    'gen_ai.usage.input_tokens': 15_320,
    'gen_ai.usage.output_tokens': 87,
    'gen_ai.usage.cache_read.input_tokens': 14_000,
    'spanline.cost.usd': 0.00132,
  }),
  span({
    id: 't1',
    parent: 'a',
    name: 'execute_tool lookup_order',
    type: 'tool',
    at: 1210,
    ms: 600,
    'span.status': 'error',
    'error.type': 'TimeoutError',
    'error.message': 'timed out after 600 ms\nwhile waiting for orders.internal:8443',
    'error.stack':
      'TimeoutError: timed out\n    at node:internal/timers:1:1\n    at fetchOrder (/app/src/orders.ts:12:5)',
  }),
  span({
    id: 't2',
    parent: 'a',
    name: 'execute_tool 検索ツール 🔎',
    type: 'tool',
    at: 1215,
    ms: 900,
    'spanline.search.results': 7,
  }),
  span({
    id: 'c2',
    parent: 'a',
    name: 'chat gpt-4o-mini',
    type: 'llm',
    at: 2200,
    ms: 2900,
    'span.status': 'aborted',
    'gen_ai.request.model': 'gpt-4o-mini',
    'gen_ai.usage.input_tokens': 900,
    'gen_ai.usage.output_tokens': 44,
    'spanline.usage.source': 'estimated',
  }),
  span({ id: 'a', parent: 'h', name: 'invoke_agent planner', type: 'agent', at: 5, ms: 5200 }),
  span({
    id: 'h',
    name: 'POST /v1/agent',
    type: 'http',
    ms: 5230,
    'span.status': 'error',
    'error.type': 'TimeoutError',
    'spanline.error.propagated': true,
    'http.response.status_code': 504,
    'http.request.id': 'req-1',
  }),
];
