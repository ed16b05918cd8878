/** Answers in another language than the question. */
import type { Verdict } from '../feedback/verdict.ts';
import { languageOf } from './languages.ts';

/**
 * Finds answers in another language than the question, by script and small words: English, German, French, Spanish,
 * Italian, Portuguese, Dutch, Polish, Swedish, Turkish, Japanese, Chinese, Korean and other scripts.
 *
 * @returns an evaluator of `{ question, answer }`: yes for another language. It does not apply if one of the two is too
 *   short to tell
 */
export function languageMismatch(): (values: {
  readonly question: string;
  readonly answer: string;
}) => Verdict | undefined {
  return ({ question, answer }) => {
    const [asked, answered] = [languageOf(question), languageOf(answer)];
    if (asked === undefined || answered === undefined) return undefined;
    if (asked === answered) return { value: false };
    return { value: true, explanation: `The question is in ${asked}, the answer in ${answered}` };
  };
}
