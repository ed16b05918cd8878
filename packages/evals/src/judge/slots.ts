/** How many calls of a judge run at once, and the pause that a server asks for. */

/** Waits, at most until a signal fires. @throws the signal's reason */
export function unlessAborted<T>(signal: AbortSignal, start: (resolve: (value: T) => void) => () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    let stop = (): void => undefined;
    const onAbort = (): void => {
      stop();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    stop = start((value) => {
      signal.removeEventListener('abort', onAbort);
      resolve(value);
    });
  });
}

/** Lets so many calls run at once, in the order in which they came. */
export class Slots {
  #free: number;
  readonly #waiting = new Set<() => void>();
  #pausedUntil = 0;

  constructor(count: number) {
    this.#free = count;
  }

  /** Runs a call when there is room. @throws the signal's reason, if it fires before */
  async run<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else {
      await unlessAborted<void>(signal, (resolve) => {
        this.#waiting.add(resolve);
        return () => this.#waiting.delete(resolve);
      });
    }
    try {
      return await call();
    } finally {
      const [next] = this.#waiting;
      if (next === undefined) this.#free++;
      else {
        this.#waiting.delete(next);
        next();
      }
    }
  }

  /** No call begins before this time is over. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + ms);
  }

  /** Resolves when the pause is over. @throws the signal's reason, if it fires before */
  async ready(signal: AbortSignal): Promise<void> {
    for (let rest = this.#rest(); rest > 0; rest = this.#rest()) {
      await unlessAborted<void>(signal, (resolve) => {
        const timer = setTimeout(resolve, rest);
        return () => clearTimeout(timer);
      });
    }
  }

  #rest(): number {
    return this.#pausedUntil - performance.now();
  }
}
