/** Finds the strings in a JSON text, so that a replacement keeps the text valid. */

/** Follows a JSON text that comes in pieces. */
export class JsonStrings {
  /** Places of the quotes that begin and end strings. */
  readonly #quotes: number[] = [];
  #length = 0;
  #isOpen = false;
  #isEscaped = false;
  /** Whether `#quotes` begins inside of a string. */
  #wasOpen = false;

  push(piece: string): void {
    for (let at = 0; at < piece.length; at++) {
      const character = piece[at];
      if (this.#isEscaped) this.#isEscaped = false;
      else if (this.#isOpen && character === '\\') this.#isEscaped = true;
      else if (character === '"') {
        this.#quotes.push(this.#length + at);
        this.#isOpen = !this.#isOpen;
      }
    }
    this.#length += piece.length;
  }

  /** A text in the form in which it may stand in place of the characters from `start` to `end`. */
  fit(text: string, start: number, end: number): string {
    const inner = JSON.stringify(text).slice(1, -1);
    return `${this.#isInside(start) ? '' : '"'}${inner}${this.#isInside(end) ? '' : '"'}`;
  }

  /** Forgets what stands before a place. */
  drop(before: number): void {
    const count = this.#quotes.findIndex((at) => at >= before);
    const gone = count < 0 ? this.#quotes.length : count;
    if (gone % 2 === 1) this.#wasOpen = !this.#wasOpen;
    this.#quotes.splice(0, gone);
  }

  /** True if the character at this place belongs to a string, or is the quote that ends one. */
  #isInside(place: number): boolean {
    let isInside = this.#wasOpen;
    for (const at of this.#quotes) {
      if (at >= place) break;
      isInside = !isInside;
    }
    return isInside;
  }
}
