/** Adapters of HTTP frameworks, and values of the application that cannot be read: users, sessions, labels and errors. */

import { expect, it } from 'vitest';
import { createTracer, validate } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { HOSTILE } from '../../packages/core/test/hostile-values.ts';
import { SERVERS } from './support/servers.ts';

it.each(SERVERS)('a server of $name $way has a valid line for each request', async ({ name, start }) => {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0 });
  const running = await start(
    [await import(`@spanline/${name}`)],
    { tracer },
    {
      'GET /values/:id': async ({ id, identify }) => {
        const value = HOSTILE[Number(id)]?.[1] as never;
        identify({ userId: value, sessionId: value, labels: value });
        identify({ labels: { value } });
        identify(value);
        return 'answered';
      },
    },
  );
  try {
    for (const [index, [what]] of HOSTILE.entries())
      expect([what, await (await fetch(`${running.url}/values/${index}`)).text()]).toEqual([what, 'answered']);
    await expect.poll(() => log.records().length).toBe(HOSTILE.length);
    for (const record of log.records()) {
      expect(record).toMatchObject({ 'span.status': 'ok', 'http.response.status_code': 200 });
      expect(validate(record)).toEqual({ valid: true });
    }
    expect(tracer.stats().open).toBe(0);
  } finally {
    await running.stop();
  }
});
