import { describe, expect, it } from 'vitest';
import { toRule } from '../../src/redaction/custom-rule.ts';
import { hasHint, hintPatterns } from '../../src/redaction/hints.ts';
import { BUILT_IN_RULES } from '../../src/redaction/rules.ts';
import { plantedTexts } from './corpus/planted.ts';

describe('a hint of a rule is in every text in which the rule finds something', () => {
  it.each(BUILT_IN_RULES.map((rule) => [rule.name, rule] as const))('%s', (_name, { hints, find }) => {
    const patterns = hintPatterns(hints?.() ?? []);
    let found = 0;
    for (const { plain } of plantedTexts(1, 3)) {
      for (const { start, end } of find(plain)) {
        // Alone, so that no hint of the text around it helps.
        const alone = plain.slice(Math.max(0, start - 80), end + 8);
        found++;
        expect(hasHint(patterns, plain), alone).toBe(true);
      }
    }
    expect(found).toBeGreaterThan(2);
  });

  it('custom rules with a prefilter', () => {
    const { hints, find } = toRule({
      name: 'TICKET',
      pattern: /(?:tck|order)-\d{2,6}/i,
      prefilter: ['tck-', 'order-'],
    });
    for (const text of ['TCK-12', 'see Order-4711', 'a tck-99']) {
      expect([...find(text)]).toHaveLength(1);
      expect(hasHint(hintPatterns(hints?.() ?? []), text)).toBe(true);
    }
  });
});
