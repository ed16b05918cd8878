/** The service of examples/rag-service in a process of its own. Answers a message with what it cost since the last one. */
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createLogger, createTracer } from '@spanline/core';
import { createMonitor } from '@spanline/monitor';
import { loadManual } from '../../../examples/rag-service/src/documents.ts';
import { createService } from '../../../examples/rag-service/src/service.ts';

/** What the service cost. */
export interface ServiceCost {
  readonly cpuMs: number;
  readonly rssMb: number;
  /** 99th percentile of how late the event loop was. */
  readonly loopDelayMs: number;
  /** Of the tracer. */
  readonly internalErrors: number;
}

const [providerPort = '', file = ''] = process.argv.slice(2);
const tracer = createTracer({
  service: { name: 'docs-assistant', environment: 'production' },
  logger: createLogger({ pretty: false }, file),
});
const monitor = createMonitor({ tracer });
const provider = {
  baseURL: `http://127.0.0.1:${providerPort}/v1`,
  apiKey: 'not-needed',
  model: 'gpt-4o-mini',
  local: true,
  stop: () => Promise.resolve(),
};
const app = await createService({ tracer, monitor, provider, chunks: loadManual() });
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
let before = process.cpuUsage();

process.on('message', () => {
  const { user, system } = process.cpuUsage(before);
  const cost: ServiceCost = {
    cpuMs: (user + system) / 1000,
    rssMb: process.memoryUsage.rss() / 1e6,
    loopDelayMs: delay.percentile(99) / 1e6,
    internalErrors: tracer.stats().internalErrors,
  };
  delay.reset();
  before = process.cpuUsage();
  process.send?.(cost);
});
process.once('disconnect', () => process.exit());
const server = app.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
// A connection that is closed while the load uses it again would fail a request that no user sent.
server.keepAliveTimeout = 0;
