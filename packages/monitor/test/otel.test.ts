import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { expect, it, onTestFinished } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { genAiMetrics } from '@spanline/monitor/otel';

interface Point {
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
  count: number;
  sum: number;
  explicitBounds: number[];
}

interface Exported {
  resourceMetrics: {
    scopeMetrics: {
      scope: { name: string };
      metrics: { name: string; unit: string; histogram: { dataPoints: Point[] } }[];
    }[];
  }[];
}

async function bodyOf(request: IncomingMessage): Promise<Exported> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as Exported;
}

it('records model calls as the histograms of the semantic conventions, which the SDK exports over OTLP', async () => {
  const received: Exported[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      received.push(await bodyOf(request));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    })();
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const exporter = new OTLPMetricExporter({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/metrics`,
  });
  const meterProvider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
  });
  const tracer = createTracer({ logger: memoryLog().logger, statsIntervalSeconds: 0 });
  const stop = genAiMetrics({ tracer, meterProvider });
  const call = (error?: Error): void => {
    const span = tracer.startSpan({
      name: 'chat gpt-4o',
      type: 'llm',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-4o',
        'server.address': 'api.openai.com',
        'server.port': 8443,
        'gen_ai.usage.input_tokens': 580,
        'gen_ai.usage.output_tokens': 840,
      },
    });
    if (error !== undefined) span.fail(error);
    span.end();
  };
  call();
  call();
  call(new TypeError('no'));
  tracer.startSpan({ name: 'search', type: 'retriever' }).end();
  stop();
  call();
  await meterProvider.shutdown();
  const [scope] = received[0]?.resourceMetrics[0]?.scopeMetrics ?? [];
  expect(scope?.scope.name).toBe('@spanline/monitor');
  const shown = scope?.metrics.map(({ name, unit, histogram }) => ({
    name,
    unit,
    points: histogram.dataPoints.map(({ attributes, count, sum }) => ({
      ...Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue])),
      count,
      ...(unit === 's' ? {} : { sum }),
    })),
  }));
  const CALL = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o',
    'server.address': 'api.openai.com',
    'server.port': 8443,
  };
  expect(shown).toEqual([
    {
      name: 'gen_ai.client.token.usage',
      unit: '{token}',
      points: [
        { ...CALL, 'gen_ai.token.type': 'input', count: 3, sum: 1740 },
        { ...CALL, 'gen_ai.token.type': 'output', count: 3, sum: 2520 },
      ],
    },
    {
      name: 'gen_ai.client.operation.duration',
      unit: 's',
      points: [
        { ...CALL, count: 2 },
        { ...CALL, 'error.type': 'TypeError', count: 1 },
      ],
    },
  ]);
  expect(scope?.metrics.map(({ histogram }) => histogram.dataPoints[0]?.explicitBounds)).toEqual([
    [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864],
    [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
  ]);
});
