import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { budget, BudgetExceededError, type BudgetStore, fileBudgetStore } from '../src/index.ts';

const NOON = Date.parse('2026-03-29T12:00:00Z');
const PROCESS = fileURLToPath(new URL('budget-process.ts', import.meta.url));
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
    const file = join(folder, 'budget.json');
    const execArgv = ['--conditions', '@spanline/source', '--import', 'tsx'];
    const reports = await Promise.all(
      [1, 2].map(async () => {
        const child = fork(PROCESS, [file, '3'], { execArgv });
        const [report] = (await once(child, 'message')) as [{ usd: number; scopes: string[]; spentUsd: number }];
        await once(child, 'exit');
        return report;
      }),
    );
    const usd = reports.reduce((sum, report) => sum + report.usd, 0);
    expect(usd).toBeGreaterThanOrEqual(1.99);
    expect(usd).toBeLessThanOrEqual(2 + 6 * 0.1 + 0.001);
    expect(new Set(reports.flatMap(({ scopes }) => scopes))).toEqual(new Set(['user']));
    expect(readFileSync(file, 'utf8')).not.toContain('ada');
    const values = Object.values(JSON.parse(readFileSync(file, 'utf8')) as Record<string, [number, number]>);
    for (const [value] of values) expect(value).toBeCloseTo(usd, 6);
  }, 60_000);

  it('counts the calls in flight of another process', () => {
    const [first, second] = createFleet(fileBudgetStore(join(folder, 'budget.json')), 2);
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
    const store = fileBudgetStore(join(folder, 'budget.json'));
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

  it('does not wait for a lock that a killed process left', () => {
    const file = join(folder, 'budget.json');
    const store = fileBudgetStore(file);
    expect(store.add('day', 1, Number.MAX_SAFE_INTEGER)).toBe(1);
    writeFileSync(`${file}.lock`, '');
    expect(store.add('day', 1, Number.MAX_SAFE_INTEGER)).toBe(2);
    expect(store.add('day', 0, Number.MAX_SAFE_INTEGER)).toBe(2);
  });
});
