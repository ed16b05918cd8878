import { describe, expect, it } from 'vitest';
import { measure, type Score } from './corpus/measure.ts';

const CREDENTIALS = ['PRIVATE_KEY', 'CONNECTION_STRING', 'JWT', 'WEBHOOK', 'API_KEY', 'CREDENTIAL', 'SECRET'];
const effort = process.env['SPANLINE_LONG'] === '1' ? 20 : 3;

const recallOf = (scores: Iterable<Score>): number => {
  let [found, missed] = [0, 0];
  for (const score of scores) {
    found += score.found;
    missed += score.missed;
  }
  return found / (found + missed);
};

describe('a generated corpus', () => {
  const { scores, missed, wrong, tokens, lostTokens } = measure(20_261_129, effort);
  const of = (rules: readonly string[]): Score[] => rules.flatMap((rule) => [...(scores.get(rule)?.values() ?? [])]);

  it('loses at least 99.5 % of the credentials in it', () => {
    expect(recallOf(of(CREDENTIALS)), missed.slice(0, 20).join('\n')).toBeGreaterThanOrEqual(0.995);
    expect(scores.get('API_KEY')?.size).toBeGreaterThan(80);
  });

  it('loses at least 99 % of each kind of personal data, and 95 % in each country', () => {
    const personal = [...scores.keys()].filter((rule) => !CREDENTIALS.includes(rule));
    expect(personal.length).toBeGreaterThan(6);
    for (const rule of personal) expect(recallOf(of([rule])), missed.join('\n')).toBeGreaterThanOrEqual(0.99);
    for (const [locale, score] of scores.get('PHONE') ?? []) {
      if (locale !== 'near misses') expect(recallOf([score]), locale).toBeGreaterThanOrEqual(0.95);
    }
  });

  it('keeps all but 0.05 % of the words that only look alike, and of manuals', () => {
    expect(tokens).toBeGreaterThan(20_000);
    expect(lostTokens / tokens, wrong.slice(0, 20).join('\n')).toBeLessThanOrEqual(0.0005);
  });
});
