import { BoundedMap } from '@spanline/record';

/** A text that goes to the log as it is: nothing in it is replaced, shortened or described. */
export interface VerifiedText {
  readonly json: string;
  /** UTF-8 bytes of the text. */
  readonly bytes: number;
}

/** Longer texts are redacted each time. */
const MAX_LENGTH = 1024;
const MAX_TEXTS = 1024;

/**
 * Cache of texts in which redaction recently found nothing: roles, names, system instructions, the question that is
 * part of the input of every step of a request. A hit is five times cheaper than redacting the text again.
 */
export class VerifiedTexts {
  readonly #texts = new BoundedMap<string, VerifiedText>(MAX_TEXTS);

  get(text: string): VerifiedText | undefined {
    return text.length > MAX_LENGTH ? undefined : this.#texts.get(text);
  }

  add(text: string, verified: VerifiedText): void {
    if (text.length <= MAX_LENGTH) this.#texts.set(text, verified);
  }
}
