import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { expect, it, onTestFinished } from 'vitest';
import { createTracer, type SpanAttributes, type SpanOptions, type Tracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { genAiMetrics } from '@spanline/monitor/otel';

interface Point {
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
  count?: number;
  sum?: number;
  asDouble?: number;
  asInt?: number;
  explicitBounds?: number[];
}

interface Metric {
  name: string;
  unit: string;
  histogram?: { dataPoints: Point[] };
  sum?: { dataPoints: Point[]; isMonotonic: boolean };
}

interface Exported {
  resourceMetrics: { scopeMetrics: { scope: { name: string }; metrics: Metric[] }[] }[];
}

async function bodyOf(request: IncomingMessage): Promise<Exported> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as Exported;
}

/** Runs calls with metrics, and returns what a collector gets. */
async function collect(olderNames: boolean, run: (tracer: Tracer) => void): Promise<Metric[]> {
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
  const stop = genAiMetrics({ tracer, meterProvider, olderNames });
  run(tracer);
  stop();
  run(tracer);
  await meterProvider.shutdown();
  const [scope] = received[0]?.resourceMetrics[0]?.scopeMetrics ?? [];
  expect(scope?.scope.name).toBe('@spanline/monitor');
  return scope?.metrics ?? [];
}

const MODEL = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o',
  'server.address': 'api.openai.com',
  'server.port': 8443,
};
const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864];

function runAll(tracer: Tracer): void {
  const end = (options: SpanOptions & { attributes: SpanAttributes }, error?: Error): void => {
    const span = tracer.startSpan(options);
    if (error !== undefined) span.fail(error);
    span.end();
  };
  const chat = (attributes: SpanAttributes, error?: Error): void =>
    end({ name: 'chat gpt-4o', type: 'llm', attributes: { ...MODEL, ...attributes } }, error);
  const usage = { 'gen_ai.usage.input_tokens': 580, 'gen_ai.usage.output_tokens': 840 };
  chat(usage);
  chat({
    ...usage,
    'gen_ai.response.time_to_first_chunk': 0.4,
    'gen_ai.usage.cache_read.input_tokens': 500,
    'gen_ai.usage.cache_write.input_tokens': 20,
    'gen_ai.usage.reasoning.output_tokens': 600,
    'gen_ai.usage.audio.output_tokens': 100,
  });
  chat({}, new TypeError('no'));
  chat({ ...usage, 'gen_ai.operation.name': 'fetch_response' });
  const embeddings = { ...MODEL, 'gen_ai.operation.name': 'embeddings', 'gen_ai.usage.input_tokens': 12 };
  end({ name: 'embeddings', type: 'embedding', attributes: embeddings });
  end({ name: 'invoke_agent planner', type: 'agent', attributes: { 'gen_ai.agent.name': 'planner' } });
  end(
    { name: 'execute_tool lookup', type: 'tool', attributes: { 'gen_ai.tool.name': 'lookup' } },
    new RangeError('no'),
  );
  end({ name: 'search', type: 'retriever', attributes: {} });
}

/** Points with their attributes, a count for durations and a sum for the rest. */
function shown({ unit, histogram, sum }: Metric): object[] {
  return (
    (histogram ?? sum)?.dataPoints.map(({ attributes, count, sum: total, asDouble, asInt }) => ({
      ...Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue])),
      ...(unit === 's' ? { count } : { tokens: total ?? asInt ?? asDouble }),
    })) ?? []
  );
}

