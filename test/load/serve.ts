/** The service in a process of its own. Prints its port; on SIGTERM it ships what is left, and prints what it cost. */
import type { AddressInfo } from 'node:net';
import { createLogger, createTracer } from '@spanline/core';
import { elasticsearch, spool } from '@spanline/ship';
import { createService } from './service.ts';

const [dir = '', url = ''] = process.argv.slice(2);
const spooled = spool({ dir, to: [elasticsearch({ url })] });
const tracer = createTracer({
  logger: createLogger({ pretty: false }, spooled),
  service: { name: 'rag-api', version: '2.4.1', environment: 'production' },
});
const server = createService(tracer).listen(0, '127.0.0.1', () => {
  process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`);
});

async function end(): Promise<void> {
  server.closeAllConnections();
  server.close();
  const { user, system } = process.cpuUsage();
  await tracer.shutdown();
  const isDrained = await spooled.drain(120_000);
  const cost = {
    isDrained,
    cpuMs: (user + system) / 1000,
    maxRssBytes: process.resourceUsage().maxRSS * 1024,
    spool: spooled.stats(),
  };
  await spooled.close();
  process.stdout.write(`cost ${JSON.stringify(cost)}\n`);
}
process.once('SIGTERM', () => void end());
