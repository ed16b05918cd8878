import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { expect, it } from 'vitest';
import { type SpanRecord, toOtlp } from '@spanline/record';
import { toReadableSpans } from '../../../ship/test/support/readable-spans.ts';
import { otlpJson } from '../../src/index.ts';
import { all, span, spanId, traceId } from '../support/logs.ts';

async function* eachOf(records: readonly SpanRecord[]): AsyncGenerator<SpanRecord> {
  yield* records;
}

async function* each(count: number): AsyncGenerator<SpanRecord> {
  for (let number = 1; number <= count; number++)
    yield span(number, { trace_id: traceId(number), at: number, ms: 7, 'service.name': `service-${number % 2}` });
}

it('is one document in one line, whose spans are those of the records', async () => {
  const text = (await all(otlpJson(each(2500)))).join('');
  expect(text.trimEnd()).not.toContain('\n');
  const { resourceSpans } = JSON.parse(text) as ReturnType<typeof toOtlp>;
  const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  const one = toOtlp(await all(each(2500))).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans[0]?.spans ?? []);
  const byId = (a: { spanId: string }, b: { spanId: string }): number => (a.spanId < b.spanId ? -1 : 1);
  expect(spans.toSorted(byId)).toEqual(one.toSorted(byId));
  expect(spans[0]).toMatchObject({ traceId: expect.stringMatching(/^[0-9a-f]{32}$/) as string });
  for (const { startTimeUnixNano, endTimeUnixNano } of spans)
    expect(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)).toBe(7_000_000n);
});

/** A document without what may be left out: defaults, empty lists, flags. An integer may be a number or a text. */
const withoutDefaults = (json: string): unknown =>
  JSON.parse(json, (key, value: unknown) => {
    if (key === 'intValue') return String(value as number);
    if (/^dropped\w+Count$|^flags$/.test(key)) return undefined;
    return Array.isArray(value) && value.length === 0 ? undefined : value;
  });

it("has the form of OpenTelemetry's own serializer", async () => {
  const records: SpanRecord[] = [
    span(1, { ms: 7, 'process.pid': 70_000, 'deployment.environment.name': 'test', 'span.type': 'http' }),
    span(2, {
      at: 3,
      parent_span_id: spanId(1),
      'span.kind': 'CLIENT',
      'span.type': 'llm',
      'span.status': 'error',
      'error.type': 'RateLimitError',
      'error.message': '429 “later”',
      'gen_ai.usage.input_tokens': 580,
      'spanline.cost.usd': 0.0142,
      'gen_ai.response.finish_reasons': ['stop', 'length'],
      'gen_ai.input.messages': '[{"role":"user","parts":[]}]',
      'labels.tenant': 'acme',
    }),
  ];
  const text = (await all(otlpJson(eachOf(records)))).join('');
  const document = JSON.parse(text) as ReturnType<typeof toOtlp>;
  expect(document.resourceSpans).toHaveLength(2);
  const theirs = Buffer.from(JsonTraceSerializer.serializeRequest(toReadableSpans(document)) ?? []).toString();
  expect(withoutDefaults(text)).toEqual(withoutDefaults(theirs));
});

it('is a document without spans for a log without spans', async () => {
  expect(JSON.parse((await all(otlpJson(each(0)))).join(''))).toEqual({ resourceSpans: [] });
});