it('records the metrics of the GenAI conventions v0.1.0, which the SDK exports over OTLP', async () => {
  const metrics = await collect(false, runAll);
  const points = Object.fromEntries(metrics.map((metric) => [metric.name, shown(metric)]));
  const unknown = { ...MODEL, 'gen_ai.token.modality': 'unknown' };
  const usage = 'gen_ai.client.inference.usage';
  const embeddings = { ...MODEL, 'gen_ai.operation.name': 'embeddings' };
  expect(points).toEqual({
    'gen_ai.client.inference.duration': [
      { ...MODEL, count: 2 },
      { ...MODEL, 'error.type': 'TypeError', count: 1 },
      { ...MODEL, 'gen_ai.operation.name': 'fetch_response', count: 1 },
    ],
    'gen_ai.client.inference.time_to_first_chunk': [{ ...MODEL, count: 1 }],
    [`${usage}.input_tokens`]: [{ ...unknown, tokens: 1160 }],
    [`${usage}.output_tokens`]: [
      { ...unknown, tokens: 1580 },
      { ...MODEL, 'gen_ai.token.modality': 'audio', tokens: 100 },
    ],
    [`${usage}.cache_read.input_tokens`]: [{ ...unknown, tokens: 500 }],
    [`${usage}.cache_write.input_tokens`]: [{ ...unknown, tokens: 20 }],
    [`${usage}.reasoning.output_tokens`]: [{ ...unknown, tokens: 600 }],
    'gen_ai.client.inference.operation.input_tokens': [{ ...MODEL, tokens: 1160 }],
    'gen_ai.client.inference.operation.output_tokens': [{ ...MODEL, tokens: 1680 }],
    'gen_ai.client.embeddings.duration': [{ ...embeddings, count: 1 }],
    'gen_ai.client.embeddings.operation.input_tokens': [{ ...embeddings, tokens: 12 }],
    'gen_ai.invoke_agent.duration': [
      { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'planner', count: 1 },
    ],
    'gen_ai.execute_tool.duration': [
      { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'lookup', 'error.type': 'RangeError', count: 1 },
    ],
  });
  for (const { name, unit, histogram, sum } of metrics) {
    const isUsage = name.startsWith(usage);
    expect([name, unit]).toEqual([name, name.endsWith('tokens') ? '{token}' : 's']);
    expect([name, sum?.isMonotonic]).toEqual([name, isUsage ? true : undefined]);
    const bounds = histogram?.dataPoints[0]?.explicitBounds;
    const agent = SECONDS.slice(0, -1).map((seconds) => Number((seconds * 10).toPrecision(6)));
    const expected = name === 'gen_ai.invoke_agent.duration' ? agent : unit === 's' ? SECONDS : TOKENS;
    expect([name, bounds]).toEqual([name, isUsage ? undefined : expected]);
  }
});

it('records the older names as well, with olderNames', async () => {
  const metrics = await collect(true, runAll);
  const older = metrics.filter(({ name }) => /^gen_ai\.client\.(?:token|operation)\./.test(name));
  expect(older.map(({ name }) => name)).toEqual(['gen_ai.client.token.usage', 'gen_ai.client.operation.duration']);
  expect(older.map(({ histogram }) => histogram?.dataPoints[0]?.explicitBounds)).toEqual([TOKENS, SECONDS]);
  expect(shown(older[0] ?? { name: '', unit: '' })).toContainEqual({
    ...MODEL,
    'gen_ai.token.type': 'output',
    tokens: 1680,
  });
});

it('records the requests of MCP, by the side that reports them', async () => {
  const metrics = await collect(false, (tracer) => {
    const call = (kind: 'CLIENT' | 'SERVER' | undefined, attributes: SpanAttributes, error?: Error): void => {
      const span = tracer.startSpan({
        name: 'tools/call add',
        type: 'tool',
        ...(kind === undefined ? {} : { kind }),
        attributes: { 'mcp.method.name': 'tools/call', 'network.transport': 'pipe', ...attributes },
      });
      if (error !== undefined) span.fail(error);
      span.end();
    };
    call('CLIENT', { 'gen_ai.tool.name': 'add' });
    call('SERVER', { 'gen_ai.tool.name': 'add' });
    call(undefined, { 'gen_ai.tool.name': 'add' });
    const refused = Object.assign(new Error('no such tool'), { name: '-32602' });
    call('SERVER', { 'gen_ai.tool.name': 'made up', 'rpc.response.status_code': '-32602' }, refused);
  });
  const points = Object.fromEntries(metrics.map((metric) => [metric.name, shown(metric)]));
  const request = {
    'mcp.method.name': 'tools/call',
    'gen_ai.operation.name': 'execute_tool',
    'network.transport': 'pipe',
  };
  expect(points).toMatchObject({
    'mcp.client.operation.duration': [{ ...request, 'gen_ai.tool.name': 'add', count: 2 }],
    'mcp.server.operation.duration': [
      { ...request, 'gen_ai.tool.name': 'add', count: 1 },
      { ...request, 'rpc.response.status_code': '-32602', 'error.type': '-32602', count: 1 },
    ],
  });
  const [bounds] = metrics
    .filter(({ name }) => name === 'mcp.client.operation.duration')
    .map(({ histogram }) => histogram?.dataPoints[0]?.explicitBounds);
  expect(bounds).toEqual([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300]);
});
