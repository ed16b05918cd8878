/** A text that needs no replacement, no cut and no descriptor in its place. */
export interface CleanText {
  readonly json: string;
  /** UTF-8 bytes of the text. */
  readonly bytes: number;
}

/** Longer texts are read each time. */
const MAX_LENGTH = 1024;
const MAX_TEXTS = 512;

/**
 * Texts that were read lately and found clean: roles, names, a system's instructions, the question that stands in the input of every step of a request. To look one up is five times cheaper than to read it
 * again. Bounded: of two generations of 512 texts the older one is let go.
 */
export class CleanTexts {
  #young = new Map<string, CleanText>();
  #old = new Map<string, CleanText>();

  get(text: string): CleanText | undefined {
    if (text.length > MAX_LENGTH) return undefined;
    const young = this.#young.get(text);
    if (young !== undefined) return young;
    const old = this.#old.get(text);
    if (old !== undefined) this.#keep(text, old);
    return old;
  }

  add(text: string, clean: CleanText): void {
    if (text.length <= MAX_LENGTH) this.#keep(text, clean);
  }

  #keep(text: string, clean: CleanText): void {
    if (this.#young.size >= MAX_TEXTS) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(text, clean);
  }
}
