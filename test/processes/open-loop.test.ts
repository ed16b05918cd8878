import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { sendOpenLoop } from '../load/open-loop/arrivals.ts';

const REQUESTS = 40;

it('a load is no easier for a service that stalls: requests go on to arrive, and their waiting counts', async () => {
  const waiting: ServerResponse[] = [];
  const times: number[] = [];
  const server = createServer((_, response) => {
    // Nobody is answered before the last one has asked, which clients that wait for an answer would never do.
    waiting.push(response);
    times.push(performance.now());
    if (waiting.length === REQUESTS) for (const one of waiting) one.end('answer');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const answered = await sendOpenLoop({ url, body: '{}', perSecond: 400, requests: REQUESTS });
  expect(answered.failed).toBe(0);
  expect(answered.latenciesMs).toHaveLength(REQUESTS);
  // The first waited for all that were due after it.
  const [first = 0] = times;
  expect(answered.latenciesMs[0]).toBeGreaterThanOrEqual((times.at(-1) ?? Infinity) - first);
});

it('a request that is refused counts as failed, and the others go on', async () => {
  let count = 0;
  const server = createServer((_, response) => {
    response.statusCode = count++ % 2 === 0 ? 200 : 503;
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const answered = await sendOpenLoop({ url, body: '{}', perSecond: 1000, requests: REQUESTS });
  expect([answered.failed, answered.latenciesMs.length]).toEqual([REQUESTS / 2, REQUESTS]);
});
