import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReportedCounts } from '../../src/usage/reported-counts.ts';
import { StreamedCounts } from '../../src/usage/streamed-counts.ts';

const KEYS = ['prompt_tokens', 'completion_tokens', 'total_tokens', 'completion_tokens_details', 'reasoning_tokens'];
const value = fc.oneof(fc.nat(5000), fc.constantFrom(null, undefined, 'flex', true), fc.array(fc.nat(9)));
const { report } = fc.letrec<{ report: Record<string, unknown> }>((tie) => ({
  report: fc.dictionary(
    fc.constantFrom(...KEYS, '__proto__', 'constructor'),
    fc.oneof({ maxDepth: 3 }, value, tie('report')),
  ),
}));
const reports = fc.array(fc.tuple(report, fc.boolean()), { minLength: 1, maxLength: 4 });

describe('the reports on one usage object', () => {
  it('are what reports that are put together are, with their keys in the same order', () => {
    fc.assert(
      fc.property(reports, (given) => {
        const [found, together] = [new ReportedCounts(), new StreamedCounts()];
        for (const [counts, areSums] of given) {
          found.add(counts, areSums);
          together.add(counts, areSums);
          expect(JSON.stringify(found.toObject())).toBe(JSON.stringify(together.toObject()));
          expect(found.toObject()).toEqual(together.toObject());
        }
      }),
    );
  });

  it.each([
    ['one report', 1],
    ['two reports', 2],
  ])('stay as they came where the application changes its own object: %s', (_name, times) => {
    const counts = { prompt_tokens: 9, prompt_tokens_details: { cached_tokens: 4 } };
    const found = new ReportedCounts();
    for (let time = 0; time < times; time++) found.add(counts, true);
    counts.prompt_tokens = 1;
    counts.prompt_tokens_details.cached_tokens = 1;
    expect(found.toObject()).toEqual({ prompt_tokens: 9, prompt_tokens_details: { cached_tokens: 4 } });
  });

  it('have no more than 500 keys of an object', () => {
    const counts = Object.fromEntries(Array.from({ length: 600 }, (_, key) => [`count_${key}`, key]));
    const found = new ReportedCounts();
    found.add({ ...counts }, false);
    expect(Object.keys(found.toObject())).toEqual(Object.keys(counts).slice(0, 500));
  });

  it('count nothing under the key of a prototype', () => {
    const counts = JSON.parse('{"prompt_tokens":9,"__proto__":{"completion_tokens":4}}') as Record<string, unknown>;
    for (const times of [1, 2]) {
      const found = new ReportedCounts();
      for (let time = 0; time < times; time++) found.add(counts, false);
      expect(found.toObject()['completion_tokens']).toBeUndefined();
    }
  });

  it('are empty where none came', () => {
    expect(new ReportedCounts().toObject()).toEqual({});
  });
});
