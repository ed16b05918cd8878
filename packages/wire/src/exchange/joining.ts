/**
 * Joins the events of a stream that differ in nothing but the next piece of one text: most events of an answer. One
 * JSON text with all pieces is parsed in their place.
 */

/** Members of events that hold the next piece of a text. Readers put such pieces one behind the other. */
const GROWING = 'content|delta|text|thinking|reasoning|reasoning_content|partial_json|arguments';
/** Members that differ in each event and that nobody reads. */
const IGNORED_TEXT = 'obfuscation';
const IGNORED_NUMBER = 'sequence_number';

/** Values that may differ between two events. Quotes within a JSON string have a backslash: none is found in one. */
const TEXT_VALUE = String.raw`"(?<name>${GROWING}|${IGNORED_TEXT})"\s*:\s*"(?<text>(?:[^"\\]|\\.)*)"`;
const NUMBER_VALUE = String.raw`"${IGNORED_NUMBER}"\s*:\s*(?<number>\d+)`;
const VALUES = new RegExp(`${TEXT_VALUE}|${NUMBER_VALUE}`, 'g');

/** Counts of tokens may be those of one event. */
const USAGE = /usage\w*"\s*:\s*\{/i;

/** Characters. To look for values in longer events costs more than to parse them. */
const MAX_EVENT = 16 * 1024;

type ValueKind = 'growing' | 'ignored text' | 'ignored number';

/** The texts between the values are equal in a run of events, and so are the kinds of the values. */
interface Shape {
  readonly fixed: readonly string[];
  readonly kinds: readonly ValueKind[];
}

/** Where the growing text of an event is, as its JSON has it, without the quotes. */
interface Piece {
  readonly start: number;
  readonly end: number;
}

/** Finds the values that may differ. `undefined` for an event with no growing text, or several. */
function shapeOf(event: string): { readonly shape: Shape; readonly piece: Piece } | undefined {
  if (event.length > MAX_EVENT || USAGE.test(event)) return undefined;
  const fixed: string[] = [];
  const kinds: ValueKind[] = [];
  let piece: Piece | undefined;
  let from = 0;
  for (const { 0: member, index, groups } of event.matchAll(VALUES)) {
    const { name, text, number } = groups ?? {};
    const end = index + member.length - (number === undefined ? 1 : 0);
    const start = end - (text ?? number ?? '').length;
    if (name !== undefined && name !== IGNORED_TEXT) {
      if (piece !== undefined) return undefined;
      piece = { start, end };
      kinds.push('growing');
    } else kinds.push(number === undefined ? 'ignored text' : 'ignored number');
    fixed.push(event.slice(from, start));
    from = end;
  }
  fixed.push(event.slice(from));
  return piece === undefined || piece.start === piece.end ? undefined : { shape: { fixed, kinds }, piece };
}

const QUOTE = '"';
const BACKSLASH = 0x5c;
const ZERO = 0x30;
const NINE = 0x39;

/** The end of a JSON string: its closing quote. -1 if there is none. */
function endOfText(event: string, start: number): number {
  for (let end = event.indexOf(QUOTE, start); end !== -1; end = event.indexOf(QUOTE, end + 1)) {
    let backslashes = 0;
    while (event.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return -1;
}

function endOfNumber(event: string, start: number): number {
  let end = start;
  for (let code = event.charCodeAt(end); code >= ZERO && code <= NINE; code = event.charCodeAt(end)) end++;
  return end === start ? -1 : end;
}

/** The piece of an event that has the shape. An empty piece is left to be read on its own: it is no first token. */
function pieceOf(event: string, { fixed, kinds }: Shape): Piece | undefined {
  let piece: Piece | undefined;
  let at = 0;
  for (const [index, kind] of kinds.entries()) {
    const before = fixed[index] ?? '';
    if (!event.startsWith(before, at)) return undefined;
    const start = at + before.length;
    at = kind === 'ignored number' ? endOfNumber(event, start) : endOfText(event, start);
    if (at === -1) return undefined;
    if (kind === 'growing') piece = { start, end: at };
  }
  const rest = fixed.at(-1) ?? '';
  const isWhole = event.length === at + rest.length && event.endsWith(rest);
  return isWhole && piece !== undefined && piece.end > piece.start ? piece : undefined;
}

/** Gets the events, joined. */
export interface JoinedEvents {
  /**
   * @param json - the JSON of `count` events, of which the first came at `atMs`
   */
  events(json: string, atMs: number, count: number): void;
}

/** Events of one shape that follow each other. */
interface Run {
  readonly shape: Shape;
  /** The first event, up to the end of its piece, and what follows. */
  text: string;
  readonly rest: string;
  readonly atMs: number;
  count: number;
}

/** Collects events until one comes that is different. */
export class Joining {
  readonly #into: JoinedEvents;
  #run: Run | undefined;

  constructor(into: JoinedEvents) {
    this.#into = into;
  }

  /** @param event - its JSON. Bytes beyond ASCII may be characters of their own */
  add(event: string, atMs: number): void {
    const piece = this.#run === undefined ? undefined : pieceOf(event, this.#run.shape);
    if (this.#run !== undefined && piece !== undefined) {
      this.#run.text += event.slice(piece.start, piece.end);
      this.#run.count++;
      return;
    }
    this.flush();
    const found = shapeOf(event);
    if (found === undefined) {
      this.#into.events(event, atMs, 1);
      return;
    }
    const { end } = found.piece;
    this.#run = { shape: found.shape, text: event.slice(0, end), rest: event.slice(end), atMs, count: 1 };
  }

  /** Passes on what was collected. */
  flush(): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    this.#into.events(run.text + run.rest, run.atMs, run.count);
  }
}
