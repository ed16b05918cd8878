/** A stream behind the gate. */
import type { Answer } from './answer.ts';
import { Gate } from './gate.ts';
import type { Shape } from './shape.ts';

const ignore = (): undefined => undefined;

/**
 * Pulls from a stream only when its reader pulls, so that memory stays bounded. When a guard stops the answer, or the
 * reader leaves, the stream is closed, which cancels the provider's request.
 */
export class GatedStream<T> implements AsyncIterableIterator<T> {
  readonly #source: AsyncIterator<T>;
  readonly #answer: Answer;
  readonly #gate: Gate<T>;
  #isSourceDone = false;
  #isDone = false;
  #sourceError: { readonly error: unknown } | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(source: AsyncIterator<T>, answer: Answer, shape: Shape<T>) {
    this.#source = source;
    this.#answer = answer;
    this.#gate = new Gate(answer, shape);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Pulls wait for each other, so that chunks keep their order. */
  next(): Promise<IteratorResult<T>> {
    const result = this.#last.then(() => this.#pull());
    this.#last = result.catch(ignore);
    return result;
  }

  async return(value?: unknown): Promise<IteratorResult<T>> {
    this.#leave();
    await this.#closeSource();
    return { done: true, value: value as T };
  }

  async throw(error?: unknown): Promise<IteratorResult<T>> {
    this.#leave();
    await this.#closeSource();
    throw error;
  }

  #leave(): void {
    this.#isDone = true;
    this.#answer.abort();
  }

  async #pull(): Promise<IteratorResult<T>> {
    try {
      while (!this.#isDone) {
        const chunk = this.#gate.next();
        if (chunk !== undefined) return { done: false, value: chunk };
        if (this.#isSourceDone) return this.#finish();
        await this.#advance();
      }
    } catch (error) {
      this.#isDone = true;
      this.#answer.abort();
      // The error comes first: a provider that does not answer must not keep it back.
      void this.#closeSource();
      throw error;
    }
    return { done: true, value: undefined };
  }

  async #advance(): Promise<void> {
    let result: IteratorResult<T>;
    try {
      result = await this.#source.next();
    } catch (error) {
      // The chunks before are judged as the end of their text, and leave before the error does.
      this.#isSourceDone = true;
      this.#sourceError = { error };
      await this.#gate.end();
      return;
    }
    if (this.#isDone) return;
    if (result.done === true) {
      this.#isSourceDone = true;
      await this.#gate.end();
    } else await this.#gate.take(result.value);
  }

  #finish(): IteratorResult<T> {
    this.#isDone = true;
    if (this.#sourceError !== undefined) {
      this.#answer.abort();
      throw this.#sourceError.error;
    }
    this.#gate.finish();
    return { done: true, value: undefined };
  }

  async #closeSource(): Promise<void> {
    if (this.#isSourceDone) return;
    this.#isSourceDone = true;
    try {
      await this.#source.return?.();
    } catch {
      // The reader has left, or gets the guard's error.
    }
  }
}

/** A stream of one value. */
function only<T>(value: T): AsyncIterator<T> {
  let isTaken = false;
  return {
    next(): Promise<IteratorResult<T>> {
      const result: IteratorResult<T> = isTaken ? { done: true, value: undefined } : { done: false, value };
      isTaken = true;
      return Promise.resolve(result);
    },
  };
}

/**
 * Puts one whole answer through the gate.
 *
 * @throws GuardError, also if a guard has a replacement and the answer has no place for it
 */
export async function gateWhole<T>(value: T, answer: Answer, shape: Shape<T>): Promise<T> {
  const gated = new GatedStream(only(value), answer, shape);
  const first = await gated.next();
  if (first.done === true && answer.stop !== undefined) throw answer.stop.error;
  await gated.next();
  return first.value as T;
}
