/** Faults that judges are known for: they prefer a place, and the longer answer. */
import type { AnswerPair, Prefer, Preferred } from './preference.ts';

/** A pair of answers, and which one people prefer, if that is known. */
export interface CheckedPair extends AnswerPair {
  readonly expected?: Preferred | undefined;
}

/** Figures of a judge, as {@link checkJudge} returns them. Shares are 0 to 1; `undefined` of nothing. */
export interface JudgeCheck {
  readonly pairs: number;
  /** Judgements that failed. They are in no other figure. */
  readonly failed: number;
  readonly position: {
    /** Pairs for which the other order gave another answer. */
    readonly disagreements: number;
    readonly share: number | undefined;
    /** Share of the place `first` among the places that were preferred. 0.5 is even. */
    readonly firstPlace: number | undefined;
  };
  /** An answer against the same answer, said twice. */
  readonly length: {
    readonly longer: number;
    readonly shorter: number;
    readonly ties: number;
    /** Share of pairs in which the longer one won. */
    readonly share: number | undefined;
  };
  /** Agreement with people. */
  readonly expected: { readonly pairs: number; readonly same: number; readonly share: number | undefined };
}

const share = (part: number, of: number): number | undefined => (of === 0 ? undefined : part / of);

/** The same answer, longer, with nothing new in it. */
const twice = (answer: string): string => `${answer}\n\nIn other words, to say it once more: ${answer}`;

/**
 * Checks a judge of two answers for the faults that judges are known for. Each pair takes four calls of the model: both
 * orders of its answers, and of its first answer against the same answer said twice.
 *
 * @example
 * ```ts
 * import { checkJudge, preference } from '@spanline/evals';
 *
 * const prefer = preference({ client: () => '{"label":"a","id":"…"}', rubric: 'The more helpful answer is better.' });
 * const { position, length } = await checkJudge(prefer, [{ question: 'Why?', first: 'Because.', second: 'No idea.' }]);
 * console.log(position.share, length.share);
 * ```
 */
export async function checkJudge(prefer: Prefer, pairs: readonly CheckedPair[]): Promise<JudgeCheck> {
  const counts = { failed: 0, judged: 0, disagreements: 0, places: 0, firstPlaces: 0, expected: 0, same: 0 };
  const length = { longer: 0, shorter: 0, ties: 0 };

  async function check({ expected, ...pair }: CheckedPair): Promise<void> {
    const { value, orders } = await prefer(pair);
    counts.judged++;
    if (orders[0] !== orders[1]) counts.disagreements++;
    for (const [at, preferred] of orders.entries()) {
      if (preferred === 'tie') continue;
      counts.places++;
      if (preferred === (at === 0 ? 'first' : 'second')) counts.firstPlaces++;
    }
    if (expected === undefined) return;
    counts.expected++;
    if (expected === value) counts.same++;
  }

  async function compareLengths({ question, first }: CheckedPair): Promise<void> {
    const { value } = await prefer({ question, first, second: twice(first) });
    length[value === 'first' ? 'shorter' : value === 'second' ? 'longer' : 'ties']++;
  }

  const results = await Promise.allSettled(pairs.flatMap((pair) => [check(pair), compareLengths(pair)]));
  counts.failed = results.filter(({ status }) => status === 'rejected').length;
  return {
    pairs: pairs.length,
    failed: counts.failed,
    position: {
      disagreements: counts.disagreements,
      share: share(counts.disagreements, counts.judged),
      firstPlace: share(counts.firstPlaces, counts.places),
    },
    length: { ...length, share: share(length.longer, length.longer + length.shorter + length.ties) },
    expected: { pairs: counts.expected, same: counts.same, share: share(counts.same, counts.expected) },
  };
}
