/** Verdicts of judges on the texts of one answer. */
import type { Found } from './rule.ts';

type Verdict = Promise<readonly Found[]>;

/** An answer that says a text twice has it judged once by each rule. */
export class Verdicts {
  readonly #byRule = new Map<object, Map<string, Verdict>>();

  /** The verdict of a rule on a text. @param rule - what distinguishes this rule from others */
  of(rule: object, text: string, judge: (text: string) => Verdict): Verdict {
    let verdicts = this.#byRule.get(rule);
    if (verdicts === undefined) this.#byRule.set(rule, (verdicts = new Map()));
    let verdict = verdicts.get(text);
    if (verdict === undefined) verdicts.set(text, (verdict = judge(text)));
    return verdict;
  }
}
