import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toRule } from '../../src/redaction/custom-rule.ts';
import { BUILT_IN_RULES, type Rule } from '../../src/redaction/rules.ts';

/** A pattern without what generators cannot follow: the boundaries and lookarounds, whose text is no part of a match. */
function withoutAssertions({ source, flags }: RegExp): RegExp {
  const lookaround = /\(\?<?[!=](?:\[[^\]]*\]|\\.|[^()[\]\\])*\)/g;
  return new RegExp(source.replaceAll(lookaround, '').replaceAll('\\b', ''), flags.replaceAll(/[gi]/g, ''));
}

/** Texts with upper and lower case letters as chance has it. */
function anyCase(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(texts, fc.infiniteStream(fc.boolean()))
    .map(([text, upper]) =>
      Array.from(text, (letter) => (upper.next().value ? letter.toUpperCase() : letter.toLowerCase())).join(''),
    );
}

function textsFor({ pattern }: Rule): fc.Arbitrary<string> {
  const texts = fc.stringMatching(withoutAssertions(pattern), { size: 'small' });
  return pattern.ignoreCase ? fc.oneof(texts, anyCase(texts)) : texts;
}

function matchesOf({ pattern }: Rule, text: string): string[] {
  return Array.from(text.matchAll(pattern), ([whole]) => whole);
}

/** Every match has the hint in it, so that a text without the hint need not be searched. */
function expectHintToCover(rule: Rule): void {
  const hint = new RegExp(rule.hint);
  let matches = 0;
  fc.assert(
    fc.property(textsFor(rule), (text) => {
      for (const match of matchesOf(rule, text)) {
        matches++;
        expect(match).toMatch(hint);
      }
    }),
    { numRuns: 500 },
  );
  expect(matches).toBeGreaterThan(50);
}

describe('the hint of a rule is in every text that the rule matches', () => {
  it.each(BUILT_IN_RULES.map((rule) => [rule.name, rule] as const))('%s', (_name, rule) => expectHintToCover(rule));

  it('custom rules with a prefilter', () => {
    expectHintToCover(toRule({ name: 'TICKET', pattern: /(?:tck|order)-\d{2,6}/i, prefilter: ['tck-', 'order-'] }));
  });
});
