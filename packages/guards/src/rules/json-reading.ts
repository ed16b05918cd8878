/** Reads text that is JSON, such as the arguments of a tool, as the values that it stands for. */
import { type Found, isPromise, type Matcher, type Step } from './rule.ts';

const LETTERS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
const ESCAPE_LENGTH = 2;
const UNICODE_LENGTH = 6;

/** Undoes the escapes of JSON, and remembers where each character was written. */
class Unescaped {
  /** Place of each character, as it is written, behind `dropped` characters. */
  #places: number[] = [];
  #dropped = 0;
  #written = 0;
  /** The beginning of an escape that goes on in the next piece. */
  #rest = '';

  /** Places in the written text of everything read so far. */
  get end(): number {
    return this.#written;
  }

  read(piece: string): string {
    const text = this.#rest + piece;
    let result = '';
    let at = 0;
    while (at < text.length) {
      const length = escapeLength(text, at);
      if (at + length > text.length) break;
      result += length === 1 ? text.charAt(at) : unescaped(text.slice(at, at + length));
      this.#places.push(this.#written);
      this.#written += length;
      at += length;
    }
    this.#rest = text.slice(at);
    return result;
  }

  /** The written place of a character. */
  place(index: number): number {
    return this.#places[index - this.#dropped] ?? this.#written;
  }

  /** Forgets the places before `index`. */
  drop(index: number): void {
    const count = index - this.#dropped;
    if (count < 1024) return;
    this.#places = this.#places.slice(count);
    this.#dropped = index;
  }
}

function escapeLength(text: string, at: number): number {
  if (text[at] !== '\\') return 1;
  return text[at + 1] === 'u' ? UNICODE_LENGTH : ESCAPE_LENGTH;
}

function unescaped(escape: string): string {
  if (escape.length !== UNICODE_LENGTH) return LETTERS[escape.charAt(1)] ?? escape.charAt(1);
  const code = Number.parseInt(escape.slice(2), 16);
  return Number.isNaN(code) ? escape.charAt(1) : String.fromCharCode(code);
}

/** Tells the findings of a matcher in places of the written text. */
export class JsonMatcher implements Matcher {
  readonly #inner: Matcher;
  readonly #text = new Unescaped();

  constructor(inner: Matcher) {
    this.#inner = inner;
  }

  push(piece: string): Step | Promise<Step> {
    return this.#written(this.#inner.push(this.#text.read(piece)));
  }

  end(): Step | Promise<Step> {
    const step = this.#inner.end();
    return this.#written(step);
  }

  #written(step: Step | Promise<Step>): Step | Promise<Step> {
    return isPromise(step) ? this.#later(step) : this.#convert(step);
  }

  async #later(step: Promise<Step>): Promise<Step> {
    return this.#convert(await step);
  }

  #convert({ found, decided }: Step): Step {
    const places = found.map((each): Found => ({
      ...each,
      start: this.#text.place(each.start),
      end: this.#text.place(each.end),
    }));
    const result = { found: places, decided: this.#text.place(decided) };
    this.#text.drop(decided);
    return result;
  }
}
