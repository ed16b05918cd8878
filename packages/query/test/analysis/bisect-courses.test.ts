/** Figures that drift, pass, or move with several settings: no setting is blamed that the lines speak against. */

import { describe, expect, it } from 'vitest';
import { ask, told, traces, version } from '../support/bisected.ts';

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
