import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startHeapMeter } from './heap-meter.ts';

const mode = process.argv[2] ?? 'none';
const file = process.argv[3] ?? '/dev/null';
const sink = process.argv[4];

if (mode === 'otel') {
  const { registerInstrumentations } = await import('@opentelemetry/instrumentation');
  const { HttpInstrumentation } = await import('@opentelemetry/instrumentation-http');
  const { ExpressInstrumentation } = await import('@opentelemetry/instrumentation-express');
  const { NodeTracerProvider } = await import('@opentelemetry/sdk-trace-node');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const { BatchSpanProcessor } = await import('@opentelemetry/sdk-trace-base');
  const exporter = new OTLPTraceExporter({ url: `${sink}/v1/traces` });
  new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] }).register();
  registerInstrumentations({ instrumentations: [new HttpInstrumentation(), new ExpressInstrumentation()] });
}

const { createRequire } = await import('node:module');
// CommonJS, so that OpenTelemetry's require hook sees Express.
const express = createRequire(import.meta.url)('express') as typeof import('express');
const app = express();

if (mode === 'spanline' || mode === 'disabled') {
  const { createLogger, createTracer } = await import('@spanline/core');
  const { spanlineExpress } = await import('@spanline/express');
  const tracer = createTracer({
    service: { name: 'bench' },
    logger: createLogger({}, file),
    statsIntervalSeconds: 0,
    enabled: mode === 'spanline',
  });
  app.use(spanlineExpress({ tracer }));
} else if (mode === 'next' || mode === 'ids' || mode === 'span') {
  const { floor } = await import('./express-floors.ts');
  app.use(floor(mode, file));
} else if (mode === 'pino-http') {
  const { pinoHttp } = await import('pino-http');
  const { destination } = await import('pino');
  app.use(pinoHttp(destination({ dest: file, sync: true })));
}

app.get('/hello/:id', (req, res) => {
  res.json({ id: req.params.id });
});

// The client's connections rest during the turns of the other servers.
const server = createServer({ keepAliveTimeout: 600_000 }, app).listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});

let from = process.cpuUsage();
let stopMeter = startHeapMeter();
process.on('message', (message) => {
  if (message === 'reset') {
    stopMeter();
    stopMeter = startHeapMeter();
    from = process.cpuUsage();
    process.send?.({ reset: true });
  } else if (message === 'read') {
    const { user, system } = process.cpuUsage(from);
    process.send?.({ ns: (user + system) * 1000, ...stopMeter() });
    stopMeter = startHeapMeter();
  }
});
process.on('disconnect', () => process.exit(0));
