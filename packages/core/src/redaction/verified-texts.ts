import { BoundedMap } from '@spanline/record';

/** A text that goes to the log as it is: nothing in it is replaced, shortened or described. */
export interface VerifiedText {
  /** Its JSON, once it was needed again: most texts come once. */
  json: string | undefined;
  /** UTF-8 bytes of the text. */
  readonly bytes: number;
}

/** UTF-16 units of a short text, and how many of them are kept. */
const MAX_SHORT = 1024;
const MAX_SHORT_TEXTS = 1024;
/** The same of long texts. Longer ones are redacted each time. */
const MAX_LONG = 16_000;
const MAX_LONG_TEXTS = 128;

/**
 * Cache of texts in which redaction recently found nothing: roles, names, system instructions, and the question, the
 * documents and the prompt that are part of several steps of a request. A hit is five times cheaper than redacting the
 * text again.
 */
export class VerifiedTexts {
  readonly #short = new BoundedMap<string, VerifiedText>(MAX_SHORT_TEXTS);
  readonly #long = new BoundedMap<string, VerifiedText>(MAX_LONG_TEXTS);

  #textsLike({ length }: string): BoundedMap<string, VerifiedText> | undefined {
    if (length <= MAX_SHORT) return this.#short;
    return length <= MAX_LONG ? this.#long : undefined;
  }

  get(text: string): VerifiedText | undefined {
    return this.#textsLike(text)?.get(text);
  }

  add(text: string, verified: VerifiedText): void {
    this.#textsLike(text)?.set(text, verified);
  }
}
