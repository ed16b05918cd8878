/** Answers of a model that is caught in a loop. */
import type { Verdict } from '../feedback/verdict.ts';

const MAX_CHARACTERS = 100_000;
/** Words that have to repeat together. */
const WINDOW = 4;
/** Shorter answers repeat by chance. */
const MIN_WORDS = 40;

/**
 * Scores how much of an answer repeats itself: the share of its sequences of four words that occurred before. Prose has
 * less than 0.1, a model in a loop more than 0.5.
 *
 * @returns an evaluator of `{ answer }`, 0 to 1. It does not apply to answers of fewer than 40 words
 */
export function repetition(): (values: { readonly answer: string }) => Verdict | undefined {
  return ({ answer }) => {
    const words = answer.slice(0, MAX_CHARACTERS).toLowerCase().split(/\s+/);
    if (words.length < MIN_WORDS) return undefined;
    const total = words.length - WINDOW + 1;
    const seen = new Set<string>();
    for (let at = 0; at < total; at++) seen.add(words.slice(at, at + WINDOW).join(' '));
    return { value: Math.round((1 - seen.size / total) * 1000) / 1000 };
  };
}
