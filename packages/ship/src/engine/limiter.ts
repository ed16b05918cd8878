/** Lets so many requests run at once as the target bears: fewer after it said "too many", slowly more again. */
export interface Limiter {
  /** Resolves with the function that gives the place back. */
  enter(): Promise<() => void>;
  /** The target asked for less. */
  throttled(): void;
  /** The target took a request. */
  accepted(): void;
  /** Requests that may run at once, rounded down. */
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

  function leaveOnce(): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      running--;
      admit();
    };
  }

  return {
    enter: () =>
      new Promise((resolve) => {
        waiting.push(() => resolve(leaveOnce()));
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
