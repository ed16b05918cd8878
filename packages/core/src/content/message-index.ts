import type { Side } from '@spanline/record';
import { nodeCrypto } from '../node-crypto.ts';
import { joinJson, type Json, type MessageJson, type Piece } from './json.ts';
import { identityOf } from './message-json.ts';
import { EMPTY_PREFIX, PrefixTrie } from './prefix-trie.ts';

/** Where a message is: the span, its input or output, and the position in that field. */
interface Address {
  readonly spanId: string;
  readonly side: Side;
  readonly position: number;
}

/** A field of a line that has been written and is not indexed yet. */
interface WrittenField {
  readonly spanId: string;
  readonly side: Side;
  readonly json: Json;
}

/** Beyond this nothing more is indexed; later repetitions are written whole. */
const MAX_MESSAGES = 5000;
const MAX_WAITING = 500;
/** A shorter message takes no more space than its reference. */
const MIN_BYTES = 64;
/** A text up to this length is its own digest, which saves hashing it. */
const MAX_LITERAL = 512;

function digestOf(message: MessageJson): string {
  const identity = identityOf(message);
  return identity.length <= MAX_LITERAL ? identity : nodeCrypto().hash('sha1', identity);
}

const hasReference = (run: readonly MessageJson[]): boolean => run.some(({ referencedCount }) => referencedCount > 0);

function reference({ spanId, side, position }: Address, length: number): string {
  return length === 1
    ? `{"ref":"${spanId}#${side}${position}"}`
    : `{"ref":"${spanId}#${side}${position}-${position + length - 1}"}`;
}

/** Messages that lines have, and the lists that they are in. */
class KnownMessages {
  /** Message numbers by digest. */
  readonly #messages = new Map<string, number>();
  /** Where each message is first, by message number. */
  readonly #messageAddresses: Address[] = [];
  readonly #prefixes = new PrefixTrie(MAX_MESSAGES);
  /** Where each prefix is first, by prefix number. The empty prefix is nowhere. */
  readonly #prefixAddresses: (Address | undefined)[] = [undefined];

  add(field: WrittenField): void {
    this.#eachRun(field, () => '');
  }

  /** JSON of a field, with references. Indexes what is new. */
  refer(field: WrittenField): string {
    return this.#eachRun(field, (run, digests) => this.#referRun(run, digests));
  }

  /**
   * Writes each run of messages, then indexes it. A run with references in it is copied: what it refers to is indexed
   * already.
   */
  #eachRun(
    { spanId, side, json }: WrittenField,
    write: (run: readonly MessageJson[], digests: readonly string[]) => string,
  ): string {
    let position = 0;
    return joinJson(json, (run) => {
      const start = position;
      for (const { referencedCount } of run) position += Math.max(1, referencedCount);
      if (hasReference(run)) return joinJson([run]);
      const digests = run.map(digestOf);
      const text = write(run, digests);
      this.#index(digests, { spanId, side, position: start });
      return text;
    });
  }

  #index(digests: readonly string[], { spanId, side, position }: Address): void {
    let prefix = EMPTY_PREFIX;
    for (let offset = 0; offset < digests.length; offset++) {
      const digest = digests[offset] ?? '';
      if (this.#messages.size >= MAX_MESSAGES || this.#prefixes.size >= MAX_MESSAGES) return;
      let message = this.#messages.get(digest);
      if (message === undefined) {
        message = this.#messageAddresses.push({ spanId, side, position: position + offset }) - 1;
        this.#messages.set(digest, message);
      }
      let longer = this.#prefixes.child(prefix, message);
      if (longer === undefined) {
        longer = this.#prefixes.add(prefix, message);
        this.#prefixAddresses.push({ spanId, side, position });
      }
      prefix = longer;
    }
  }

  /** The longest known prefix of a run that is worth a reference of its own, and its length. */
  #knownPrefix(digests: readonly string[]): { length: number; address: Address } | undefined {
    if (digests.length < 2) return undefined;
    let prefix = EMPTY_PREFIX;
    let length = 0;
    for (; length < digests.length; length++) {
      const message = this.#messages.get(digests[length] ?? '');
      const longer = message === undefined ? undefined : this.#prefixes.child(prefix, message);
      if (longer === undefined) break;
      prefix = longer;
    }
    const address = this.#prefixAddresses[prefix];
    return length < 2 || address === undefined ? undefined : { length, address };
  }

  #referRun(run: readonly MessageJson[], digests: readonly string[]): string {
    const known = this.#knownPrefix(digests);
    let text = known === undefined ? '' : reference(known.address, known.length);
    for (let offset = known?.length ?? 0; offset < run.length; offset++) {
      const message = run[offset];
      if (message === undefined) continue;
      if (text !== '') text += ',';
      text += this.#referMessage(message, digests[offset] ?? '');
    }
    return text;
  }

  #referMessage(message: MessageJson, digest: string): string {
    const number = identityOf(message).length < MIN_BYTES ? undefined : this.#messages.get(digest);
    const address = number === undefined ? undefined : this.#messageAddresses[number];
    return address === undefined ? message.json : reference(address, 1);
  }
}

/** True if a message is as long as a reference, or if there are two in a row, which may have one reference. */
function isWorthReference(json: readonly Piece[]): boolean {
  for (const piece of json) {
    if (typeof piece === 'string') continue;
    if (piece.length > 1 || (piece[0]?.json.length ?? 0) >= MIN_BYTES) return true;
  }
  return false;
}

const hasTwoRuns = (json: readonly Piece[]): boolean => json.filter((piece) => typeof piece !== 'string').length > 1;

/**
 * The messages on the lines of one local root. A message that an earlier line has is written as a reference to it; a
 * conversation that grows is written as one reference and what is new.
 */
export class MessageIndex {
  /** Indexed when they are first needed, because most traces have no container that repeats them. */
  #waiting: WrittenField[] = [];
  /** Fields that were remembered since the last one that might have had references. */
  #remembered = 0;
  #known: KnownMessages | undefined;

  /** Remembers the messages of a field that is written whole. */
  remember(json: Json, spanId: string, side: Side): void {
    if (typeof json === 'string' || this.#remembered >= MAX_WAITING) return;
    this.#remembered++;
    this.#waiting.push({ spanId, side, json });
  }

  /** JSON of a field, with references in place of messages that an earlier line has. Indexes what is new. */
  refer(json: Json, spanId: string, side: Side): string {
    if (typeof json === 'string') return json;
    this.#remembered = 0;
    if (this.#waiting.length < MAX_WAITING && !this.#mayRefer(json)) {
      this.#waiting.push({ spanId, side, json });
      return joinJson(json);
    }
    const known = (this.#known ??= new KnownMessages());
    const waiting = this.#waiting;
    if (waiting.length > 0) this.#waiting = [];
    for (const field of waiting) known.add(field);
    return known.refer({ spanId, side, json });
  }

  /** False for a field whose messages no line can have, and for one whose messages are shorter than references. */
  #mayRefer(json: readonly Piece[]): boolean {
    const isFirst = this.#known === undefined && this.#waiting.length === 0;
    return isFirst ? hasTwoRuns(json) : isWorthReference(json);
  }
}
