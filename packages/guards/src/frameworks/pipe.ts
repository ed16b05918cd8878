/** Values that one side adds and the other pulls. */

/** Values that wait before the adder is asked to pause. */
const HIGH = 16;

/** A queue as an iterator. */
export class Pipe<T> implements AsyncIterator<T> {
  readonly #waiting: T[] = [];
  readonly #drained: () => void;
  #take: (() => void) | undefined;
  #isClosed = false;
  #isFull = false;

  /** @param drained - called when the adder may go on */
  constructor(drained: () => void) {
    this.#drained = drained;
  }

  /** Values for a reader that has left are dropped. @returns false if the adder has to wait */
  add(values: readonly T[]): boolean {
    if (this.#isClosed) return true;
    this.#waiting.push(...values);
    this.#take?.();
    this.#isFull = this.#waiting.length > HIGH;
    return !this.#isFull;
  }

  close(): void {
    this.#isClosed = true;
    this.#take?.();
  }

  async next(): Promise<IteratorResult<T>> {
    while (this.#waiting.length === 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => (this.#take = resolve));
    }
    const [value] = this.#waiting.splice(0, 1);
    if (this.#isFull && this.#waiting.length === 0) {
      this.#isFull = false;
      this.#drained();
    }
    return value === undefined ? { done: true, value: undefined } : { done: false, value };
  }

  return(): Promise<IteratorResult<T>> {
    this.#isClosed = true;
    this.#waiting.length = 0;
    return Promise.resolve({ done: true, value: undefined });
  }
}
