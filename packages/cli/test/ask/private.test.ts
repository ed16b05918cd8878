/** Figures to publish: the noise, the bound of a user, and the account of epsilon. */

import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveField } from '@spanline/query';
import type { SpanRecord } from '@spanline/record';
import { lines, span } from '../../../query/test/support/logs.ts';
import { boundedGroups, type Bounds, type GroupSums } from '../../src/ask/private/bounded-groups.ts';
import { createNoise } from '../../src/ask/private/discrete-noise.ts';
import { spend, spentOf } from '../../src/ask/private/ledger.ts';
import { addNoise, DELTA, planNoise } from '../../src/ask/private/private-stats.ts';
import { cli, folderWith } from '../support/cli.ts';

const DRAWS = 2000;
const BOUNDS: Bounds = { spans: 10, groups: 3, spanTokens: 8000, spanCostUsd: 0.05 };

/** Bytes that a seed determines, so that no run fails by chance. */
function seeded(seed: string): (count: number) => Uint8Array {
  let block = 0;
  let bytes = Buffer.alloc(0);
  return (count) => {
    while (bytes.length < count)
      bytes = Buffer.concat([bytes, createHash('sha256').update(`${seed}${block++}`).digest()]);
    const taken = bytes.subarray(0, count);
    bytes = bytes.subarray(count);
    return taken;
  };
}

