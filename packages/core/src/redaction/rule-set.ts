import { lazy } from '@spanline/record';
import { hasHint, type HintPattern, hintPatterns, kindsOfHints } from './hints.ts';
import { asWritten, ENCODED, type Reading, readings, UNUSUAL } from './readings/index.ts';
import type { Replacements } from './replacements.ts';
import { MASK, type Range, type Rule } from './rule.ts';

/** Encodings and unusual characters. A text without any reads in one way only. */
const OTHER_READINGS = lazy(() => hintPatterns([...ENCODED, ...UNUSUAL]));

interface HintedRule extends Rule {
  readonly hinted: (() => readonly HintPattern[]) | undefined;
}

/** A text with hints of one rule has none of most others. */
function hintedBy({ hints }: Rule): HintedRule['hinted'] {
  return hints && lazy(() => hintPatterns(hints()));
}

/** A place in the text as it was written, and the rule that found it. */
export interface Found extends Range {
  readonly name: string;
}

const NONE: readonly Found[] = [];

/** Of places that overlap, one remains that covers all of them, under the rule that found the longest. */
function merged(found: readonly Found[]): Found[] {
  const result: Found[] = [];
  let longest = 0;
  for (const place of found.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1);
    if (last === undefined || place.start >= last.end) {
      result.push(place);
      longest = place.end - place.start;
      continue;
    }
    const isLonger = place.end - place.start > longest;
    if (isLonger) longest = place.end - place.start;
    result[result.length - 1] = {
      ...last,
      end: Math.max(last.end, place.end),
      name: isLonger ? place.name : last.name,
    };
  }
  return result;
}

/** Some rules, compiled to be applied to many texts. */
export class RuleSet {
  readonly #rules: readonly HintedRule[];
  /**
   * The union of the rules' hints, of encodings and of unusual characters: a text without any matches no rule and reads
   * in one way. `undefined` when a rule has no hint.
   */
  readonly #hints: readonly HintPattern[] | undefined;

  constructor(rules: readonly Rule[]) {
    this.#rules = rules.map((rule) => ({ ...rule, hinted: hintedBy(rule) }));
    if (rules.some(({ hints }) => hints === undefined)) return;
    this.#hints = hintPatterns([...rules.flatMap(({ hints }) => hints?.() ?? []), ...ENCODED, ...UNUSUAL]);
  }

  /**
   * Replaces what the rules find. Encodings and unusual characters hide what a rule looks for (`jane%40example.org`,
   * full-width digits): what is found in another reading of the text is replaced where it is written.
   *
   * @param name - name of the field that the text is the value of
   */
  apply(text: string, name: string | undefined, replacements: Replacements): string {
    const found = this.find(text, name);
    if (found.length === 0) return text;
    let result = '';
    let last = 0;
    for (const { start, end, name: rule } of found) {
      result += text.slice(last, start) + replacements.replace(rule, text.slice(start, end));
      last = end;
    }
    return result + text.slice(last);
  }

  /** Places of what the rules find, from left to right. No two overlap. */
  find(text: string, name: string | undefined): readonly Found[] {
    const kinds = this.#kinds(text);
    if (kinds === 0) return NONE;
    const found: Found[] = [];
    // A reading may show all of a thing of which another one shows a part.
    if (hasHint(OTHER_READINGS(), text, kinds)) {
      for (const reading of readings(text)) this.#read(reading, name, this.#kinds(reading.text), found);
    } else this.#read(asWritten(text), name, kinds, found);
    return found.length === 0 ? NONE : merged(found);
  }

  #kinds(text: string): number {
    return this.#hints === undefined ? -1 : kindsOfHints(this.#hints, text);
  }

  /** Adds what the rules find. A rule does not see what one before it has found. */
  #read(reading: Reading, name: string | undefined, kinds: number, found: Found[]): void {
    let { text } = reading;
    for (const rule of this.#rules) {
      if (rule.hinted !== undefined && !hasHint(rule.hinted(), text, kinds)) continue;
      const places = [...rule.find(text, name, kinds)].sort((a, b) => a.start - b.start);
      if (places.length === 0) continue;
      for (const place of places) found.push({ ...reading.origin(place), name: rule.name });
      text = maskedText(text, places);
    }
  }
}

function maskedText(text: string, places: readonly Range[]): string {
  let result = '';
  let last = 0;
  for (const { start, end } of places) {
    if (end <= last) continue;
    const from = Math.max(start, last);
    result += text.slice(last, from) + MASK.repeat(end - from);
    last = end;
  }
  return result + text.slice(last);
}
