import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lines, traceId } from '../../../query/test/support/logs.ts';
import { cli, folderWith } from '../support/cli.ts';

const DAY_MS = 86_400_000;
const line = (ageDays: number, fields: object = {}): string =>
  lines({ '@timestamp': new Date(Date.now() - ageDays * DAY_MS).toISOString(), message: `${ageDays}`, ...fields });

async function pruned(content: string, days: string): Promise<{ code: number | null; left: string }> {
  const cwd = folderWith({});
  mkdirSync(join(cwd, 'logs'));
  writeFileSync(join(cwd, 'logs/app.ndjson'), content);
  const env = { XDG_CACHE_HOME: join(cwd, 'cache') };
  const { code } = await cli(['prune', '--days', days, 'logs', '--yes'], { cwd, env });
  return { code, left: readFileSync(join(cwd, 'logs/app.ndjson'), 'utf8') };
}

it('removes lines that are older, and keeps lines without a time', async () => {
  const text = 'Server listens\n';
  const young = line(6) + line(0);
  expect(await pruned(text + line(30) + line(8) + young, '7')).toEqual({ code: 0, left: text + young });
});

it('keeps a trace whole that has lines on both sides', async () => {
  const trace = { trace_id: traceId(1) };
  const whole = line(7.1, trace) + line(6.9, trace);
  const old = line(7.1, { trace_id: traceId(2) });
  expect(await pruned(old + whole, '7')).toEqual({ code: 0, left: whole });
});

it('finds nothing in a young log', async () => {
  const young = line(1);
  expect(await pruned(young, '7')).toEqual({ code: 1, left: young });
});

it.each(['0', '-1', 'week'])('refuses --days %s', async (days) => {
  const { code, stderr } = await cli(['prune', '--days', days, '.']);
  expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringContaining('--days') as string });
});
