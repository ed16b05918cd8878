import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { minute, minutes, type Said } from '../../packages/monitor/test/drive-replica.ts';
import { freePort } from '../support/free-port.ts';
import { startRedis } from './support/redis.ts';
import type { RunningServer } from './support/server.ts';

const files = inject('servers').redis;

const REPLICA = fileURLToPath(new URL('../../packages/monitor/test/replica.ts', import.meta.url));
const STORE = new URL('support/redis-store.ts', import.meta.url).href;
const EXEC_ARGV = ['--conditions', '@spanline/source', '--import', 'tsx'];
const NOON = Date.parse('2026-03-29T12:00:00Z');

describe.skipIf(files === undefined)('alerts of two processes with one memory in Redis', () => {
  /** The messages that a pager was sent: action and key. */
  let messages: string[][];
  /** While it is set, the pager does not answer. */
  let isHolding: boolean;
  const held: ServerResponse[] = [];
  const pager = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { event_action: action, dedup_key: key } = JSON.parse(body) as Record<'event_action' | 'dedup_key', string>;
      messages.push([action, key]);
      if (isHolding) held.push(response);
      else response.writeHead(202).end('{}');
    });
  });
  const actions = (): (string | undefined)[] => messages.map(([action]) => action);

  let replicas: ChildProcess[];
  let redis: RunningServer;
  let port: number;
  let data: string;

  beforeAll(async () => {
    pager.listen(0, '127.0.0.1');
    await once(pager, 'listening');
  });

  afterAll(() => {
    pager.closeAllConnections();
    pager.close();
  });

  beforeEach(async () => {
    [messages, replicas, isHolding] = [[], [], false];
    data = mkdtempSync(join(tmpdir(), 'spanline-redis-data-'));
    port = await freePort();
    redis = await startRedis(files ?? '', port, data);
    for (let count = 0; count < 2; count++) start();
  });

  afterEach(async () => {
    for (const replica of replicas) await kill(replica);
    await redis.stop();
    for (const response of held.splice(0)) response.destroy();
    rmSync(data, { recursive: true, force: true });
  });

  function start(): void {
    const url = `http://127.0.0.1:${(pager.address() as AddressInfo).port}`;
    const memory = ['', `redis://127.0.0.1:${port}`, STORE];
    replicas.push(fork(REPLICA, [url, String(NOON), ...memory], { execArgv: EXEC_ARGV }));
  }

  async function kill(replica: ChildProcess): Promise<void> {
    const end = once(replica, 'exit');
    if (replica.exitCode === null && replica.signalCode === null && replica.kill('SIGKILL')) await end;
  }

  const both = (count: number, isFailing: boolean): Promise<Said[]> => minutes(count, replicas, [isFailing, isFailing]);

  it('send one message for the start that both see, and one for its end', async () => {
    await both(3, true);
    await expect.poll(actions).toEqual(['trigger']);
    await both(4, false);
    await expect.poll(actions).toEqual(['trigger', 'resolve']);
    expect(new Set(messages.map(([, key]) => key)).size).toBe(1);
  });

  it('the other one sends the message that a killed one had on its way, with the same key', async () => {
    const [first, second] = replicas as [ChildProcess, ChildProcess];
    isHolding = true;
    await minute(first, true);
    await expect.poll(actions).toEqual(['trigger']);
    await minute(second, true);
    expect(actions()).toEqual(['trigger']);
    await kill(first);
    isHolding = false;
    for (let count = 0; count < 3; count++) await minute(second, true);
    await expect.poll(actions).toEqual(['trigger', 'trigger']);
    for (let count = 0; count < 4; count++) await minute(second, false);
    await expect.poll(actions).toEqual(['trigger', 'trigger', 'resolve']);
    expect(new Set(messages.map(([, key]) => key)).size).toBe(1);
  });

  it('know the incident when a killed server is back', async () => {
    await both(3, true);
    await expect.poll(actions).toEqual(['trigger']);
    await redis.stop();
    for (const { state, alone } of await both(2, true)) {
      expect(state).toBe('ALERT');
      expect(alone).toBeGreaterThan(0);
    }
    expect(actions()).toEqual(['trigger']);
    redis = await startRedis(files ?? '', port, data);
    let before = -1;
    await expect
      .poll(
        async () => {
          const last = before;
          before = (await both(1, true)).reduce((sum, { alone }) => sum + alone, 0);
          return before - last;
        },
        { timeout: 20_000 },
      )
      .toBe(0);
    expect(actions()).toEqual(['trigger']);
    await both(4, false);
    await expect.poll(actions).toEqual(['trigger', 'resolve']);
  });

  it.each([
    ['before it is missed', 0],
    ['after each went on alone', 1],
  ])('go on with an incident when the server is back and has lost everything: %s', async (_, minutesAlone) => {
    const [, second] = replicas as [ChildProcess, ChildProcess];
    await both(3, true);
    await expect.poll(actions).toEqual(['trigger']);
    await redis.stop();
    rmSync(data, { recursive: true });
    mkdirSync(data);
    await both(minutesAlone, true);
    redis = await startRedis(files ?? '', port, data);
    await both(4, true);
    await minutes(4, replicas, [false, true]);
    expect(actions()).toEqual(['trigger']);
    await both(6, false);
    await expect.poll(actions).toEqual(['trigger', 'resolve']);
    expect((await minute(second, false)).state).toBe('OK');
    expect(new Set(messages.map(([, key]) => key)).size).toBe(1);
  });
});
