const MAX_VALUES = 500;
const MAX_LENGTH = 200;
const OTHER = 'other';

/** The values of one label. Beyond 500, new ones become `other`: each value is a series that is never dropped. */
export class LabelValues {
  readonly #known = new Set<string>();
  /** How often a value became `other`. */
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
