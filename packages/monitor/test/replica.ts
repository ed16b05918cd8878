/** A replica of a service, in a process of its own: it serves a minute of requests for each message that it gets. */

import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { type AlertStore, createMonitor, fileAlertStore, pagerDuty } from '@spanline/monitor';

const [url = '', start = '0', file = '', folder = ''] = process.argv.slice(2);
let now = Number(start);
const clock = { now: () => now };
const SHORT = folder === '' ? {} : { windowMinutes: 1, recoverAfterMinutes: 1 };
const tracer = createTracer({
  service: { name: 'shop' },
  statsIntervalSeconds: 0,
  clock: { ...clock, monotonic: clock.now },
  logger: memoryLog().logger,
});
/** Called when an evaluation was saved in the shared memory. */
let onSaved = (): void => {};

function sharedStore(): AlertStore {
  const { read, replace } = fileAlertStore(folder);
  return {
    read,
    replace(...args) {
      const isDone = replace(...args);
      if (isDone === true) onSaved();
      return isDone;
    },
  };
}

const monitor = createMonitor({
  tracer,
  clock,
  rules: [{ name: 'Errors', metric: 'error_rate', threshold: 0.01, comparison: 'gt', severity: 'critical', ...SHORT }],
  channels: { slack: pagerDuty({ routingKey: 'key', url }) },
  ...(file === '' ? {} : { memory: { file } }),
  ...(folder === '' ? {} : { memory: { store: sharedStore(), name: 'shop' } }),
});

async function evaluate(): Promise<void> {
  const saved = folder === '' ? undefined : new Promise<void>((resolve) => void (onSaved = resolve));
  monitor.evaluate();
  await saved;
}

async function serve(isFailing: boolean): Promise<void> {
  for (let quarter = 0; quarter < 4; quarter++) {
    now += 15_000;
    for (let request = 0; request < 12; request++) {
      const span = tracer.startSpan({ name: 'POST /ask', type: 'http' });
      if (isFailing) span.fail(new Error('no'));
      span.end();
    }
    await evaluate();
  }
  process.send?.({ state: monitor.alerts()[0]?.state ?? 'OK', now });
}

process.on('message', (isFailing) => void serve(isFailing === true));
