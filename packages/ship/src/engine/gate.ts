import { type Backoff, backoffMs } from '@spanline/remote';
import { pause } from './pause.ts';

/** Milliseconds between attempts. */
export interface RetryTiming extends Backoff {
  /** Between two attempts that an operator must help. */
  readonly pauseMs: number;
}

export const DEFAULT_TIMING: RetryTiming = { minMs: 500, maxMs: 30_000, pauseMs: 30_000 };

/** One sink's view of its target: whether it answers, and when to ask again. */
export interface Gate {
  /** Resolves when the next request may go; at once when the signal fires. */
  wait(signal: AbortSignal): Promise<void>;
  /** The target did not take a request. @returns true when it took the one before */
  failed(reason: string, afterMs?: number): boolean;
  /** An operator must help. @returns true when this is news */
  paused(reason: string): boolean;
  /** @returns true when the request before failed */
  succeeded(): boolean;
  readonly state: string;
}

/** A gate that is shared by all requests of a sink, so that an outage is waited out once and not once per batch. */
export function createGate(timing: RetryTiming): Gate {
  let failures = 0;
  let openAt = 0;
  let state = 'ok';

  function close(ms: number): void {
    openAt = Math.max(openAt, performance.now() + ms);
  }

  return {
    async wait(signal) {
      for (let left = openAt - performance.now(); left > 0 && !signal.aborted; left = openAt - performance.now()) {
        await pause(left, signal);
      }
    },
    failed(reason, afterMs) {
      const isNews = failures === 0;
      failures++;
      state = reason;
      // What a server asks for is the least; many processes do not come back at the same moment.
      close(afterMs === undefined ? backoffMs(failures, timing) : afterMs + backoffMs(1, timing));
      return isNews;
    },
    paused(reason) {
      const isNews = state !== reason;
      failures++;
      state = reason;
      close(timing.pauseMs * (1 + Math.random() / 10));
      return isNews;
    },
    succeeded() {
      const isNews = failures > 0;
      failures = 0;
      state = 'ok';
      return isNews;
    },
    get state() {
      return state;
    },
  };
}
