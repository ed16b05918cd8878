import { describe, expect, it } from 'vitest';
import { createTracer, validate, withContext } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { budget, BudgetExceededError, type BudgetOptions } from '../src/index.ts';

const EVENING = Date.parse('2026-03-29T23:50:00Z');

function createBudget(options: Omit<BudgetOptions, 'tracer' | 'clock'>) {
  let now = EVENING;
  const log = memoryLog();
  const tracer = createTracer({
    logger: log.logger,
    statsIntervalSeconds: 0,
    redact: { hash: ['user.id'] },
    hashKey: 'k',
  });
  const ask = budget({ ...options, tracer, clock: { now: () => now } });
  const call = (usd: number, end = true) => {
    ask();
    const span = tracer.startSpan({ name: 'chat', type: 'llm', attributes: { 'spanline.cost.usd': usd } });
    if (end) span.end();
    return span;
  };
  const alerts = (): string[] => log.raw().filter((line) => line.includes('"alert"'));
  return { ask, call, alerts, tracer, log, pass: (ms: number) => void (now += ms) };
}

describe('a budget', () => {
  it('lets calls pass until the money of the day is spent, then none until the next day', () => {
    const { ask, call, alerts, pass } = createBudget({ perDayUsd: 1, onExceeded: 'throw' });
    call(0.6);
    call(0.6);
    expect(() => call(0.1)).toThrow(BudgetExceededError);
    expect(() => call(0.1)).toThrow('the budget of the day is spent: 1.2 of 1 US dollars');
    expect(ask.spentUsd()).toBeCloseTo(1.2);
    expect(alerts()).toHaveLength(1);
    pass(10 * 60_000);
    call(0.1);
    expect(ask.spentUsd()).toBeCloseTo(0.1);
    pass(-20 * 60_000);
    expect(ask.spentUsd()).toBeCloseTo(1.2);
    expect(() => call(0.1)).toThrow(BudgetExceededError);
    expect(alerts()).toHaveLength(1);
  });

  it('continues its day after the clock jumped years ahead and back', () => {
    const { ask, call, pass } = createBudget({ perDayUsd: 1, onExceeded: 'throw' });
    const years = 5 * 365 * 24 * 3_600_000;
    call(0.6);
    pass(years);
    call(5);
    pass(-years);
    expect(ask.spentUsd()).toBeCloseTo(0.6);
    call(0.6);
    expect(() => call(0.1)).toThrow(BudgetExceededError);
    pass(24 * 3_600_000);
    call(0.1);
  });

  it('warns once about a model without a price', () => {
    const { ask, tracer, log } = createBudget({ perDayUsd: 1, onExceeded: 'throw' });
    for (const model of ['house-made-3', 'house-made-3', 'gpt-4o']) {
      tracer
        .startSpan({ name: 'chat', type: 'llm' })
        .set({ 'gen_ai.provider.name': 'openai', 'gen_ai.response.model': model, 'gen_ai.usage.input_tokens': 1000 })
        .end();
    }
    expect(log.raw().filter((line) => line.includes('no price'))).toHaveLength(1);
    expect(log.raw().join('')).toContain(String.raw`calls of \"house-made-3\" have no price`);
    expect(ask.spentUsd()).toBeCloseTo(0.0025);
  });

  it('warns once about calls that may cost more than is known, and not about a model on the own machine', () => {
    const { ask, tracer, log } = createBudget({ perDayUsd: 1, onExceeded: 'throw' });
    const usage = { 'gen_ai.usage.input_tokens': 1000, 'spanline.usage.unknown': ['holograms'] };
    for (const host of [undefined, undefined, 'localhost']) {
      tracer
        .startSpan({ name: 'chat', type: 'llm' })
        .set({ 'gen_ai.response.model': host === undefined ? 'gpt-4o' : 'llama3.1:8b', 'server.address': host })
        .set(host === undefined ? usage : { 'gen_ai.usage.input_tokens': 1000 })
        .end();
    }
    const warnings = log.raw().filter((line) => line.includes('the budget'));
    expect(warnings).toEqual([expect.stringContaining('may cost more than the budget sees (unknown_usage)')]);
    expect(ask.spentUsd()).toBeCloseTo(0.005);
  });

  it('holds for each user, by the id of the context even if the log contains a hash', () => {
    const { ask, call, alerts } = createBudget({ perUserUsd: 1, onExceeded: 'throw' });
    const as = <T>(userId: string, work: () => T): T => withContext({ userId }, work);
    as('ada', () => call(1));
    expect(() => as('ada', () => call(1))).toThrow(
      expect.objectContaining({ scope: 'user', spentUsd: 1, limitUsd: 1 }),
    );
    as('bob', () => call(0.5));
    call(5);
    expect([ask.spentUsd('ada'), ask.spentUsd('bob'), ask.spentUsd()]).toEqual([1, 0.5, 6.5]);
    expect(alerts().join('')).not.toContain('ada');
  });

  it('only warns, once, with onExceeded warn', () => {
    const { ask, call, alerts } = createBudget({ perDayUsd: 1, perUserUsd: 0.5, onExceeded: 'warn' });
    for (let index = 0; index < 5; index++) withContext({ userId: 'ada' }, () => call(1));
    expect(ask.spentUsd()).toBe(5);
    expect(alerts()).toHaveLength(2);
    for (const line of alerts()) expect(validate(JSON.parse(line) as object)).toEqual({ valid: true });
  });

  it('is exceeded by at most the calls in flight', () => {
    const { ask, call } = createBudget({ perDayUsd: 1, onExceeded: 'throw' });
    const flight = Array.from({ length: 10 }, () => call(0.3, false));
    for (const span of flight) span.end();
    expect(ask.spentUsd()).toBeCloseTo(3);
    expect(() => call(0.3)).toThrow(BudgetExceededError);
  });

  it('ends the run that spends too much, and no other', () => {
    const { ask, call, tracer } = createBudget({ perRunUsd: 1, onExceeded: 'throw' });
    tracer.withSpan('first', () => {
      call(0.6);
      call(0.6);
      expect(() => call(0.1)).toThrow('the budget of this run is spent: 1.2 of 1 US dollars');
    });
    tracer.withSpan('second', () => call(0.6));
    call(5);
    call(5);
    expect(ask.spentUsd()).toBeCloseTo(11.8);
  });

  it('ends a loop of model and tools', () => {
    const { ask, tracer, alerts } = createBudget({ perLoopCalls: 5, onExceeded: 'throw' });
    const turns = (count: number): void => {
      for (let turn = 0; turn < count; turn++) {
        ask();
        tracer.startSpan({ name: 'chat', type: 'llm' }).end();
        tracer.startSpan({ name: 'execute_tool lookup', type: 'tool' }).end();
      }
    };
    expect(() => tracer.withSpan('agent', () => turns(100))).toThrow(
      expect.objectContaining({
        scope: 'loop',
        message: 'the number of model calls of this run is used up: 5 of 5',
      }),
    );
    tracer.withSpan('agent', () => turns(5));
    expect(alerts().map((line) => JSON.parse(line) as object)).toMatchObject([
      { 'spanline.alert.name': 'Model Calls per Run', 'spanline.alert.metric': 'llm_calls', 'spanline.alert.value': 5 },
    ]);
  });

  it.each<[what: string, minutes: number, limit: number, message: string]>([
    ['is spent today', 4, 10, "8.4 of the day's 10 US dollars are spent; at this rate, the rest is spent at 23:54 UTC"],
    ['lasts', 9, 9.9, "8.4 of the day's 9.9 US dollars are spent; at this rate, the rest lasts for the day"],
  ])('writes at warnAt when the rest %s', (_what, minutes, limit, message) => {
    const { call, alerts, pass } = createBudget({ perDayUsd: limit, warnAt: 0.8, onExceeded: 'throw' });
    call(1);
    pass(minutes * 60_000);
    call(7.4);
    call(0.1);
    const [line, ...more] = alerts().map((text) => JSON.parse(text) as object);
    expect(more).toEqual([]);
    expect(line).toMatchObject({ message, 'spanline.alert.state': 'WARNING', 'spanline.alert.value': 8.4 });
    expect(validate(line ?? {})).toEqual({ valid: true });
  });

  it('counts positive costs until it is closed', () => {
    const { ask, call } = createBudget({ perDayUsd: 1, onExceeded: 'throw' });
    for (const usd of [Number.NaN, -5, 0]) call(usd);
    expect(ask.spentUsd()).toBe(0);
    ask.close();
    call(5);
    expect(ask.spentUsd()).toBe(0);
  });

  it.each<[options: object, named: string]>([
    [{ onExceeded: 'throw' }, 'perDayUsd'],
    [{ onExceeded: 'throw', perDayUsd: -1 }, 'perDayUsd'],
    [{ onExceeded: 'throw', perUserUsd: Number.NaN }, 'perUserUsd'],
    [{ onExceeded: 'stop', perDayUsd: 1 }, 'onExceeded'],
    [{ onExceeded: 'warn', perDayUsd: 1, tracer: {} }, 'tracer'],
  ])('refuses %j', (options, named) => {
    const tracer = createTracer({ logger: memoryLog().logger, statsIntervalSeconds: 0 });
    expect(() => budget({ tracer, ...options } as BudgetOptions)).toThrow(named);
  });
});
