/** An application with `/metrics`: each `POST /?failed=<n>&good=<n>` is so many requests that it has served. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { metricsHandler } from '@spanline/monitor/prometheus';

const tracer = createTracer({ logger: memoryLog().logger, statsIntervalSeconds: 0 });
const metrics = metricsHandler({ tracer });

function serve(isFailed: boolean): void {
  const span = tracer.startSpan({ name: 'POST /ask', type: 'http', attributes: { 'http.route': '/ask' } });
  if (isFailed) span.fail(new Error('no answer'));
  span.end();
}

const server = createServer((request, response) => {
  if (request.method !== 'POST') {
    metrics(request, response);
    return;
  }
  const { searchParams } = new URL(request.url ?? '', 'http://x');
  for (const kind of ['failed', 'good']) {
    for (let count = Number(searchParams.get(kind)); count > 0; count--) serve(kind === 'failed');
  }
  response.end();
}).listen(0, '127.0.0.1', () => {
  process.stdout.write(`serving on ${(server.address() as AddressInfo).port}\n`);
});
