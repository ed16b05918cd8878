import { hash } from 'node:crypto';
import type { Side } from '@spanline/record';
import { flat, type Json, type MessageJson } from './json.ts';

interface Address {
  readonly spanId: string;
  readonly side: Side;
  readonly position: number;
}

/** A message that stands on a line: where it does first, and its number among all. */
interface Known extends Address {
  readonly number: number;
}

/** Certain messages that a list begins with. */
interface Beginning extends Address {
  /** 1 is the first; 0 stands for the beginning of every list. */
  readonly number: number;
}

/** Beyond this nothing more is remembered; later repetitions are written whole. */
const MAX_MESSAGES = 5000;
const MAX_WAITING = 500;
/** A shorter message costs no more than its reference. */
const MIN_BYTES = 64;
/** A text up to this length is its own digest, which spares the hash. */
const MAX_LITERAL = 512;

const beginningKey = (before: number, message: number): number => before * (MAX_MESSAGES + 1) + message;

const digestOf = ({ bare }: MessageJson): string => (bare.length <= MAX_LITERAL ? bare : hash('sha1', bare));

const isOnlyMessages = (run: readonly MessageJson[]): boolean => run.every(({ refers }) => refers === 0);

const reference = ({ spanId, side, position }: Address, length = 1): string =>
  length === 1
    ? `{"ref":"${spanId}#${side}${position}"}`
    : `{"ref":"${spanId}#${side}${position}-${position + length - 1}"}`;

/** The messages that the lines of one local root hold. What an earlier line holds is written as a reference to it, a conversation that grows as one reference and what is new. */
export class MessageIndex {
  readonly #messages = new Map<string, Known>();
  /** By the number of the beginning that is one message shorter, and the number of that message. */
  readonly #beginnings = new Map<number, Beginning>();
  /** Written, and not looked up yet: most traces have no container that repeats them. */
  #waiting: { spanId: string; side: Side; json: Json }[] = [];

  /** Remembers the messages of a field that is written whole. */
  remember(json: Json, spanId: string, side: Side): void {
    if (typeof json !== 'string' && this.#waiting.length < MAX_WAITING) this.#waiting.push({ spanId, side, json });
  }

  /** A field in which messages that an earlier line holds are references; what is new is remembered. */
  refer(json: Json, spanId: string, side: Side): string {
    if (typeof json === 'string') return json;
    if (this.#waiting.length > 0) this.#indexWaiting();
    return this.#eachRun(json, spanId, side, (run, digests) => this.#referRun(run, digests));
  }

  #indexWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { spanId, side, json } of waiting) this.#eachRun(json, spanId, side, () => '');
  }

  #eachRun(
    json: Json,
    spanId: string,
    side: Side,
    write: (run: readonly MessageJson[], digests: readonly string[]) => string,
  ): string {
    let position = 0;
    return flat(json, (run) => {
      const start = position;
      for (const { refers } of run) position += refers === 0 ? 1 : refers;
      if (!isOnlyMessages(run)) return flat([run]);
      const digests = run.map(digestOf);
      const text = write(run, digests);
      this.#register(digests, { spanId, side, position: start });
      return text;
    });
  }

  #register(digests: readonly string[], { spanId, side, position }: Address): void {
    let before = 0;
    for (let offset = 0; offset < digests.length; offset++) {
      const digest = digests[offset] ?? '';
      if (this.#messages.size >= MAX_MESSAGES || this.#beginnings.size >= MAX_MESSAGES) return;
      let known = this.#messages.get(digest);
      if (known === undefined) {
        known = { spanId, side, position: position + offset, number: this.#messages.size };
        this.#messages.set(digest, known);
      }
      const key = beginningKey(before, known.number);
      let beginning = this.#beginnings.get(key);
      if (beginning === undefined) {
        beginning = { spanId, side, position, number: this.#beginnings.size + 1 };
        this.#beginnings.set(key, beginning);
      }
      before = beginning.number;
    }
  }

  /** As much of the beginning of a run as an earlier line's list begins with. */
  #knownBeginning(digests: readonly string[]): { length: number; address: Address } | undefined {
    let address: Beginning | undefined;
    let length = 0;
    for (; length < digests.length; length++) {
      const number = this.#messages.get(digests[length] ?? '')?.number;
      const longer =
        number === undefined ? undefined : this.#beginnings.get(beginningKey(address?.number ?? 0, number));
      if (longer === undefined) break;
      address = longer;
    }
    return length < 2 || address === undefined ? undefined : { length, address };
  }

  #referRun(run: readonly MessageJson[], digests: readonly string[]): string {
    const known = run.length < 2 ? undefined : this.#knownBeginning(digests);
    let text = known === undefined ? '' : reference(known.address, known.length);
    for (let offset = known?.length ?? 0; offset < run.length; offset++) {
      const message = run[offset];
      if (message === undefined) continue;
      const address = message.bare.length < MIN_BYTES ? undefined : this.#messages.get(digests[offset] ?? '');
      if (text !== '') text += ',';
      text += address === undefined ? message.json : reference(address);
    }
    return text;
  }
}
