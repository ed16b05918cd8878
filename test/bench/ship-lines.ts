import { type SpanRecord, toEcs } from '@spanline/core';

const WORDS =
  'the contract of a tenant may end early when both sides agree in writing and the deposit is returned within two months of the day on which the keys were handed over'.split(
    ' ',
  );

/** Words in an order that does not repeat, so that they compress as prose does. */
function prose(length: number, seed: number): string {
  let state = seed;
  let text = '';
  while (text.length < length) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    text += `${WORDS[state % WORDS.length]} `;
  }
  return text.slice(0, length);
}

/** A span of about 1 kB, in the profile `otel`. */
function record(n: number): SpanRecord {
  return {
    '@timestamp': '2026-11-23T09:12:35.958Z',
    level: 'info',
    message: 'chat gpt-4o-mini 1834 ms 1532→287 tok $0.000325',
    'event.name': 'span.end',
    'event.outcome': 'success',
    'spanline.schema': '1.0',
    'event.id': `m3k9x2-${n}`,
    'service.name': 'rag-api',
    trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    span_id: '00f067aa0ba902b7',
    'span.name': 'chat gpt-4o-mini',
    'span.type': 'llm',
    'span.kind': 'CLIENT',
    'span.status': 'ok',
    'event.start': '2026-11-23T09:12:34.123456Z',
    'event.duration': 1_834_000_000,
    'gen_ai.request.model': 'gpt-4o-mini',
    'gen_ai.usage.input_tokens': 1532,
    'gen_ai.usage.output_tokens': 287,
    'spanline.cost.usd': 0.000325,
    'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: prose(250, n) }] }]),
  };
}

/** A line as the tracer writes it. */
export const otelLine = (n: number): string => JSON.stringify(record(n));
/** The same in the profile `ecs`. */
export const ecsLine = (n: number): string => JSON.stringify(toEcs(record(n)));
