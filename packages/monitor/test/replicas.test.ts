import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { minute, minutes } from './drive-replica.ts';

const REPLICA = fileURLToPath(new URL('replica.ts', import.meta.url));
const NOON = Date.parse('2026-03-29T12:00:00Z');

/** A pager that ends an incident when anybody resolves its key. */
const open = new Set<string>();
/** What it was sent, in order. */
let actions: string[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    const { event_action: action, dedup_key: key } = JSON.parse(body) as Record<'event_action' | 'dedup_key', string>;
    actions.push(action);
    if (action === 'resolve') open.delete(key);
    else open.add(key);
    response.writeHead(202).end('{}');
  });
});
let replicas: ChildProcess[];
let folder: string;

beforeEach(async () => {
  replicas = [];
  folder = mkdtempSync(join(tmpdir(), 'spanline-replicas-'));
  open.clear();
  actions = [];
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  for (const replica of replicas) if (replica.kill('SIGKILL')) await once(replica, 'exit');
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(at: number, ...memory: string[]): ChildProcess {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const execArgv = ['--conditions', '@spanline/source', '--import', 'tsx'];
  const replica = fork(REPLICA, [url, String(at), ...memory], { execArgv });
  replicas.push(replica);
  return replica;
}

it('an incident stays open as long as one of two replicas on a host has it', async () => {
  const [first, second] = [start(NOON), start(NOON)];
  for (const replica of [first, second]) expect((await minute(replica, true)).state).toBe('ALERT');
  await expect.poll(() => open.size).toBe(2);
  for (let count = 0; count < 25; count++) await minute(first, false);
  expect((await minute(first, false)).state).toBe('OK');
  expect((await minute(second, true)).state).toBe('ALERT');
  await expect.poll(() => open.size).toBe(1);
  for (let count = 0; count < 25; count++) await minute(second, false);
  await expect.poll(() => open.size).toBe(0);
});

it.each(['SIGKILL', 'SIGTERM'] as const)(
  'the next process closes the incident of one that %s ended',
  async (signal) => {
    const file = join(folder, 'memory.json');
    const first = start(NOON, file);
    const { now } = await minute(first, true);
    await expect.poll(() => open.size).toBe(1);
    const end = once(first, 'exit');
    first.kill(signal);
    expect((await end)[1]).toBe(signal);
    const second = start(now, file);
    for (let count = 0; count < 25; count++) await minute(second, false);
    await expect.poll(() => open.size).toBe(0);
  },
);

describe('two replicas with one memory', () => {
  const both = (count: number, first: boolean, second: boolean): Promise<unknown> =>
    minutes(count, replicas, [first, second]);

  it('tell the start of an incident once, and its end when both are well', async () => {
    for (let count = 0; count < 2; count++) start(NOON, '', folder);
    await both(3, true, true);
    await expect.poll(() => actions).toEqual(['trigger']);
    await both(4, false, true);
    expect(actions).toEqual(['trigger']);
    await both(4, false, false);
    await expect.poll(() => actions).toEqual(['trigger', 'resolve']);
  });

  it('end what the other one began that was killed', async () => {
    const [first, second] = [start(NOON, '', folder), start(NOON, '', folder)];
    await both(3, true, false);
    await expect.poll(() => actions).toEqual(['trigger']);
    const end = once(first, 'exit');
    first.kill('SIGKILL');
    await end;
    // Four intervals of silence, counted from the last sign of life that the second one saw. Then it sends again what
    // the first one may not have sent, under the same key.
    for (let count = 0; count < 10; count++) await minute(second, false);
    await expect.poll(() => actions.at(-1)).toBe('resolve');
    expect(actions.slice(0, -1)).toEqual(actions.slice(0, -1).map(() => 'trigger'));
    expect(open.size).toBe(0);
  });
});
