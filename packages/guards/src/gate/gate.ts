/** Holds back the chunks of a stream until their text has its verdict. */
import type { Answer } from './answer.ts';
import { type Reading, type Shape, type Slot, withValue } from './shape.ts';

/** A slot, and the place of its text in its channel. */
interface Place {
  readonly slot: Slot;
  readonly start: number;
  readonly end: number;
}

interface Held<T> {
  readonly chunk: T;
  readonly places: readonly Place[];
  /** Texts that were complete from the start, by their slot. */
  readonly repeated: ReadonlyMap<Slot, string>;
}

const NONE: Reading = { slots: [] };

function valueOf({ isValue }: Slot, text: string): unknown {
  if (isValue !== true) return text;
  try {
    return JSON.parse(text);
  } catch {
    // A rule has cut a number.
    return text;
  }
}

/** Chunks leave whole, in their order, and unchanged unless a guard replaces something in them. */
export class Gate<T> {
  readonly #answer: Answer;
  readonly #shape: Shape<T>;
  readonly #queue: Held<T>[] = [];
  readonly #ready: T[] = [];
  #heldCharacters = 0;
  #isShown = false;

  constructor(answer: Answer, shape: Shape<T>) {
    this.#answer = answer;
    this.#shape = shape;
  }

  /** Takes a chunk. */
  async take(chunk: T): Promise<void> {
    if (this.#answer.stop !== undefined) return this.#afterStop(chunk);
    const reading = this.#read(chunk);
    for (const path of reading.unmapped ?? []) this.#answer.unmapped(path);
    const places: Place[] = [];
    const repeated = new Map<Slot, string>();
    for (const slot of reading.slots) {
      if (slot.isComplete === true) {
        repeated.set(slot, await this.#answer.whole(slot.kind, slot.text));
        this.#heldCharacters += slot.text.length;
        continue;
      }
      const pushed = this.#answer.push(slot.channel, slot.kind, slot.text);
      const end = this.#answer.channel(slot.channel, slot.kind).length;
      places.push({ slot, start: end - slot.text.length, end });
      this.#heldCharacters += slot.text.length;
      if (pushed !== undefined) await pushed;
    }
    this.#queue.push({ chunk, places, repeated });
    const ends = reading.ends ?? [];
    for (const key of ends === 'all' ? [undefined] : ends) {
      const ended = this.#answer.end(key);
      if (ended !== undefined) await ended;
    }
    if (this.#heldCharacters > this.#answer.maxHeld) this.#relieve();
  }

  /** The stream has ended. */
  async end(): Promise<void> {
    if (this.#answer.stop === undefined) await this.#answer.end();
  }

  /** The next chunk that may leave. @throws GuardError if a guard has stopped the answer without a replacement */
  next(): T | undefined {
    if (this.#ready.length === 0) this.#release();
    return this.#ready.shift();
  }

  /** @throws GuardError if the answer was stopped and has no place for the replacement */
  finish(): void {
    const { stop } = this.#answer;
    if (stop === undefined) this.#answer.done();
    else if (!this.#isShown) throw stop.error;
  }

  #read(chunk: T): Reading {
    try {
      return this.#shape.read(chunk);
    } catch (error) {
      this.#answer.unreadable(error);
      return NONE;
    }
  }

  #release(): void {
    if (this.#answer.stop !== undefined) return this.#stop();
    for (let head = this.#queue[0]; head !== undefined && this.#isDecided(head); head = this.#queue[0]) {
      this.#queue.shift();
      const chunk = this.#written(head);
      this.#ready.push(chunk);
      this.#shape.sent?.(chunk);
    }
  }

  /** Fails the guards for which too much waits. Those that keep up go on. */
  #relieve(): void {
    this.#release();
    for (let head = this.#queue[0]; head !== undefined; head = this.#queue[0]) {
      if (this.#heldCharacters <= this.#answer.maxHeld || this.#answer.stop !== undefined) return;
      const waiting = head.places.flatMap(({ slot, end }) => {
        const channel = this.#answer.channel(slot.channel, slot.kind);
        return slot.isWhole === true ? [] : channel.waitsFor(end);
      });
      this.#answer.tooLong(waiting.length === 0 ? undefined : new Set(waiting));
      this.#release();
    }
  }

  #isDecided({ places }: Held<T>): boolean {
    if (this.#answer.isOff) return true;
    return places.every(({ slot, end }) => {
      const channel = this.#answer.channel(slot.channel, slot.kind);
      return slot.isWhole === true ? channel.isEnded : channel.decided >= end;
    });
  }

  #written({ chunk, places, repeated }: Held<T>): T {
    const slots: Slot[] = [];
    const texts: string[] = [];
    for (const { slot, start, end } of places) {
      const channel = this.#answer.channel(slot.channel, slot.kind);
      const text = channel.written(slot.text, start);
      channel.drop(end);
      this.#heldCharacters -= slot.text.length;
      if (text === slot.text) continue;
      slots.push(slot);
      texts.push(text);
    }
    for (const [slot, text] of repeated) {
      this.#heldCharacters -= slot.text.length;
      if (text === slot.text) continue;
      slots.push(slot);
      texts.push(text);
    }
    if (slots.length === 0) return chunk;
    const copy = slots.reduce(
      (copy, slot, index) => withValue(copy, slot.path, valueOf(slot, texts[index] ?? '')),
      chunk,
    );
    return this.#shape.replaced?.(copy) ?? copy;
  }

  /** Nothing that waits leaves any more. */
  #stop(): void {
    const { stop } = this.#answer;
    if (stop === undefined) return;
    if (stop.replacement === undefined) throw stop.error;
    for (const { chunk } of this.#queue.splice(0)) this.#afterStop(chunk);
  }

  #afterStop(chunk: T): void {
    const { stop } = this.#answer;
    const { chunks, isShown } = this.#shape.stopped(chunk, this.#isShown ? undefined : stop?.replacement);
    this.#isShown ||= isShown;
    this.#ready.push(...chunks);
  }
}
