import type { Watch } from '../guards/watch.ts';
/** One text of an answer, as it grows: its rules, what they decided, what is replaced. */
import { type Found, JsonMatcher, type MatchContext } from '../rules/index.ts';
import { Edits } from './edits.ts';
import { JsonStrings } from './json-strings.ts';
import { Reader } from './reader.ts';

/** Events of a channel, for its answer. */
export interface ChannelEvents {
  /** A guard that blocks has found something. */
  tripped(watch: Watch): void;
  failed(watch: Watch, kind: 'exception' | 'timeout', rule: string, error: unknown): void;
}

/** `json`: the text is JSON by its place, such as the arguments of a tool. */
export type TextKind = 'text' | 'json';

interface ChannelOptions {
  readonly kind: TextKind;
  readonly watches: readonly Watch[];
  readonly context: MatchContext;
  readonly events: ChannelEvents;
}

const asIs = <T>(value: T): T => value;
const LOOKS_LIKE_JSON = /^\s*(?:```\w*\s*)?[[{]/;

/** Reads a text that comes in pieces. */
export class Channel {
  readonly #options: ChannelOptions;
  #readers: Reader[] | undefined;
  readonly #edits = new Edits();
  #strings: JsonStrings | undefined;
  /** The text that has no verdict yet, from `#base` on. */
  #text = '';
  #base = 0;
  #length = 0;
  #isEnded = false;

  constructor(options: ChannelOptions) {
    this.#options = options;
  }

  /** Characters so far. */
  get length(): number {
    return this.#length;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Text before it has every guard's verdict. */
  get decided(): number {
    if (this.#readers === undefined) return this.#isEnded ? this.#length : 0;
    const least = Math.min(Infinity, ...this.#readers.map(({ decided }) => decided));
    return this.#isEnded ? this.#length : Math.min(this.#length, least);
  }

  /** The guards that have not decided yet about the text before a place. Empty if the text is not read yet. */
  waitsFor(place: number): Watch[] {
    const waiting = this.#readers?.filter(({ decided }) => decided < place) ?? [];
    return waiting.map(({ watch }) => watch);
  }

  push(piece: string): void | Promise<void> {
    this.#text += piece;
    this.#length += piece.length;
    for (const watch of this.#options.watches) watch.read(piece.length);
    if (this.#readers !== undefined) return this.#feed(piece);
    // How a text is read depends on its first characters.
    if (this.#options.kind === 'text' && this.#text.trim() === '') return;
    this.#readers = this.#start();
    return this.#feed(this.#text);
  }

  end(): void | Promise<void> {
    if (this.#isEnded) return;
    const waiting = this.#all((reader) => reader.end());
    if (waiting !== undefined) return this.#endAfter(waiting);
    this.#isEnded = true;
  }

  async #endAfter(waiting: Promise<void>): Promise<void> {
    await waiting;
    this.#isEnded = true;
  }

  /** A piece that came at `from`, with what the guards replace. */
  written(piece: string, from: number): string {
    return this.#edits.apply(piece, from);
  }

  /** Forgets what is not needed for text behind a place. */
  drop(before: number): void {
    this.#edits.drop(before);
    this.#strings?.drop(before);
    const until = Math.min(before, this.decided);
    if (until <= this.#base) return;
    this.#text = this.#text.slice(until - this.#base);
    this.#base = until;
  }

  #start(): Reader[] {
    const { kind, watches, context, events } = this.#options;
    const isJson = kind === 'json';
    const looksLikeJson = !isJson && LOOKS_LIKE_JSON.test(this.#text);
    if (isJson || looksLikeJson) this.#strings = new JsonStrings();
    const listener = {
      found: (watch: Watch, found: readonly Found[]) => this.#found(watch, found),
      failed: events.failed,
    };
    const readers: Reader[] = [];
    for (const watch of watches) {
      for (const rule of watch.guard.rules) {
        if (!isJson) readers.push(new Reader(watch, rule, context, listener, asIs));
        if (isJson || (looksLikeJson && rule.isJudge !== true))
          readers.push(new Reader(watch, rule, context, listener, (matcher) => new JsonMatcher(matcher)));
      }
    }
    return readers;
  }

  #feed(piece: string): void | Promise<void> {
    this.#strings?.push(piece);
    return this.#all((reader) => reader.push(piece));
  }

  /** All rules read at once. Those that answer at once cost no turn of the event loop. */
  #all(run: (reader: Reader) => void | Promise<void>): void | Promise<void> {
    const waiting: Promise<void>[] = [];
    for (const reader of this.#readers ?? []) {
      const result = run(reader);
      if (result !== undefined) waiting.push(result);
    }
    return waiting.length === 0 ? undefined : Promise.all(waiting).then(() => undefined);
  }

  #found(watch: Watch, found: readonly Found[]): void {
    const { action, redact } = watch.guard;
    for (const each of found) {
      const { start, end, rule } = each;
      const text = this.#text.slice(Math.max(0, start - this.#base), end - this.#base);
      watch.found(each, text);
      if (action === 'block') return this.#options.events.tripped(watch);
      try {
        const replacement = redact({ rule, text });
        if (typeof replacement !== 'string') throw new TypeError('the replacement is no text');
        this.#edits.add({ start, end, text: this.#strings?.fit(replacement, start, end) ?? replacement });
      } catch (error) {
        // The match must not leave, also if the guard is open.
        this.#edits.add({ start, end, text: this.#strings?.fit(`[${rule}]`, start, end) ?? `[${rule}]` });
        this.#options.events.failed(watch, 'exception', rule, error);
      }
    }
  }
}
