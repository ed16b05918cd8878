import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, it, onTestFinished } from 'vitest';
import { spanlineExpress } from '@spanline/express';
import { createWorld, MINUTE } from './world.ts';

it('fires the default rules for errors and for model calls when a provider refuses every call with 401', async () => {
  const world = createWorld();
  const { tracer } = world;
  const app = express().set('env', 'test').use(spanlineExpress({ tracer }));
  app.get('/ask', async () => {
    await tracer.withSpan({ name: 'chat m', type: 'llm' }, async () => {
      await Promise.reject(Object.assign(new Error('401 Incorrect API key provided'), { status: 401 }));
    });
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());

  const { port } = server.address() as AddressInfo;
  for (let asked = 0; asked < 20; asked++) {
    const { status } = await fetch(`http://127.0.0.1:${port}/ask`, { headers: { connection: 'close' } });
    expect(status).toBe(401);
  }
  await expect.poll(() => tracer.stats().open).toBe(0);
  world.pass(MINUTE);

  expect(world.events()).toEqual(['Error Rate fired', 'Failed Model Calls fired']);
});
