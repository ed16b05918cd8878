/** Finds any of many texts in one pass, with the automaton of Aho and Corasick. */
import { checkOptions, option, type Shape } from '@spanline/record';
import type { Found, Matcher, Rule, Step } from './rule.ts';

/** Options of {@link literals}. */
export interface LiteralsOptions {
  /** Name of the rule. @defaultValue `literals` */
  name?: string;
  /** The texts that are looked for. */
  texts: readonly string[];
  /** `Acme` also finds `ACME`. @defaultValue true */
  ignoreCase?: boolean;
}

const SHAPE: Shape<LiteralsOptions> = {
  name: option.string(),
  texts: option.required(
    option.like<readonly string[]>(
      'an array of texts that are not empty',
      (value) =>
        Array.isArray(value) && value.length > 0 && value.every((text) => typeof text === 'string' && text !== ''),
    ),
  ),
  ignoreCase: option.boolean(),
};

/** A state: the characters read so far are the beginning of a text. */
interface State {
  readonly depth: number;
  readonly next: Map<number, State>;
  fallback: State | undefined;
  /** Lengths of the texts that end here, the longest first. */
  ends: readonly number[];
}

const newState = (depth: number): State => ({ depth, next: new Map(), fallback: undefined, ends: [] });

/** One character in lower case, if that is one character too. */
function lower(unit: number): number {
  const text = String.fromCharCode(unit).toLowerCase();
  return text.length === 1 ? text.charCodeAt(0) : unit;
}

function build(texts: readonly string[], fold: (unit: number) => number): State {
  const root = newState(0);
  for (const text of texts) {
    let state = root;
    for (let at = 0; at < text.length; at++) {
      const unit = fold(text.charCodeAt(at));
      let next = state.next.get(unit);
      if (next === undefined) state.next.set(unit, (next = newState(state.depth + 1)));
      state = next;
    }
    if (!state.ends.includes(text.length)) state.ends = [...state.ends, text.length];
  }
  const queue = [root];
  for (const state of queue) {
    for (const [unit, next] of state.next) {
      let fallback = state.fallback;
      while (fallback !== undefined && !fallback.next.has(unit)) fallback = fallback.fallback;
      next.fallback = fallback?.next.get(unit) ?? root;
      next.ends = [...next.ends, ...next.fallback.ends].sort((a, b) => b - a);
      queue.push(next);
    }
  }
  return root;
}

/** Holds back exactly the characters that may be the beginning of a text. */
class LiteralMatcher implements Matcher {
  readonly #root: State;
  readonly #fold: (unit: number) => number;
  readonly #rule: string;
  #state: State;
  #length = 0;
  /** Found, but a longer text may still begin there or before. */
  readonly #pending: Found[] = [];

  constructor(root: State, fold: (unit: number) => number, rule: string) {
    this.#root = root;
    this.#fold = fold;
    this.#rule = rule;
    this.#state = root;
  }

  push(piece: string): Step {
    for (let at = 0; at < piece.length; at++) this.#read(this.#fold(piece.charCodeAt(at)));
    return this.#step(this.#length - this.#state.depth);
  }

  end(): Step {
    return this.#step(this.#length);
  }

  #read(unit: number): void {
    let state: State | undefined = this.#state;
    while (state !== undefined && !state.next.has(unit)) state = state.fallback;
    this.#state = state?.next.get(unit) ?? this.#root;
    this.#length++;
    const [longest] = this.#state.ends;
    if (longest !== undefined) this.#add({ start: this.#length - longest, end: this.#length, rule: this.#rule });
  }

  /** Of texts that overlap, one place covers all. */
  #add({ start: first, end, rule }: Found): void {
    let start = first;
    for (let last = this.#pending.at(-1); last !== undefined && last.end > start; last = this.#pending.at(-1)) {
      start = Math.min(start, last.start);
      this.#pending.pop();
    }
    this.#pending.push({ start, end, rule });
  }

  #step(safe: number): Step {
    const count = this.#pending.findIndex(({ end }) => end > safe);
    const open = count < 0 ? undefined : this.#pending[count];
    const found = this.#pending.splice(0, count < 0 ? this.#pending.length : count);
    return { found, decided: Math.min(safe, open?.start ?? safe) };
  }
}

/**
 * Finds texts: names of customers, code words, parts of a system prompt. It takes the same time for ten texts and for
 * ten thousand. A stream is held back only while its end may be the beginning of a text.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { literals } from '@spanline/guards';
 *
 * const rule = literals({ name: 'code_names', texts: ['Blue Heron', 'Project 9'] });
 * ```
 */
export function literals(options: LiteralsOptions): Rule {
  checkOptions(SHAPE, options);
  const { name = 'literals', texts, ignoreCase = true } = options;
  const fold = ignoreCase ? lower : (unit: number) => unit;
  const root = build(texts, fold);
  const holds = Math.max(...texts.map((text) => text.length)) - 1;
  return { name, holds, start: () => new LiteralMatcher(root, fold, name) };
}
