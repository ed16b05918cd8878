/**
 * The service of examples/rag-service in a process of its own. Answers each message: with what it cost since the last
 * one, or with its memory.
 */
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
  /** How late the event loop was: median and 99th percentile. */
  readonly loopDelayP50Ms: number;
  readonly loopDelayP99Ms: number;
  /** Of the tracer. */
  readonly internalErrors: number;
}

/** Memory after a full garbage collection. */
export interface ServiceMemory {
  readonly rssBytes: number;
  readonly heapBytes: number;
}

/** A question to this process. */
export interface ServiceQuestion {
  readonly about: 'cost' | 'memory';
}

const RESOLUTION_MS = 10;

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
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
let before = process.cpuUsage();

/** The histogram holds the times between two looks, which are at least its resolution. */
const lateMs = (percentile: number): number => Math.max(0, delay.percentile(percentile) / 1e6 - RESOLUTION_MS);

function costSinceThen(): ServiceCost {
  const { user, system } = process.cpuUsage(before);
  const cost: ServiceCost = {
    cpuMs: (user + system) / 1000,
    rssMb: process.memoryUsage.rss() / 1e6,
    loopDelayP50Ms: lateMs(50),
    loopDelayP99Ms: lateMs(99),
    internalErrors: tracer.stats().internalErrors,
  };
  delay.reset();
  before = process.cpuUsage();
  return cost;
}

function memoryNow(): ServiceMemory {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { rssBytes: rss, heapBytes: heapUsed };
}

process.on('message', (question) => {
  process.send?.((question as ServiceQuestion).about === 'memory' ? memoryNow() : costSinceThen());
});
process.once('disconnect', () => process.exit());
const server = app.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
// A connection that is closed while the load uses it again would fail a request that no user sent.
server.keepAliveTimeout = 0;
