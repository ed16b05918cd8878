/** Answers of a model that is caught in a loop. */
import { repeatedShare } from '@spanline/record';
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
    const value = words.length < MIN_WORDS ? undefined : repeatedShare(words, WINDOW);
    return value === undefined ? undefined : { value };
  };
}
