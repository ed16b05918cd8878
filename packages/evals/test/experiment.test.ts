import { describe, expect, it } from 'vitest';
import { compareResults, type ExperimentResults, summarize } from '@spanline/evals';
import {
  bootstrapInterval,
  chiSquare,
  holm,
  kolmogorovSmirnov,
  randomNumbers,
  signFlipTest,
} from '@spanline/record/statistics';

/** An experiment on items whose scores are given. */
function results(scores: readonly number[], more: Partial<ExperimentResults> = {}): ExperimentResults {
  return {
    experiment: 'answers',
    dataset: 'sha256:aaaaaaaaaaaaaaaa',
    models: ['gpt-4o-mini'],
    judges: { tone: { source: 'llm_judge', models: ['gpt-4o'] } },
    scores: { tone: Object.fromEntries(scores.map((score, at) => [`item-${at}`, [score, score]])) },
    ...more,
  };
}

const BEFORE = Array.from({ length: 20 }, (_, at) => 0.6 + (at % 5) / 20);
const shifted = (by: number): number[] => BEFORE.map((score, at) => score + by + (at % 3) / 100);

describe('compareResults', () => {
  it('finds what is worse and better by more than chance, and nothing where nothing is', () => {
    expect(compareResults(results(shifted(-0.1)), results(BEFORE))[0]).toMatchObject({ verdict: 'worse', items: 20 });
    expect(compareResults(results(shifted(0.1)), results(BEFORE))[0]?.verdict).toBe('better');
    expect(compareResults(results(BEFORE), results(BEFORE))[0]).toMatchObject({ verdict: 'same', p: 1, difference: 0 });
    const swaps = BEFORE.map((score, at) => score + (at % 2 === 0 ? 0.1 : -0.1));
    expect(compareResults(results(swaps), results(BEFORE))[0]?.verdict).toBe('unclear');
  });

  it('does not call a difference of two items one', () => {
    expect(compareResults(results([0, 0]), results([1, 1]))[0]).toMatchObject({ verdict: 'unclear', p: 0.5 });
  });

  it.each([
    ['dataset', { dataset: 'sha256:bbbbbbbbbbbbbbbb' }, /the dataset is sha256:bbbbbbbb…, was sha256:aaaaaaaa…/],
    ['models', { models: ['gpt-4o'] }, /the models are gpt-4o, were gpt-4o-mini/],
    [
      'judges',
      { judges: { tone: { source: 'llm_judge', models: [] } } },
      /the evaluator of tone is .* none, was .* gpt-4o/,
    ],
    ['judges', { judges: {} }, /the evaluator of tone is none/],
    [
      'judges',
      { judges: { tone: { source: 'llm_judge', models: ['gpt-4o'], versions: ['b'] } } },
      /models gpt-4o and versions b, was .* versions none/,
    ],
    ['judges', { scores: {} }, /tone has no score, had 20/],
  ] as const)('refuses other %s, unless they are allowed', (kind, more, message) => {
    const now = results(BEFORE, more);
    expect(() => compareResults(now, results(BEFORE))).toThrow(message);
    expect(() => compareResults(now, results(BEFORE), { allow: [kind] })).not.toThrow();
  });

  it('counts an item once, however often it ran', () => {
    const [summary] = summarize(results([0, 1]));
    expect(summary).toMatchObject({ items: 2, runs: 4, mean: 0.5 });
  });
});

describe('statistics', () => {
  it('agree with published values', () => {
    // R: ks.test(1:10, 4:13) → D = 0.3; chisq.test(matrix(c(30, 10, 15, 25), 2), correct = FALSE) → 11.429, p = 0.000723
    expect(
      kolmogorovSmirnov([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [4, 5, 6, 7, 8, 9, 10, 11, 12, 13]).statistic,
    ).toBeCloseTo(0.3);
    const test = chiSquare(
      new Map([
        ['a', 30],
        ['b', 10],
      ]),
      new Map([
        ['a', 15],
        ['b', 25],
      ]),
    );
    expect(test.statistic).toBeCloseTo(11.4286, 3);
    expect(test.p).toBeCloseTo(0.000723, 5);
    expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06]);
    expect(signFlipTest([1, 1, 1])).toBe(0.25);
  });

  it('raise false alarms as seldom as they say', () => {
    const random = randomNumbers(7);
    const draw = (): number[] => Array.from({ length: 60 }, random);
    let [ks, flips, misses] = [0, 0, 0];
    for (let round = 0; round < 200; round++) {
      if (kolmogorovSmirnov(draw(), draw()).p < 0.05) ks++;
      const differences = draw().map((value) => value - 0.5);
      if (signFlipTest(differences, { rounds: 400, seed: round }) < 0.05) flips++;
      const { low, high } = bootstrapInterval(differences, 0.95, { rounds: 400, seed: round });
      if (low > 0 || high < 0) misses++;
    }
    // 10 of 200 are expected; the seeds are fixed.
    for (const alarms of [ks, flips, misses]) expect(alarms).toBeLessThanOrEqual(20);
  });
});
