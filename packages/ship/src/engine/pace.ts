/** When the lanes of an engine look for new lines. */
export interface Pace {
  /** Milliseconds between two looks. */
  readonly pollMs: number;
  /** True while a drain waits: lines are sent before a batch is full. */
  readonly isDraining: boolean;
  /** Resolves after a time, when a drain begins, or when the signal aborts. Never rejects. */
  rest(milliseconds: number, stop: AbortSignal): Promise<void>;
  /** Makes every lane look at once, and send what it has, until the returned function is called. */
  beginDrain(): () => void;
}

/** Creates the pace that all lanes of an engine keep. */
export function createPace(pollMs: number): Pace {
  const resting = new Set<() => void>();
  let drains = 0;

  return {
    pollMs,
    get isDraining() {
      return drains > 0;
    },
    rest(milliseconds, stop) {
      if (stop.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(wake, milliseconds);
        resting.add(wake);
        stop.addEventListener('abort', wake);

        function wake(): void {
          clearTimeout(timer);
          resting.delete(wake);
          stop.removeEventListener('abort', wake);
          resolve();
        }
      });
    },
    beginDrain() {
      drains++;
      for (const wake of resting) wake();
      return () => void drains--;
    },
  };
}
