import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { compileProgram } from '../../../test/support/child.ts';
import { budget, BudgetExceededError, type BudgetStore, fileBudgetStore } from '../src/index.ts';

const NOON = Date.parse('2026-03-29T12:00:00Z');
const PROCESS = await compileProgram(fileURLToPath(new URL('budget-process.ts', import.meta.url)));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spanline-budget-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Processes that share a store, as budgets in one process. */
function createFleet(store: BudgetStore, size: number) {
  return Array.from({ length: size }, () => {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
    const ask = budget({ tracer, perDayUsd: 1, onExceeded: 'throw', store, clock: { now: () => NOON } });
    const begin = () => {
      ask();
      return tracer.startSpan({ name: 'chat', type: 'llm', attributes: { 'spanline.cost.usd': 0.3 } });
    };
    return { ask, begin, tracer, log };
  });
}

/** Counters that answer later, as those of a server do. */
function createRemoteStore() {
  const counters = new Map<string, number>();
  const store: BudgetStore = {
    async add(key, usd) {
      await Promise.resolve();
      const value = (counters.get(key) ?? 0) + usd;
      counters.set(key, value);
      return value;
    },
  };
  return { counters, store };
}

const settle = (): Promise<void> => new Promise(setImmediate);

describe('a budget of several processes', () => {
  it('is exceeded by no more than what is in flight', async () => {
    const file = join(folder, 'budget');
    const reports = await Promise.all(
      [1, 2].map(async () => {
        const child = fork(PROCESS, [file, '3'], { execArgv: [] });
        const [report] = (await once(child, 'message')) as [{ usd: number; scopes: string[]; spentUsd: number }];
        await once(child, 'exit');
        return report;
      }),
    );
    const usd = reports.reduce((sum, report) => sum + report.usd, 0);
    expect(usd).toBeGreaterThanOrEqual(1.99);
    expect(usd).toBeLessThanOrEqual(2 + 6 * 0.1 + 0.001);
    expect(new Set(reports.flatMap(({ scopes }) => scopes))).toEqual(new Set(['user']));
    const [name = ''] = readdirSync(folder);
    const lines = readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean);
    expect(lines.join('')).not.toContain('ada');
    const sums = new Map<string, number>();
    for (const [key, amount] of lines.map((line) => JSON.parse(line) as [string, number]))
      sums.set(key, (sums.get(key) ?? 0) + amount);
    expect([...sums.values()]).toEqual([expect.closeTo(usd, 6), expect.closeTo(usd, 6)]);
  });

  it('counts the calls in flight of another process', () => {
    const [first, second] = createFleet(fileBudgetStore(join(folder, 'budget')), 2);
    if (first === undefined || second === undefined) throw new Error('no fleet');
    first.begin().end();
    second.begin().end();
    const flight = [first.begin(), second.begin()];
    expect(() => first.begin()).toThrow(BudgetExceededError);
    expect(() => second.begin()).toThrow('the budget of the day is spent: 1.2 of 1 US dollars');
    for (const span of flight) span.end();
    expect(second.ask.spentUsd()).toBeCloseTo(1.2);
  });

  it('gives back what a call that costs nothing reserved', () => {
    const store = fileBudgetStore(join(folder, 'budget'));
    const [one] = createFleet(store, 1);
    one?.begin().end();
    for (let count = 0; count < 20; count++) {
      one?.ask();
      one?.tracer.startSpan({ name: 'chat', type: 'llm' }).fail(new Error('overloaded')).end();
    }
    expect(one?.ask.spentUsd()).toBeCloseTo(0.3);
    one?.begin().end();
    expect(one?.ask.spentUsd()).toBeCloseTo(0.6);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
  ] as const)('adds what was spent while the store failed, once it works again: it %s', async (_, fail) => {
    const { counters, store } = createRemoteStore();
    let isDown = false;
    const [first, second] = createFleet({ add: (...args) => (isDown ? fail() : store.add(...args)) }, 2);
    first?.begin().end();
    await settle();
    isDown = true;
    for (let count = 0; count < 3; count++) {
      first?.begin().end();
      await settle();
    }
    expect(() => first?.begin()).toThrow(BudgetExceededError);
    await settle();
    isDown = false;
    expect(() => first?.begin()).toThrow(BudgetExceededError);
    await settle();
    expect([...counters.values()]).toEqual([expect.closeTo(1.2, 6)]);
    second?.begin().end();
    await settle();
    expect(() => second?.begin()).toThrow(BudgetExceededError);
  });

  it('forecasts the end of the money by what was spent since a process has watched, not by all of the day', () => {
    const store = fileBudgetStore(join(folder, 'budget'));
    void store.add('2026-03-29', 38, Date.parse('2026-03-31T00:00:00Z'));
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
    let now = NOON;
    const ask = budget({ tracer, perDayUsd: 50, warnAt: 0.8, onExceeded: 'warn', store, clock: { now: () => now } });
    for (let quarter = 0; quarter < 5; quarter++) {
      ask();
      tracer.startSpan({ name: 'chat', type: 'llm', attributes: { 'spanline.cost.usd': 0.5 } }).end();
      now += 900_000;
    }
    const lines = log.raw().filter((text) => text.includes('US dollars are spent'));
    expect(lines).toHaveLength(1);
    // Two dollars in the 45 minutes before.
    expect(lines[0]).toContain("40 of the day's 50 US dollars are spent; at this rate, the rest is spent at 16:30 UTC");
  });

  it('works with a store that answers later', async () => {
    const { counters, store } = createRemoteStore();
    const [first, second] = createFleet(store, 2);
    for (let count = 0; count < 4; count++) {
      first?.begin().end();
      await settle();
    }
    expect(() => first?.begin()).toThrow(BudgetExceededError);
    second?.begin().end();
    await settle();
    expect(() => second?.begin()).toThrow(BudgetExceededError);
    await settle();
    expect([...counters]).toEqual([['2026-03-29', expect.closeTo(1.5, 6)]]);
  });

  it('counts its own calls while the store fails, and says so once', async () => {
    for (const add of [
      () => Promise.reject(new RangeError('redis://:sesame@host')),
      () => {
        throw new RangeError('redis://:sesame@host');
      },
    ]) {
      const [one] = createFleet({ add }, 1);
      for (let count = 0; count < 4; count++) {
        one?.begin().end();
        await settle();
      }
      expect(() => one?.begin()).toThrow(BudgetExceededError);
      const lines = one?.log.raw().filter((line) => line.includes('the store of the budget failed (RangeError)'));
      expect(lines).toHaveLength(1);
      expect(one?.log.raw().join('')).not.toContain('sesame');
    }
  });

  it('counts what comes after a line that a full disk has cut off', () => {
    const path = join(folder, 'budget');
    const store = fileBudgetStore(path);
    expect(store.add('day', 1, Number.MAX_SAFE_INTEGER)).toBe(1);
    appendFileSync(`${path}.9999-12-31`, '["day",');
    expect(store.add('day', 1, Number.MAX_SAFE_INTEGER)).toBe(2);
    expect(store.add('day', 0, Number.MAX_SAFE_INTEGER)).toBe(2);
    expect(fileBudgetStore(path).add('day', 0, Number.MAX_SAFE_INTEGER)).toBe(2);
  });

  it.each([
    ['emptied', (file: string) => truncateSync(file)],
    ['removed', (file: string) => rmSync(file)],
  ])('begins anew when somebody has %s its file', (_, reset) => {
    const path = join(folder, 'budget');
    const store = fileBudgetStore(path);
    void store.add('day', 1, Number.MAX_SAFE_INTEGER);
    reset(`${path}.9999-12-31`);
    expect(store.add('day', 2, Number.MAX_SAFE_INTEGER)).toBe(2);
  });

  it('removes the files of days that are over, and no others', () => {
    const path = join(folder, 'budget');
    void fileBudgetStore(path).add('2026-03-29', 1, Date.parse('2026-03-30T00:00:00Z'));
    writeFileSync(`${path}.json`, '{}');
    void fileBudgetStore(path).add('day', 1, Number.MAX_SAFE_INTEGER);
    expect(readdirSync(folder).toSorted()).toEqual(['budget.9999-12-31', 'budget.json']);
  });
});
