/** Reads the texts of a client's objects by a table of fields. */
import { isObject } from '@spanline/record';
import type { TextKind } from '../gate/channel.ts';
import type { Path, Slot } from '../gate/shape.ts';

/**
 * A field with text:
 *
 * - `text`: a piece of a text, `json`: a piece of a text that is JSON. Pieces of one channel follow each other.
 * - `each`: any value. Each text in it is complete.
 * - `skip`: the text is the provider's, such as an id, or a name that the application chose.
 */
type Field = TextKind | 'each' | 'skip';
export type Fields = Readonly<Record<string, Field>>;

/** Ids, names of models, and words such as `stop`. */
export const WORD = /^[\w.:/-]{0,100}$/;

/** An index or an id as a part of a channel's name. */
export function idText(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : '';
}

/** Collects the slots of one chunk. */
export class Texts {
  readonly slots: Slot[] = [];
  readonly unmapped: string[] = [];

  /** Adds a piece of a channel. Nothing is added for a value that is no text. */
  piece(value: unknown, path: Path, channel: string, kind: TextKind = 'text'): void {
    if (typeof value !== 'string') return;
    const slot: Slot = { path, text: value, channel, kind };
    this.slots.push(kind === 'json' ? { ...slot, isWhole: true } : slot);
  }

  /** Adds a piece of a text of which nothing leaves before all of it has its verdict. */
  whole(value: unknown, path: Path, channel: string): void {
    if (typeof value === 'string') this.slots.push({ path, text: value, channel, kind: 'text', isWhole: true });
  }

  /** Adds a text that is complete. */
  complete(value: unknown, path: Path, kind: TextKind = 'text'): void {
    if (typeof value === 'string' && value !== '')
      this.slots.push({ path, text: value, channel: '', kind, isComplete: true });
  }

  /** Adds a value whose texts are read together, such as the arguments of a tool. */
  value(value: unknown, path: Path): void {
    if (isObject(value))
      this.slots.push({
        path,
        text: JSON.stringify(value),
        channel: '',
        kind: 'json',
        isComplete: true,
        isValue: true,
      });
    else this.complete(value, path);
  }

  /** Adds each text in a value. */
  each(value: unknown, path: Path, isText: (value: string) => boolean = () => true): void {
    if (typeof value === 'string') {
      if (isText(value)) this.complete(value, path);
    } else if (isObject(value)) {
      for (const [key, inner] of Object.entries(value))
        this.each(inner, [...path, Array.isArray(value) ? Number(key) : key], isText);
    }
  }

  /**
   * Adds the texts of an object. A field that the table does not name is unknown if it has text: it is noted, and read
   * as `each`.
   *
   * @param channelOf - the channel of a field; without it, its text is complete
   */
  fields(value: unknown, path: Path, table: Fields, channelOf?: (key: string) => string): void {
    if (!isObject(value)) return;
    for (const [key, inner] of Object.entries(value)) {
      if (inner === null || inner === undefined) continue;
      const place = [...path, key];
      const field = Object.hasOwn(table, key) ? table[key] : undefined;
      if (field === 'skip') continue;
      if (field === 'text' || field === 'json') {
        if (channelOf === undefined) this.complete(inner, place, field);
        else this.piece(inner, place, channelOf(key), field);
        if (typeof inner !== 'string') this.each(inner, place);
        continue;
      }
      if (field === undefined) this.unknown(inner, place);
      else this.each(inner, place);
    }
  }

  /** Adds the texts of what frames an answer, in fields that the table does not name. Single words are no texts. */
  frame(value: unknown, path: Path, table: Fields): void {
    if (!isObject(value)) return;
    for (const [key, inner] of Object.entries(value))
      if (!Object.hasOwn(table, key)) this.each(inner, [...path, key], (text) => !WORD.test(text));
  }

  /** Adds the texts of a field that is not known. */
  unknown(value: unknown, path: Path): void {
    const before = this.slots.length;
    this.each(value, path);
    if (this.slots.length === before) return;
    const names = path.filter((key) => typeof key === 'string');
    this.unmapped.push(names.length === 0 ? 'the whole answer' : names.join('.'));
  }
}
