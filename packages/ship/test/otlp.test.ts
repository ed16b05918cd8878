import { describe, expect, it } from 'vitest';
import { parseLine } from '@spanline/core';
import { datadogLlmObs, grafana, honeycomb, jaeger, langfuse, langsmith, otlp, phoenix } from '@spanline/ship';
import { deadLetters, leave, ship, spanLines } from './support/engine.ts';
import { temporaryFolder } from './support/folder.ts';
import { shipLines, trace } from './support/lines.ts';
import { receiver } from './support/receiver.ts';
import { readTraces } from './support/wire.ts';

describe('otlp()', () => {
  it.each(['protobuf', 'json'] as const)('sends ended spans as %s, and leaves other lines out', async (encoding) => {
    const target = await receiver(() => ({ status: 200, headers: { 'content-type': 'application/x-protobuf' } }));
    const { stats } = await shipLines(trace('ecs'), otlp({ url: `${target.url}/v1/traces`, encoding }));
    expect(stats).toMatchObject({ stored: 2, skipped: 1, rejected: 0 });
    expect(target.requests[0]).toMatchObject({
      path: '/v1/traces',
      headers: { 'content-type': encoding === 'json' ? 'application/json' : 'application/x-protobuf' },
    });
    if (encoding === 'json') return;
    const [call, request] = readTraces(target.requests[0]?.body ?? Buffer.alloc(0));
    const record = parseLine(trace('otel')[0] ?? '')?.record;
    expect(call).toMatchObject({
      resource: { 'service.name': 'rag-api' },
      name: 'chat gpt-4o',
      kind: record?.['span.kind'] === 'CLIENT' ? 3 : 1,
      parentSpanId: request?.['spanId'],
      traceId: request?.['traceId'],
      status: 2,
      attributes: {
        'gen_ai.usage.input_tokens': 14,
        'gen_ai.request.temperature': 0.5,
        'openinference.span.kind': 'LLM',
        'langsmith.span.kind': 'llm',
      },
      events: [{ name: 'exception', attributes: { 'exception.type': 'TypeError', 'exception.message': 'boom' } }],
    });
    expect((call?.['end'] as bigint) >= (call?.['start'] as bigint)).toBe(true);
  });

  it('keeps nanoseconds and ids exactly', async () => {
    const target = await receiver(() => ({ status: 200 }));
    await shipLines(spanLines(3), otlp({ url: target.url }));
    const spans = readTraces(target.requests[0]?.body ?? Buffer.alloc(0));
    expect(spans.map(({ spanId }) => spanId)).toEqual(['0000000000000001', '0000000000000002', '0000000000000003']);
    expect(spans[0]).toMatchObject({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      start: BigInt(Date.parse('2026-11-23T09:12:34.123Z')) * 1_000_000n + 456_000n,
      end: BigInt(Date.parse('2026-11-23T09:12:35.957Z')) * 1_000_000n + 456_000n,
    });
  });

  it('does not send again what was refused in part, counts it and keeps the lines', async () => {
    // partial_success { rejected_spans: 2 }
    const body = Buffer.from([0x0a, 0x02, 0x08, 0x02]);
    const target = await receiver(() => ({ status: 200, headers: { 'content-type': 'application/x-protobuf' }, body }));
    const { root, stats } = await shipLines(spanLines(5), otlp({ url: target.url }));
    expect(target.requests).toHaveLength(1);
    expect(stats).toMatchObject({ stored: 3, rejected: 2 });
    expect(deadLetters(root, 'otlp')).toHaveLength(5);
    expect(deadLetters(root, 'otlp')[0]?.reason).toContain('2 of the 5 lines of this request were refused');
  });

  it.each([
    ['application/x-protobuf', Buffer.from([0x0a, 0x06, 0x12, 0x04, ...Buffer.from('old!')])],
    ['application/json', Buffer.from('{"partialSuccess":{"rejectedSpans":"0","errorMessage":"old!"}}')],
  ])('reports a warning once, and counts the lines as stored: %s', async (contentType, body) => {
    const target = await receiver(() => ({ status: 200, headers: { 'content-type': contentType }, body }));
    const root = temporaryFolder();
    leave(root, spanLines(600));
    const { engine, reports } = ship(root, otlp({ url: target.url }));
    await engine.drain();
    expect(target.requests.length).toBeGreaterThan(1);
    expect(engine.stats()['otlp']).toMatchObject({ stored: 600, rejected: 0, retries: 0 });
    expect(deadLetters(root, 'otlp')).toEqual([]);
    expect(reports).toMatchObject([
      { level: 'warn', what: 'warned', message: 'otlp: lines were stored with a warning: old!' },
    ]);
  });

  it('gives up on a line that breaks the receiver each time, and not on the others', async () => {
    const names: unknown[] = [];
    const target = await receiver(({ body }) => {
      const spans = readTraces(body);
      if (spans.some(({ spanId }) => spanId === '0000000000000003')) return { status: 500 };
      names.push(...spans.map(({ spanId }) => spanId));
      return { status: 200 };
    });
    const { root } = await shipLines(spanLines(4), otlp({ url: target.url }));
    expect(names).toEqual(['0000000000000001', '0000000000000002', '0000000000000004']);
    expect(deadLetters(root, 'otlp').map(({ reason }) => reason)).toEqual(['500 from the server']);
  });

  it('keeps a span without valid ids out of the request, which would be refused as a whole', async () => {
    const target = await receiver(() => ({ status: 200 }));
    const broken = (spanLines(1)[0] ?? '').replace('4bf92f3577b34da6a3ce929d0e0e4736', 'zz');
    const { root, stats } = await shipLines([broken, ...spanLines(2)], otlp({ url: target.url }));
    expect(stats).toMatchObject({ stored: 2, rejected: 1 });
    expect(deadLetters(root, 'otlp').map(({ line }) => line)).toEqual([broken]);
  });

  it.each(['conventions', 'datadog', 'langfuse', 'langsmith', 'phoenix'] as const)(
    'has the names that a receiver reads: %s',
    async (spelling) => {
      const target = await receiver(() => ({ status: 200 }));
      const line = JSON.stringify({
        ...(JSON.parse(spanLines(1)[0] ?? '') as object),
        'span.type': 'llm',
        'gen_ai.usage.cache_write.input_tokens': 7,
        'spanline.cost.usd': 0.25,
      });
      const sinks = {
        conventions: jaeger({ url: target.url }),
        // Its preset has no address of one's own; a row below has its spelling.
        datadog: otlp({ url: target.url, spelling: 'datadog' }),
        langfuse: langfuse({ keys: 'pk:sk', url: target.url }),
        langsmith: langsmith({ apiKey: 'k', url: target.url }),
        phoenix: phoenix({ url: target.url }),
      };
      for (const sink of [sinks[spelling], otlp({ url: target.url, spelling })]) await shipLines([line], sink);
      const told = target.requests.map(({ body }) => readTraces(body)[0]?.['attributes'] as Record<string, unknown>);
      expect(told).toHaveLength(2);
      for (const attributes of told) {
        const hasNew = spelling !== 'langfuse' && spelling !== 'phoenix';
        const hasOld = spelling !== 'conventions' && spelling !== 'langsmith';
        expect(attributes['gen_ai.usage.cache_write.input_tokens']).toBe(hasNew ? 7 : undefined);
        expect(attributes['gen_ai.usage.cache_creation.input_tokens']).toBe(hasOld ? 7 : undefined);
        expect(attributes['gen_ai.usage.cost']).toBe(spelling === 'langfuse' ? 0.25 : undefined);
        expect(attributes['spanline.cost.usd']).toBe(0.25);
      }
    },
  );

  it.each([
    [
      langfuse({ keys: 'pk:sk' }),
      'https://cloud.langfuse.com/api/public/otel/v1/traces',
      ['authorization', 'x-langfuse-ingestion-version'],
    ],
    [
      langsmith({ apiKey: 'k', project: 'p' }),
      'https://api.smith.langchain.com/otel/v1/traces',
      ['langsmith-project', 'x-api-key'],
    ],
    [phoenix({ project: 'p', apiKey: 'k' }), 'http://localhost:6006/v1/traces', ['authorization', 'x-project-name']],
    [jaeger(), 'http://localhost:4318/v1/traces', []],
    [grafana(), 'http://localhost:4318/v1/traces', []],
    [
      grafana({ url: 'https://gateway.grafana.net/otlp', keys: '123:token', tenant: 'a' }),
      'https://gateway.grafana.net/otlp/v1/traces',
      ['authorization', 'x-scope-orgid'],
    ],
    [honeycomb({ apiKey: 'k' }), 'https://api.honeycomb.io/v1/traces', ['x-honeycomb-team']],
    [
      honeycomb({ apiKey: 'k', url: 'https://api.eu1.honeycomb.io', dataset: 'd' }),
      'https://api.eu1.honeycomb.io/v1/traces',
      ['x-honeycomb-dataset', 'x-honeycomb-team'],
    ],
    [
      datadogLlmObs({ apiKey: 'k', site: 'datadoghq.eu' }),
      'https://otlp.datadoghq.eu/v1/traces',
      ['dd-api-key', 'dd-otlp-source'],
    ],
  ])('has a preset: %o', (sink, url, headers) => {
    const { http, spelling } = sink.options as { http: { url: string; headers: object }; spelling: string };
    expect(http.url).toBe(url);
    const spellings: Record<string, string> = {
      'datadog-llmobs': 'datadog',
      langfuse: 'langfuse',
      langsmith: 'langsmith',
      phoenix: 'phoenix',
    };
    expect(spelling).toBe(spellings[sink.name] ?? 'conventions');
    expect(Object.keys(http.headers).toSorted()).toEqual(headers);
  });
});
