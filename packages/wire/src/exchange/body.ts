/** The body of a request, collected while it is sent. */

import { readForm } from './form.ts';

/** Bytes of a body that is read. Longer ones are sent as they are, and not read. */
const MAX_BODY = 16 * 1024 * 1024;

/** Collects a body. */
export class Body {
  #parts: Buffer[] = [];
  #length = 0;

  add(piece: Uint8Array | string): void {
    this.#length += piece.length;
    if (this.#length > MAX_BODY) this.#parts = [];
    // The sender may use its memory again.
    else this.#parts.push(Buffer.from(piece as Uint8Array));
  }

  /** More was sent than is read. */
  get isTooLong(): boolean {
    return this.#length > MAX_BODY;
  }

  /** The JSON of the body, or the fields of a form; `undefined` for anything else, and for what is too long. */
  read(): unknown {
    if (this.isTooLong || this.#length === 0) return undefined;
    const body = Buffer.concat(this.#parts);
    try {
      return readForm(body) ?? (JSON.parse(body.toString()) as unknown);
    } catch {
      return undefined;
    }
  }
}
