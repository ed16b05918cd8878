import { countOf, parseReference } from '@spanline/record';
import { append, flat, type Json, type JsonNode, type MessageJson, type Piece } from './json.ts';

/** Keys that cannot hold anything of a person's. */
const PLAIN_KEY = /^[A-Za-z_]{1,24}$/;
const MAX_KEYS = 2000;
const keyJson = new Map<string, string>();

/** `"key":` of a key that needs no redaction. */
export function plainKey(key: string): string | undefined {
  const known = keyJson.get(key);
  if (known !== undefined || !PLAIN_KEY.test(key)) return known;
  const json = `"${key}":`;
  if (keyJson.size < MAX_KEYS) keyJson.set(key, json);
  return json;
}

/** JSON of an object in the making. */
export class ObjectJson {
  #text = '{';
  #members = 0;
  #pieces: Piece[] | undefined;
  /** Keys that had to be read before they could be written: two of them may have become the same. */
  #odd: Set<string> | undefined;
  #hasRole = false;
  #hasParts = false;
  #ref: string | undefined;
  /** Where `finish_reason` stands. */
  #reasonFrom = 0;
  #reasonTo = 0;

  /** @param isList whether the node is an array */
  add(key: string, json: string, node: JsonNode, isList: boolean): void {
    const from = this.#text.length;
    const text = this.#members++ === 0 ? `{${json}` : `${this.#text},${json}`;
    if (typeof node === 'string') this.#text = text + node;
    else this.#text = append((this.#pieces ??= []), text, node);
    switch (key) {
      case 'role':
        this.#hasRole = typeof node === 'string' && node.startsWith('"');
        break;
      case 'parts':
        this.#hasParts = isList;
        break;
      case 'ref':
        this.#ref = typeof node === 'string' ? node : undefined;
        break;
      case 'finish_reason':
        this.#reasonFrom = from;
        this.#reasonTo = this.#text.length;
        break;
    }
  }

  /** @returns false when there is such a key already */
  addOdd(key: string, node: JsonNode): boolean {
    const odd = (this.#odd ??= new Set());
    if (odd.has(key)) return false;
    odd.add(key);
    this.add('', `${JSON.stringify(key)}:`, node, false);
    return true;
  }

  finish(): JsonNode {
    const text = `${this.#text}}`;
    const json: Json = this.#pieces === undefined ? text : [...this.#pieces, text];
    if (this.#hasRole && this.#hasParts) return this.#message(json);
    return (this.#members === 1 && typeof json === 'string' ? this.#reference(json) : undefined) ?? json;
  }

  #message(pieces: Json): MessageJson {
    const json = flat(pieces);
    return { json, bare: this.#reasonTo === 0 ? json : this.#withoutReason(json), refers: 0 };
  }

  #withoutReason(json: string): string {
    if (this.#pieces !== undefined) {
      const { finish_reason: _reason, ...bare } = JSON.parse(json) as Record<string, unknown>;
      return JSON.stringify(bare);
    }
    const before = json.slice(0, this.#reasonFrom);
    const after = json.slice(this.#reasonTo);
    return this.#reasonFrom === 1 && after.startsWith(',') ? before + after.slice(1) : before + after;
  }

  #reference(json: string): MessageJson | undefined {
    const reference = this.#ref === undefined ? undefined : parseReference(this.#ref.slice(1, -1));
    return reference === undefined ? undefined : { json, bare: json, refers: countOf(reference) };
  }
}