function histogram(noise: (scale: number) => number, scale: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (let draw = 0; draw < DRAWS; draw++) {
    const value = noise(scale);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

describe('the noise', () => {
  it.each([0.5, 1, 3, 50])('has the distribution of its scale: %d', (scale) => {
    const counts = histogram(createNoise(seeded(`scale ${scale}`)), scale);
    const q = Math.exp(-1 / scale);
    for (let value = -3; value <= 3; value++) {
      const expected = ((1 - q) / (1 + q)) * q ** Math.abs(value) * DRAWS;
      expect(Math.abs((counts.get(value) ?? 0) - expected), String(value)).toBeLessThan(4 * Math.sqrt(expected) + 1);
    }
    const mean = [...counts].reduce((sum, [value, count]) => sum + Math.abs(value) * count, 0) / DRAWS;
    expect(mean).toBeCloseTo((2 * q) / (1 - q * q), scale < 5 ? 0 : -1);
  });

  it('is of the machine, and never twice the same', () => {
    const noise = createNoise();
    const draw = (): string => Array.from({ length: 40 }, () => noise(1e6)).join();
    expect(draw()).not.toBe(draw());
  });

  it('gives each result about as often with a user as without, up to exp(epsilon)', () => {
    const [one, two] = ['a', 'b'].map((seed) => histogram(createNoise(seeded(seed)), 1));
    for (let value = -2; value <= 2; value++) {
      const [without, including] = [one?.get(value) ?? 0, two?.get(value - 1) ?? 0];
      expect(including).toBeLessThan(without * Math.E * 1.25);
      expect(without).toBeLessThan(including * Math.E * 1.25);
    }
  });
});

async function* each(records: readonly SpanRecord[]): AsyncGenerator<SpanRecord> {
  yield* records;
}

const STEP = resolveField('step');
const sums = (records: readonly SpanRecord[], bounds = BOUNDS): Promise<GroupSums[]> =>
  boundedGroups(each(records), STEP === undefined ? [] : [STEP], bounds);

const call = (user: string | undefined, step: string, fields: Partial<SpanRecord> = {}): SpanRecord =>
  span(1, { ...(user === undefined ? {} : { 'user.id': user }), 'span.name': step, ...fields });

describe('the bound of a user', () => {
  it('limits by how much a user changes each figure, whatever they did', async () => {
    const others = Array.from({ length: 60 }, (_, at) => call(`u${at % 7}`, `s${at % 5}`));
    const eager = Array.from({ length: 500 }, (_, at) =>
      call('eager', `s${at % 9}`, {
        'span.status': 'error',
        'gen_ai.usage.input_tokens': 1e9,
        'spanline.cost.usd': 9e9,
      }),
    );
    const mixed = eager.flatMap((one, at) => (others[at] === undefined ? [one] : [one, others[at]]));
    const [without, including] = [await sums(others), await sums(mixed)];
    const change = (figure: Exclude<keyof GroupSums, 'by'>): number => {
      const before = new Map(without.map((group) => [String(group.by), group[figure]]));
      return including.reduce((sum, group) => sum + Math.abs(group[figure] - (before.get(String(group.by)) ?? 0)), 0);
    };
    expect(including.length).toBeGreaterThanOrEqual(without.length);
    expect(change('users')).toBe(3);
    expect(change('spans')).toBe(10);
    expect(change('errors')).toBe(10);
    expect(change('tokens')).toBe(10 * 8000);
    expect(change('microUsd')).toBe(10 * 50_000);
  });

  it('counts no span without a user, and no value that is no number', async () => {
    const odd = { 'gen_ai.usage.input_tokens': -5, 'spanline.cost.usd': Number.NaN };
    expect(await sums([call(undefined, 'a'), call('', 'a'), call('u', 'b', odd)])).toEqual([
      { by: ['b'], users: 1, spans: 1, errors: 0, tokens: 0, microUsd: 0 },
    ]);
  });

  it('keeps groups of one user out, and publishes large ones', () => {
    const plan = planNoise(1, BOUNDS);
    expect(plan.scales.users).toBe(15);
    expect(3 * Math.exp(-(plan.leastUsers - 1) / plan.scales.users)).toBeLessThanOrEqual(DELTA);
    const group = (users: number): GroupSums => ({
      by: [users],
      users,
      spans: users,
      errors: 0,
      tokens: 0,
      microUsd: 0,
    });
    const rows = addNoise([1, 1, 1, 5000].map(group), plan, createNoise(seeded('groups')));
    expect(rows.map(({ by }) => by)).toEqual([[5000]]);
    expect(rows[0]?.users).not.toBe(5000);
    expect(Math.abs((rows[0]?.users ?? 0) - 5000)).toBeLessThan(200);
  });
});

describe('the account', () => {
  const charge = { epsilon: 0.1, delta: DELTA, total: 0.3 };

  it('spends the total to the last bit, and no more', () => {
    const path = join(folderWith({}), 'state/epsilon.ndjson');
    const spend1 = (logs: string[]): number | undefined => spend(path, { ...charge, logs })?.epsilon;
    expect([spend1(['/a']), spend1(['/a/b']), spend1(['/a']), spend1(['/a'])]).toEqual([0.1, 0.2, 0.3, undefined]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    // A folder around it has the same lines; a folder beside it has others.
    expect(spend1(['/'])).toBeUndefined();
    expect(spend1(['/ab'])).toBe(0.1);
    expect(spentOf(path, ['/a/c/d'])).toEqual({ epsilon: 0.3, delta: 3 * DELTA });
  });

  it('spends of the folder around what a folder publishes', () => {
    const path = join(folderWith({}), 'epsilon.ndjson');
    const spend1 = (log: string, epsilon: number): number | undefined =>
      spend(path, { ...charge, epsilon, logs: [log] })?.epsilon;
    expect([spend1('/a', 0.2), spend1('/a/b', 0.1), spend1('/a/c', 0.1)]).toEqual([0.2, 0.3, undefined]);
    expect(spentOf(path, ['/a']).epsilon).toBe(0.3);
  });

  it('does not count a line for which a run at the same time left no room', () => {
    const path = join(folderWith({}), 'epsilon.ndjson');
    for (let run = 0; run < 3; run++) spend(path, { ...charge, logs: ['/a'] });
    const [, last = ''] = /\n(.+)\n$/.exec(readFileSync(path, 'utf8')) ?? [];
    appendFileSync(path, `${last}\n`);
    expect(spentOf(path, ['/a']).epsilon).toBe(0.3);
  });

  it('publishes nothing if it cannot be read', () => {
    const path = join(folderWith({ 'epsilon.ndjson': '{"id":"1","logs":["/a"],"microEps' }), 'epsilon.ndjson');
    expect(() => spend(path, { ...charge, logs: ['/b'] })).toThrow('line 1 of the account of epsilon cannot be read');
  });
});

describe('spanline stats --dp', () => {
  const users = Array.from({ length: 900 }, (_, at) => call(`user-${at}`, at === 0 ? 'secret step' : 'chat'));
  const log = lines(...users);

  it('publishes figures with noise, its terms, and refuses when the total is spent', async () => {
    const cwd = folderWith({ 'logs/app.ndjson': log });
    const env = { XDG_STATE_HOME: join(cwd, 'state') };
    const ask = (...args: string[]): ReturnType<typeof cli> => cli(['stats', 'logs', ...args], { cwd, env });
    const first = await ask('--dp', '2', '--json');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const { rows, ...terms } = JSON.parse(first.stdout) as { rows: { by: string[]; users: number }[] };
    expect(terms).toMatchObject({ epsilon: 2, delta: DELTA, spent: { epsilon: 2 }, total: 4, leastUsers: 113 });
    expect(rows.map(({ by }) => by)).toEqual([['chat']]);
    expect(rows[0]?.users).toBeGreaterThan(700);
    const second = await cli(['stats', 'logs', '--dp', '2'], { cwd, env: { ...env, COLUMNS: '200' } });
    expect(second.stdout).toContain('Of this log, 4 of 4 is spent');
    expect(second.stdout).toContain('Spans without user.id do not count');
    expect(second.stdout).not.toContain('secret step');
    // A file of the folder, also one that rotation has renamed, is the same log.
    writeFileSync(join(cwd, 'logs/app.ndjson.1'), log);
    const third = await cli(['stats', 'logs/app.ndjson.1', '--dp', '0.1'], { cwd, env });
    expect(third).toMatchObject({ code: 64, stdout: '' });
    expect(third.stderr).toContain('at most 0: that is left of the total of 4');
  });

  it('says nothing about a group that is too small, nor by a hint or an exit code', async () => {
    const cwd = folderWith({ 'app.ndjson': lines(call('ada', 'secret step')) });
    mkdirSync(join(cwd, 'state'));
    const env = { XDG_STATE_HOME: join(cwd, 'state') };
    const [found, none] = [
      await cli(['stats', 'app.ndjson', 'step:"secret step"', '--dp', '1'], { cwd, env }),
      await cli(['stats', 'app.ndjson', 'step:secret', '--dp', '1'], { cwd, env }),
    ];
    expect(found).toMatchObject({ code: 0, stderr: '' });
    expect(found.stdout).toContain('No group has enough users: 225, with noise.');
    expect(none).toEqual({ ...found, stdout: found.stdout.replace('log, 1', 'log, 2') });
  });

  it.each([
    [['--dp', '0'], '--dp must be a number from 0.001 to 10'],
    [['--dp', 'much'], '--dp must be a number from 0.001 to 10'],
    [['--dp', '1', '--dp-bounds', 'spans=0'], '--dp-bounds must be like spans=10'],
    [['--dp', '1', '--dp-bounds', 'rows=3'], '--dp-bounds must be like spans=10'],
    [['--dp', '3', '--dp-total', '2'], '--dp must be at most 2'],
    [['--dp-total', '2'], '--dp-total must be given together with --dp'],
    [['--dp', '1', '--by', 'modle'], 'model'],
  ])('refuses %j before it reads', async (args, message) => {
    const cwd = folderWith({ 'app.ndjson': log });
    const found = await cli(['stats', 'app.ndjson', ...args], { cwd, env: { XDG_STATE_HOME: join(cwd, 'state') } });
    expect(found).toMatchObject({ code: 64, stdout: '' });
    expect(found.stderr).toContain(message);
  });
});
