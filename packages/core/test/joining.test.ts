import { context, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { afterAll, describe, expect, it } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { jsonLines, runChild } from '../../../test/support/child.ts';

describe('inside an active OpenTelemetry span', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  provider.register();
  afterAll(async () => {
    await provider.shutdown();
    trace.disable();
    context.disable();
  });

  it('a root becomes its child, with no dependency on OpenTelemetry', async () => {
    const log = memoryLog();
    const tracer = createTracer({ service: { name: 'joined' }, logger: log.logger, statsIntervalSeconds: 0 });
    await trace.getTracer('app').startActiveSpan('outer', async (outer) => {
      await tracer.withSpan({ name: 'root', type: 'chain' }, async () => {
        tracer.withSpan({ name: 'child', type: 'tool' }, () => undefined);
        await Promise.resolve();
      });
      outer.end();
    });
    const [outer] = exporter.getFinishedSpans();
    const [child, root] = log.records();
    expect(root).toMatchObject({ trace_id: outer?.spanContext().traceId, parent_span_id: outer?.spanContext().spanId });
    expect(child).toMatchObject({ trace_id: root?.trace_id, parent_span_id: root?.span_id });
    expect(root).toHaveProperty('spanline.rollup.spans', 2);
  });

  it('a trace that OpenTelemetry does not sample is not written', async () => {
    const log = memoryLog();
    const tracer = createTracer({ service: { name: 'joined' }, logger: log.logger, statsIntervalSeconds: 0 });
    const unsampled = trace.wrapSpanContext({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
      traceFlags: 0,
    });
    context.with(trace.setSpan(context.active(), unsampled), () =>
      tracer.startSpan({ name: 'root', type: 'chain' }).end(),
    );
    expect(log.lines()).toEqual([]);
    expect(tracer.stats().sampledOut).toBe(1);
  });
});

describe('the recipes for other tracers', () => {
  it('join a dd-trace span, so that its backend finds the line by its own ids', async () => {
    const result = await runChild(
      `
import ddTrace from 'dd-trace';
import { createTracer } from '@spanline/core';
ddTrace.init({ startupLogs: false, plugins: false });
const tracer = createTracer({
  service: { name: 'joined' },
  statsIntervalSeconds: 0,
  parentContext() {
    const active = ddTrace.scope().active()?.context();
    if (!active) return undefined;
    const traceId = active.toTraceId(true).padStart(32, '0');
    return {
      traceId,
      spanId: BigInt(active.toSpanId()).toString(16).padStart(16, '0'),
      datadog: { traceId, spanId: active.toSpanId() },
    };
  },
});
await ddTrace.trace('outer', async (span) => {
  const context = span.context();
  console.log(JSON.stringify({ outer: true, trace: context.toTraceId(true), span: context.toSpanId() }));
  tracer.withSpan({ name: 'root', type: 'chain' }, () => tracer.withSpan({ name: 'child', type: 'tool' }, () => 1));
});
process.exit(0);
`,
      {
        env: {
          DD_TRACE_ENABLED: 'true',
          DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
          DD_REMOTE_CONFIGURATION_ENABLED: 'false',
        },
      },
    );
    const lines = jsonLines(result.stdout);
    const outer = lines.find((line) => line.outer === true);
    const root = lines.find((line) => line['span.name'] === 'root');
    expect(outer, result.stderr).toBeDefined();
    expect(root).toMatchObject({ 'dd.span_id': outer?.span, trace_id: outer?.trace });
    expect(BigInt(`0x${String(root?.parent_span_id)}`).toString()).toBe(outer?.span);
  });

  it('join an Elastic APM transaction', async () => {
    const result = await runChild(
      `
import apm from 'elastic-apm-node';
import { createTracer } from '@spanline/core';
apm.start({ serviceName: 'joined', disableSend: true, logLevel: 'off', instrument: false, centralConfig: false, cloudProvider: 'none', metricsInterval: '0s' });
const tracer = createTracer({
  service: { name: 'joined' },
  statsIntervalSeconds: 0,
  parentContext() {
    const { 'trace.id': traceId, 'span.id': span, 'transaction.id': transaction } = apm.currentTraceIds;
    return traceId === undefined ? undefined : { traceId, spanId: span ?? transaction };
  },
});
const transaction = apm.startTransaction('outer');
console.log(JSON.stringify({ outer: true, ids: apm.currentTraceIds }));
tracer.withSpan({ name: 'root', type: 'chain' }, () => 1);
transaction.end();
process.exit(0);
`,
    );
    const lines = jsonLines(result.stdout);
    const outer = lines.find((line) => line.outer === true)?.ids as Record<string, string> | undefined;
    expect(outer, result.stderr).toBeDefined();
    expect(lines.find((line) => line['span.name'] === 'root')).toMatchObject({
      trace_id: outer?.['trace.id'],
      parent_span_id: outer?.['transaction.id'],
    });
  });
});
