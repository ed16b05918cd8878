/** A log of a service that answers questions: two requests, one of which failed. */

import { lines, span, spanId, traceId } from '../../../query/test/support/logs.ts';

const chat = {
  'span.type': 'llm',
  'gen_ai.request.model': 'gpt-4o',
  'gen_ai.usage.input_tokens': 580,
  'gen_ai.usage.output_tokens': 840,
  'spanline.cost.usd': 0.0142,
} as const;

const first = {
  trace_id: traceId(1),
  'http.request.id': 'req-1',
  'user.id': 'ada',
  'session.id': 's-1',
};
const second = { ...first, trace_id: traceId(2), 'http.request.id': 'req-2', 'user.id': 'ben', 'session.id': 's-2' };

export const ASK_LOG = lines(
  span(2, { at: 10, ms: 120, ...first, parent_span_id: spanId(1), 'span.name': 'search', 'span.type': 'retriever' }),
  span(3, { at: 140, ms: 870, ...first, ...chat, parent_span_id: spanId(1), 'span.name': 'chat gpt-4o' }),
  span(1, { at: 0, ms: 1180, ...first, 'span.name': 'POST /ask', 'span.type': 'http' }),
  span(5, {
    at: 5010,
    ms: 2000,
    ...second,
    parent_span_id: spanId(4),
    'span.name': 'search',
    'span.type': 'retriever',
    'span.status': 'error',
    'error.type': 'TimeoutError',
    'error.message': 'no answer after 2000 ms',
    'span.path': 'POST /ask > search',
  }),
  span(4, {
    at: 5000,
    ms: 2020,
    ...second,
    'span.name': 'POST /ask',
    'span.type': 'http',
    'span.status': 'error',
    'error.type': 'TimeoutError',
    'error.message': 'no answer after 2000 ms',
    'spanline.error.propagated': true,
  }),
);
