import fc from 'fast-check';
import type { SpanRecord } from '@spanline/record';
import { record } from '../../../packages/query/test/support/arbitrary.ts';

const SPANS = 400;
const TRACES = 60;
const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, '0');

/** Durations that are not the few values of filters, so that quantiles differ. */
const duration = fc
  .double({ min: 0, max: 60_000, noNaN: true, noDefaultInfinity: true })
  .map((ms) => Math.round(ms * 1000) / 1000);

/** Sums of the greatest numbers depend on their order. */
const figures = fc.record({ cost: fc.constantFrom(0, 0.01, 0.05, 1), tokens: fc.constantFrom(0, 1, 2, 40, 287, 1532) });

/** Whole spans by chance, in traces, as a tracer writes them. */
export function spansByChance(): SpanRecord[] {
  const lines = fc.sample(fc.tuple(record, duration, figures), SPANS);
  return lines.map(([line, ms, { cost, tokens }], place) => {
    const trace = place % TRACES;
    const span = {
      ...line,
      'spanline.schema': '1.0',
      'event.name': 'span.end',
      'event.id': `e-${hex(place, 4)}`,
      level: 'info',
      trace_id: hex(trace + 1, 32),
      span_id: hex(place + 1, 16),
      ...(place < TRACES
        ? { 'span.name': line['span.name'] ?? 'root' }
        : { parent_span_id: hex(place - TRACES + 1, 16) }),
      ...(line.duration_ms === undefined ? {} : { duration_ms: line.duration_ms < 2001 ? line.duration_ms : ms }),
      ...(line['spanline.cost.usd'] === undefined ? {} : { 'spanline.cost.usd': cost }),
      ...(line['gen_ai.usage.input_tokens'] === undefined ? {} : { 'gen_ai.usage.input_tokens': tokens }),
      ...(line['gen_ai.usage.output_tokens'] === undefined ? {} : { 'gen_ai.usage.output_tokens': tokens }),
      ...(trace % 5 === 0 ? { 'http.request.id': `req-${trace}`, 'session.id': `s-${trace % 4}` } : {}),
      ...(trace % 4 === 0 ? { 'user.id': `user-${trace % 3}` } : {}),
    };
    return JSON.parse(JSON.stringify(span)) as SpanRecord;
  });
}
