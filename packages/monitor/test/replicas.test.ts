import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileProgram } from '../../../test/support/child.ts';
import { minute, minutes } from './drive-replica.ts';
import { type Pager, startPager } from './pager.ts';

const REPLICA = await compileProgram(fileURLToPath(new URL('replica.ts', import.meta.url)));
const NOON = Date.parse('2026-03-29T12:00:00Z');

let pager: Pager;
let replicas: ChildProcess[];
let folder: string;

beforeEach(async () => {
  replicas = [];
  folder = mkdtempSync(join(tmpdir(), 'spanline-replicas-'));
  pager = await startPager();
});

afterEach(async () => {
  for (const replica of replicas) if (replica.kill('SIGKILL')) await once(replica, 'exit');
  pager.close();
  rmSync(folder, { recursive: true, force: true });
});

const actions = (): string[] => pager.pages.map(({ action }) => action);

function start(at: number, ...memory: string[]): ChildProcess {
  const replica = fork(REPLICA, [pager.url, String(at), ...memory], { execArgv: [] });
  replicas.push(replica);
  return replica;
}

it('an incident stays open as long as one of two replicas on a host has it', async () => {
  const [first, second] = [start(NOON), start(NOON)];
  for (const replica of [first, second]) expect((await minute(replica, true)).state).toBe('ALERT');
  await expect.poll(() => pager.open.size).toBe(2);
  for (let count = 0; count < 25; count++) await minute(first, false);
  expect((await minute(first, false)).state).toBe('OK');
  expect((await minute(second, true)).state).toBe('ALERT');
  await expect.poll(() => pager.open.size).toBe(1);
  for (let count = 0; count < 25; count++) await minute(second, false);
  await expect.poll(() => pager.open.size).toBe(0);
});

describe('two replicas with one memory', () => {
  const both = (count: number, first: boolean, second: boolean): Promise<unknown> =>
    minutes(count, replicas, [first, second]);

  it('tell the start of an incident once, and its end when both are well', async () => {
    for (let count = 0; count < 2; count++) start(NOON, '', folder);
    await both(3, true, true);
    await expect.poll(() => actions()).toEqual(['trigger']);
    await both(4, false, true);
    expect(actions()).toEqual(['trigger']);
    await both(4, false, false);
    await expect.poll(() => actions()).toEqual(['trigger', 'resolve']);
  });

  it('end what the other one began that was killed', async () => {
    const [first, second] = [start(NOON, '', folder), start(NOON, '', folder)];
    await both(3, true, false);
    await expect.poll(() => actions()).toEqual(['trigger']);
    const end = once(first, 'exit');
    first.kill('SIGKILL');
    await end;
    // Four intervals of silence, counted from the last sign of life that the second one saw. Then it sends again what
    // the first one may not have sent, under the same key.
    for (let count = 0; count < 10; count++) await minute(second, false);
    await expect.poll(() => actions().at(-1)).toBe('resolve');
    expect(new Set(actions().slice(0, -1))).toEqual(new Set(['trigger']));
    expect(pager.open.size).toBe(0);
  });
});
