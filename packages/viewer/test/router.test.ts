/** The viewer behind a login of an application's own. */

import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, it, onTestFinished } from 'vitest';
import { viewer } from '@spanline/viewer';
import { send } from './support/client.ts';
import { logWith, spanLine } from './support/lines.ts';

async function mount(authorize: (request: express.Request) => boolean | Promise<boolean>): Promise<number> {
  const router = viewer({ source: logWith([spanLine({ trace: 1, span: 1 })]), authorize });
  const app = express();
  app.use('/admin/traces', router);
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    router.close();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

it('answers below its path, to those who may read', async () => {
  const port = await mount((request) => request.get('x-role') === 'admin');
  const admin = { 'x-role': 'admin' };
  expect((await send(port, '/admin/traces', admin)).headers['location']).toBe('traces/');
  expect((await send(port, '/admin/traces/', admin)).headers['content-type']).toBe('text/html; charset=utf-8');
  expect((await send(port, '/admin/traces/viewer.js', admin)).status).toBe(200);
  expect((await send(port, '/admin/traces/api/v1/about', admin)).json).toMatchObject({
    version: expect.any(String) as unknown,
  });
  for (const path of ['/admin/traces', '/admin/traces/', '/admin/traces/api/v1/traces', '/admin/traces/api/v1/live'])
    expect((await send(port, path)).status).toBe(403);
});

it('a login that fails is a refusal', async () => {
  const port = await mount(() => Promise.reject(new Error('the directory is down')));
  expect((await send(port, '/admin/traces/api/v1/traces')).status).toBe(403);
  const truthy = await mount(() => 'yes' as never);
  expect((await send(truthy, '/admin/traces/api/v1/traces')).status).toBe(403);
});

it('another site reads nothing with the cookie of a user', async () => {
  const port = await mount(() => true);
  const foreign = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' };
  expect((await send(port, '/admin/traces/api/v1/traces', foreign)).status).toBe(403);
});

it('it is not mounted without a decision about who may read', () => {
  expect(() => viewer({ source: 'a' } as never)).toThrow(/authorize must be a function/);
});
