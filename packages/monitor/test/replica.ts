/** A replica of a service, in a process of its own: it serves a minute of requests for each message that it gets. */

import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { createMonitor, pagerDuty } from '@spanline/monitor';

const [url = '', start = '0', file] = process.argv.slice(2);
let now = Number(start);
const clock = { now: () => now };
const tracer = createTracer({
  service: { name: 'shop' },
  statsIntervalSeconds: 0,
  clock: { ...clock, monotonic: clock.now },
  logger: memoryLog().logger,
});
const monitor = createMonitor({
  tracer,
  clock,
  rules: [{ name: 'Errors', metric: 'error_rate', threshold: 0.01, comparison: 'gt', severity: 'critical' }],
  channels: { slack: pagerDuty({ routingKey: 'key', url }) },
  ...(file === undefined ? {} : { memory: { file } }),
});

process.on('message', (isFailing) => {
  for (let quarter = 0; quarter < 4; quarter++) {
    now += 15_000;
    for (let request = 0; request < 12; request++) {
      const span = tracer.startSpan({ name: 'POST /ask', type: 'http' });
      if (isFailing === true) span.fail(new Error('no'));
      span.end();
    }
    monitor.evaluate();
  }
  process.send?.({ state: monitor.alerts()[0]?.state ?? 'OK', now });
});
