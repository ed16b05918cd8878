/** Figures that drift, pass, or move with several settings: no setting is blamed that the lines speak against. */

import { describe, expect, it } from 'vitest';
import { ask, told, traces, version } from '../support/bisected.ts';
import { START } from '../support/logs.ts';

const HOUR = 3_600_000;
/** Traces of a day. */
const DAILY = 20;

/** A trace in each hour of work, from a Monday on. */
const day = (number: number): number => Math.floor(number / DAILY);
const at = (number: number): number => day(number) * 24 * HOUR + (number % DAILY) * (HOUR / 2);
const isWeekend = (number: number): boolean => day(number) % 7 >= 5;

describe('the course of a move', () => {
  it('is a step for a change at one time', async () => {
    const answer = await ask(
      traces(14 * DAILY, 21, (number, noise) => ({
        at: at(number),
        service: version(day(number) < 8 ? '1' : '2'),
        ms: Math.exp(noise() * 0.4 + (day(number) < 8 ? 7 : 7.4)),
      })),
    );
    expect(told(answer)).toEqual(['p50_ms worse: service.version 1 > 2']);
    expect(answer.moves).toMatchObject([{ course: 'step', counterparts: [], stayed: [] }]);
  });

  it('is gradual for a drift, in each of its parts', async () => {
    const answer = await ask(
      traces(14 * DAILY, 22, (number, noise) => ({
        at: at(number),
        service: version(day(number) < 7 ? '1' : '2'),
        ms: Math.exp(noise() * 0.2 + 7 + number / (14 * DAILY)),
      })),
    );
    expect(answer.moves.length).toBeGreaterThan(1);
    expect(new Set(answer.moves.map(({ course }) => course))).toEqual(new Set(['gradual']));
  });

  it('is passing for a weekend: a release before it stayed when the figure went back', async () => {
    const answer = await ask(
      traces(12 * DAILY, 23, (number, noise) => ({
        at: at(number),
        service: version(day(number) < 5 ? '1' : '2'),
        ms: Math.exp(noise() * 0.2 + (isWeekend(number) ? 6.4 : 7)),
      })),
    );
    expect(told(answer)).toEqual(['p50_ms better: service.version 1 > 2', 'p50_ms worse: ']);
    const [there, back] = answer.moves;
    expect(there).toMatchObject({ course: 'passing', stayed: [{ setting: 'service.version' }] });
    expect(there?.counterparts).toEqual([{ fromMs: back?.fromMs, toMs: back?.toMs }]);
    expect(back).toMatchObject({ course: 'passing', stayed: [] });
  });

  it('is passing for a setting that was taken back; the setting went with the figure', async () => {
    const answer = await ask(
      traces(12 * DAILY, 27, (number, noise) => ({
        at: at(number),
        service: version(day(number) === 5 || day(number) === 6 ? '2' : '1'),
        call: { 'gen_ai.response.model': day(number) < 5 ? 'large' : 'small' },
        ms: Math.exp(noise() * 0.2 + (day(number) === 5 || day(number) === 6 ? 7.6 : 7)),
      })),
    );
    expect(told(answer)).toEqual([
      'p50_ms worse: service.version 1 > 2 & model large > small',
      'p50_ms better: service.version 2 > 1',
    ]);
    expect(answer.moves).toMatchObject([
      { course: 'passing', stayed: [{ setting: 'model' }] },
      { course: 'passing', stayed: [] },
    ]);
  });

  it('is no weekend where the level that follows is another one', async () => {
    const answer = await ask(
      traces(12 * DAILY, 25, (number, noise) => ({
        at: at(number),
        service: version(day(number) < 7 ? '1' : '2'),
        ms: Math.exp(noise() * 0.2 + (isWeekend(number) ? 6.4 : day(number) < 7 ? 7 : 8)),
      })),
    );
    expect(told(answer).at(-1)).toBe('p50_ms worse: service.version 1 > 2');
    expect(answer.moves.map(({ course }) => course)).toEqual(['step', 'step']);
  });
});

describe('a weekend at the edge of the log', () => {
  const SATURDAY = Date.UTC(2026, 10, 21);

  /** Days of traces from a time on, that are slower from another time on, and the course of that move. */
  async function courseOf(fromMs: number, days: number, slowerMs: number): Promise<string[]> {
    const startOf = (number: number): number => fromMs + number * (24 / DAILY) * HOUR;
    const answer = await ask(
      traces(days * DAILY, 29, (number, noise) => ({
        at: startOf(number) - START,
        service: version('1'),
        ms: Math.exp(noise() * 0.2 + (startOf(number) < slowerMs ? 6.4 : 7)),
      })),
      { figures: ['p50_ms'] },
    );
    return answer.moves.map(({ course }) => course);
  }
  const day = (count: number, hours = 0): number => SATURDAY + (count * 24 + hours) * HOUR;

  it.each([
    ['begins', 0, 6, 2],
    ['begins in the middle of', 1, 6, 2],
    ['ends', -4, 6, 0],
  ])('may move a figure where it %s', async (_, first, days, border) => {
    expect(await courseOf(day(first), days, day(border))).toEqual(['weekend']);
  });

  it.each([
    ['in California', 8],
    ['in Japan', -9],
    ['in India', -5.5],
  ])('is that of any time zone: %s', async (_, hours) => {
    expect(await courseOf(day(0, hours), 6, day(2, hours))).toEqual(['weekend']);
    expect(await courseOf(day(-4, hours), 6, day(0, hours))).toEqual(['weekend']);
  });

  it.each([
    ['there are days of work on both sides', -1, 6, 2],
    ['the figure moved on a Tuesday', 0, 6, 3],
    ['the figure moved within the weekend', 0, 6, 1],
    ['the log begins on a Monday', 2, 4, 3],
    ['the log goes on after the weekend', -4, 8, 0],
  ])('explains nothing where %s', async (_, first, days, border) => {
    expect(await courseOf(day(first), days, day(border))).toEqual(['step']);
  });
});
