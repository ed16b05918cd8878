/** Limits concurrent requests to what the target can take. */
export interface Limiter {
  /** Resolves with a function that frees the slot. */
  enter(): Promise<() => void>;
  /** The target asked for fewer requests. */
  throttled(): void;
  /** The target accepted a request. */
  accepted(): void;
  /** Most concurrent requests at the moment. */
  readonly limit: number;
}

/** Additive increase, multiplicative decrease, between 1 and `most`. */
export function createLimiter(most: number): Limiter {
  let limit = most;
  let running = 0;
  const waiting: (() => void)[] = [];

  function admit(): void {
    while (waiting.length > 0 && running < Math.floor(limit)) {
      running++;
      waiting.shift()?.();
    }
  }

  function freeOnce(): () => void {
    let isFree = false;
    return () => {
      if (isFree) return;
      isFree = true;
      running--;
      admit();
    };
  }

  return {
    enter: () =>
      new Promise((resolve) => {
        waiting.push(() => resolve(freeOnce()));
        admit();
      }),
    throttled() {
      limit = Math.max(1, limit / 2);
    },
    accepted() {
      limit = Math.min(most, limit + 1 / limit);
      admit();
    },
    get limit() {
      return Math.floor(limit);
    },
  };
}
