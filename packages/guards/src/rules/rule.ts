/** Rules: what a guard looks for. */

/** Something that a rule found, in characters (UTF-16 units) from the beginning of the text. */
export interface Found {
  readonly start: number;
  readonly end: number;
  /** Name of the rule, or of its part that found it (`EMAIL`). */
  readonly rule: string;
  /** Why, if the rule knows. It is content. */
  readonly explanation?: string | undefined;
}

/** The verdicts after a piece of text. */
export interface Step {
  /** Matches before `decided` that no earlier step had, from left to right. */
  readonly found: readonly Found[];
  /** Text before it has its verdict, whatever follows. It lies inside of no match. */
  readonly decided: number;
}

/** Reads one text, piece by piece. */
export interface Matcher {
  push(piece: string): Step | Promise<Step>;
  /** The text is complete. */
  end(): Step | Promise<Step>;
}

/** Beside the text that a rule reads. */
export interface MatchContext {
  /** Fires when another guard has stopped the answer, or nobody waits for it any more. */
  readonly signal: AbortSignal;
  /**
   * The verdict of a rule on a text. An answer that says a text twice has it judged once by each rule.
   *
   * @param rule - an object that no other rule has
   */
  judgeOnce(rule: object, text: string, judge: (text: string) => Promise<Step['found']>): Promise<Step['found']>;
  /** Counts a text to which the rule does not apply. */
  unjudged(): void;
}

/** A rule, as `literals`, `pattern`, `detectors` and `evaluator` return it. */
export interface Rule {
  readonly name: string;
  /** How much of a stream it holds back: characters at most, the rest of a sentence, or the whole text. */
  readonly holds: number | 'sentence' | 'whole';
  /** It judges what a text means, and is asked once for a text. */
  readonly isJudge?: boolean;
  start(context: MatchContext): Matcher;
}

export const isPromise = <T>(value: T | Promise<T>): value is Promise<T> =>
  typeof (value as Promise<T> | undefined)?.then === 'function';
