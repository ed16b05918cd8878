/**
 * Joins the events of a stream that differ in nothing but the next piece of one text: most events of an answer. One
 * event with all pieces is parsed in their place.
 */

/** Members of events that hold the next piece of a text. Readers put such pieces one behind the other. */
const GROWING = 'content|delta|text|thinking|reasoning|reasoning_content|partial_json|arguments';
/** Members that differ in each event and that nobody reads. */
const IGNORED_TEXT = 'obfuscation';
const IGNORED_NUMBER = 'sequence_number';

/** Values that may differ between two events. Quotes within a JSON string have a backslash: none is found in one. */
const TEXT_VALUE = String.raw`"(?<name>${GROWING}|${IGNORED_TEXT})"\s*:\s*"(?<text>(?:[^"\\\u0000-\u001F]|\\.)*)"`;
const NUMBER_VALUE = String.raw`"${IGNORED_NUMBER}"\s*:\s*(?<number>\d+)`;
const VALUES = new RegExp(`${TEXT_VALUE}|${NUMBER_VALUE}`, 'g');

/** An event of one line of data, of which others may follow. */
const PLAIN_EVENT = /^(?:event:[^\r\n]*\r?\n)?data:[^\r\n]*\}\r?\n\r?\n$/;

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
  if (event.length > MAX_EVENT || !PLAIN_EVENT.test(event) || USAGE.test(event)) return undefined;
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

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;
const ZERO = 0x30;
const NINE = 0x39;

/** The end of a JSON string: its closing quote. -1 if there is none, or a line ends before it. */
function endOfText(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code < FIRST_PRINTABLE) return -1;
    if (code === BACKSLASH) at++;
  }
  return -1;
}

function endOfNumber(text: string, start: number): number {
  let end = start;
  for (let code = text.charCodeAt(end); code >= ZERO && code <= NINE; code = text.charCodeAt(end)) end++;
  return end === start ? -1 : end;
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

/**
 * Gets `count` events as one. The first of them came at `firstMs`.
 */
type Joined = (event: string, firstMs: number, count: number) => void;

/** Collects events until one comes that is different. */
export interface Joining {
  /**
   * Begins a run with a whole event.
   *
   * @returns false for an event that others cannot be joined with
   */
  begin(event: string, atMs: number): boolean;
  /**
   * Takes the event at a position of a text if it belongs to the run. An empty piece does not: it is no first token.
   *
   * @returns the position behind it, else -1
   */
  take(text: string, from: number): number;
  /** Passes on what was collected. */
  flush(): void;
}

/** Joins the events of a stream. Bytes beyond ASCII may be characters of their own. */
export function createJoining(into: Joined): Joining {
  let run: Run | undefined;

  function flush(): void {
    if (run === undefined) return;
    const { text, rest, atMs, count } = run;
    run = undefined;
    into(text + rest, atMs, count);
  }

  return {
    flush,
    begin(event, atMs): boolean {
      const found = shapeOf(event);
      if (found === undefined) return false;
      flush();
      const { end } = found.piece;
      run = { shape: found.shape, text: event.slice(0, end), rest: event.slice(end), atMs, count: 1 };
      return true;
    },
    take(text, from): number {
      if (run === undefined) return -1;
      const { fixed, kinds } = run.shape;
      let [at, pieceStart, pieceEnd] = [from, 0, 0];
      for (let index = 0; index < kinds.length; index++) {
        const before = fixed[index] ?? '';
        const start = at + before.length;
        // Cheaper than `startsWith`, which compares character by character.
        if (text.slice(at, start) !== before) return -1;
        const kind = kinds[index];
        at = kind === 'ignored number' ? endOfNumber(text, start) : endOfText(text, start);
        if (at === -1) return -1;
        if (kind === 'growing') [pieceStart, pieceEnd] = [start, at];
      }
      const rest = fixed[kinds.length] ?? '';
      const end = at + rest.length;
      if (pieceStart === pieceEnd || text.slice(at, end) !== rest) return -1;
      run.text += text.slice(pieceStart, pieceEnd);
      run.count++;
      return end;
    },
  };
}
