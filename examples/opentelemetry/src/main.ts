/**
 * Prints the spans of OpenTelemetry's API as lines, then the same spans of Spanline as OTLP. With
 * `OTEL_EXPORTER_OTLP_ENDPOINT`, such as `http://localhost:4318`, a collector gets both.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { createLogger, createTracer, type SpanRecord, toOtlp } from '@spanline/core';
import { SpanlineSpanProcessor } from '@spanline/otel';
import { jaeger, spool, startShipper } from '@spanline/ship';
import { answerWithOpenTelemetry } from './with-opentelemetry.ts';
import { answerWithSpanline } from './with-spanline.ts';

/** The longest time for a collector that does not answer. */
const GRACE_MS = 30_000;
const QUESTION = 'Where does the Rhine rise?';

const url = process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
// Throws for an address that is none, before anything is recorded.
const to = url === undefined ? [] : [jaeger({ url })];
const dir = mkdtempSync(join(tmpdir(), 'rivers-'));
const spooled = spool({ dir });
const service = { name: 'rivers', version: '1.0.0' };
const tracer = createTracer({ service, logger: createLogger({}, spooled), statsIntervalSeconds: 0 });
const records: SpanRecord[] = [];
tracer.onRecord((record) => records.push(record));

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const provider = new BasicTracerProvider({ spanProcessors: [new SpanlineSpanProcessor({ tracer })] });
await answerWithOpenTelemetry(provider.getTracer('rivers'), QUESTION);
for (const record of records.splice(0)) console.log(JSON.stringify(record));

await answerWithSpanline(tracer, QUESTION);
console.log(JSON.stringify(toOtlp(records)));

await provider.shutdown();
await tracer.shutdown();
await spooled.close();
if (url !== undefined) {
  const shipper = startShipper({ dir, to, final: true });
  const waiting = setTimeout(() => void shipper.stop(0), GRACE_MS);
  await shipper.drain();
  clearTimeout(waiting);
  await shipper.stop(0);
  const { stored = 0, state } = shipper.stats()['jaeger'] ?? {};
  console.error(`${stored} spans are at ${url} (${state})`);
}
rmSync(dir, { recursive: true, force: true });
