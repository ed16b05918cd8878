import { decodeText, ENCODED_HINT } from './decode-text.ts';
import type { Replacements } from './replacements.ts';
import type { Rule } from './rules.ts';

interface CompiledRule extends Rule {
  readonly found: RegExp | undefined;
}

function applyRule(rule: CompiledRule, text: string, replacements: Replacements): string {
  if (rule.found?.test(text) === false) return text;
  let result = '';
  let end = 0;
  for (const match of text.matchAll(rule.pattern)) {
    const [whole] = match;
    const value = match.groups?.['value'] ?? whole;
    if (whole === '' || rule.test?.(value) === false) continue;
    const start = match.index + whole.lastIndexOf(value);
    result += text.slice(end, start) + replacements.replace(rule.name, value);
    end = start + value.length;
  }
  return end === 0 ? text : result + text.slice(end);
}

/** Some rules, compiled to be applied to many texts. */
export class RuleSet {
  readonly #rules: readonly CompiledRule[];
  /** The union of the rules' hints: a text without any matches no rule. `undefined` when a rule has no hint. */
  readonly #hints: RegExp | undefined;
  /** The same with encodings: a text without any also has nothing to decode. */
  readonly #hintsOrEncoded: RegExp | undefined;

  constructor(rules: readonly Rule[]) {
    this.#rules = rules.map((rule) => ({ ...rule, found: rule.hint === '' ? undefined : new RegExp(rule.hint) }));
    const hints = rules.map(({ hint }) => hint);
    if (hints.includes('')) return;
    this.#hints = new RegExp(hints.join('|'));
    this.#hintsOrEncoded = new RegExp([...hints, ENCODED_HINT].join('|'));
  }

  /**
   * Replaces what the rules match. An encoding hides what a rule looks for (`jane%40example.org`, `\nAKIA…`): where
   * something is found in the decoded text, the decoded text is the result.
   */
  apply(text: string, replacements: Replacements): string {
    if (this.#hintsOrEncoded?.test(text) === false) return text;
    const plain = this.#hints?.test(text) === false ? text : this.#applyAll(text, replacements);
    const decoded = decodeText(plain);
    if (decoded === plain || this.#hints?.test(decoded) === false) return plain;
    const before = replacements.count;
    const result = this.#applyAll(decoded, replacements);
    return replacements.count === before ? plain : result;
  }

  #applyAll(text: string, replacements: Replacements): string {
    let result = text;
    for (const rule of this.#rules) result = applyRule(rule, result, replacements);
    return result;
  }
}
