/** A replica of a service, in a process of its own: it serves a quarter of a minute of requests for each message that it gets. */

import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { type AlertStore, createMonitor, fileAlertStore, pagerDuty } from '@spanline/monitor';

/** `place` is where replicas share their memory: a folder, or what the module of a store opens. */
const [url = '', start = '0', file = '', place = '', module = '', more = '{}'] = process.argv.slice(2);
/** `rule`: further fields of the rule. */
const { rule, closesOnSigterm = false } = JSON.parse(more) as { rule?: object; closesOnSigterm?: boolean };
let now = Number(start);
const clock = { now: () => now };
const SHORT = place === '' ? {} : { windowMinutes: 1, recoverAfterMinutes: 1 };
const tracer = createTracer({
  service: { name: 'shop' },
  statsIntervalSeconds: 0,
  clock: { ...clock, monotonic: clock.now },
  logger: memoryLog().logger,
});
/** Called when an evaluation was saved in the shared memory, or could not be saved. */
let onEnd = (): void => {};

async function openStore(): Promise<AlertStore> {
  if (module === '') return fileAlertStore(place);
  const { open } = (await import(module)) as { open: (place: string) => Promise<AlertStore> };
  return open(place);
}

async function sharedStore(): Promise<AlertStore> {
  const store = await openStore();
  const orEnd = async <T>(work: () => T | Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      onEnd();
      throw error;
    }
  };
  return {
    read: (name) => orEnd(() => store.read(name)),
    async replace(...args) {
      const isDone = await orEnd(() => store.replace(...args));
      if (isDone) onEnd();
      return isDone;
    },
  };
}

const monitor = createMonitor({
  tracer,
  clock,
  rules: [
    {
      name: 'Errors',
      metric: 'error_rate',
      threshold: 0.01,
      comparison: 'gt',
      severity: 'critical',
      ...SHORT,
      ...rule,
    },
  ],
  channels: { slack: pagerDuty({ routingKey: 'key', url }) },
  ...(file === '' ? {} : { memory: { file } }),
  ...(place === '' ? {} : { memory: { store: await sharedStore(), name: 'shop' } }),
});

async function evaluate(): Promise<void> {
  const ended = place === '' ? undefined : new Promise<void>((resolve) => void (onEnd = resolve));
  monitor.evaluate();
  await ended;
}

async function serve(isFailing: boolean): Promise<void> {
  now += 15_000;
  for (let request = 0; request < 12; request++) {
    const span = tracer.startSpan({ name: 'POST /ask', type: 'http' });
    if (isFailing) span.fail(new Error('no'));
    span.end();
  }
  await evaluate();
  process.send?.({ state: monitor.alerts()[0]?.state ?? 'OK', now, alone: monitor.stats().alone });
}

async function end(): Promise<void> {
  await monitor.close();
  process.kill(process.pid, 'SIGTERM');
}

if (closesOnSigterm) process.once('SIGTERM', () => void end());
process.on('message', (isFailing) => void serve(isFailing === true));
