import { type Field, member } from './fields.ts';

/** A record, or what is left of it. */
export type MutableRecord = Record<string, unknown>;

/** True for a key with a value. */
export function hasValue(record: MutableRecord, key: string): boolean {
  return Object.hasOwn(record, key) && record[key] !== undefined;
}

/**
 * Builds a line of a logger's fields and a record, each key once. The logger's fields are written first, then the
 * record without the keys that the logger replaced. The record is changed meanwhile; `restore` undoes that.
 */
export class LineBuilder {
  #text = '';
  readonly #record: MutableRecord;
  #replaced: [string, unknown][] | undefined;
  #added: Set<string> | undefined;

  constructor(record: MutableRecord) {
    this.#record = record;
  }

  /** Adds a field of the logger unless the record, or a field before it, has its key. */
  addUnlessPresent(field: Field): void {
    if (hasValue(this.#record, field.key) || this.#added?.has(field.key) === true) return;
    (this.#added ??= new Set()).add(field.key);
    this.#text += member(field);
  }

  /** Adds a field of the logger in place of the record's. */
  override({ key, json }: Field): void {
    if (hasValue(this.#record, key) && JSON.stringify(this.#record[key]) === json) return;
    this.replace(key, key, json);
  }

  /** Writes `json` under `key` in place of the record's `old`. Without `json`, the record's field is left out. */
  replace(old: string, key: string, json: string | undefined): void {
    if (hasValue(this.#record, old)) (this.#replaced ??= []).push([old, this.#record[old]]);
    this.#record[old] = undefined;
    (this.#added ??= new Set()).add(key);
    if (json !== undefined) this.#text += member({ key, json });
  }

  /** The line as JSON. */
  finish(): string {
    const body = JSON.stringify(this.#record);
    if (this.#text === '') return body;
    return `{${this.#text.slice(1)}${body === '{}' ? '' : ','}${body.slice(1)}`;
  }

  /** Gives the record back the values that were replaced. */
  restore(): void {
    for (const [key, value] of this.#replaced ?? []) this.#record[key] = value;
  }
}
