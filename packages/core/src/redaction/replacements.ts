import type { Placeholder, PlaceholderHolder } from './placeholders.ts';

/** Replacements on one line, by rule. */
export class Replacements {
  count = 0;
  byRule: Record<string, number> | undefined;
  readonly #placeholder: Placeholder;
  readonly #holder: PlaceholderHolder;

  /** @param holder - keeps the numbers of replaced values for all lines of a local root */
  constructor(placeholder: Placeholder, holder: PlaceholderHolder) {
    this.#placeholder = placeholder;
    this.#holder = holder;
  }

  /** Counts a value that `rule` found; returns the text to write in its place. */
  replace(rule: string, value: string): string {
    this.add(rule);
    return this.#placeholder(rule, value, this.#holder);
  }

  add(rule: string): void {
    this.count++;
    this.byRule ??= {};
    this.byRule[rule] = (this.byRule[rule] ?? 0) + 1;
  }
}
