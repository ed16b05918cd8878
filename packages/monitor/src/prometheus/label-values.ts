const MAX_VALUES = 500;
const MAX_LENGTH = 200;
const OTHER = 'other';

/** Values of one label. Beyond five hundred, new ones are `other`, since each of them would be a series for ever. */
export class LabelValues {
  readonly #known = new Set<string>();
  /** How often a value had no place. */
  others = 0;

  of(value: string | undefined): string {
    const text = (value ?? '').slice(0, MAX_LENGTH);
    if (this.#known.has(text)) return text;
    if (this.#known.size >= MAX_VALUES) {
      this.others++;
      return OTHER;
    }
    this.#known.add(text);
    return text;
  }
}
