import { type Backoff, backoffMs } from '@spanline/remote';
import { pause } from './pause.ts';

/** Milliseconds between attempts. */
export interface RetryTiming extends Backoff {
  /** Between two attempts while an operator must act. */
  readonly pauseMs: number;
}

export const DEFAULT_TIMING: RetryTiming = { minMs: 500, maxMs: 30_000, pauseMs: 30_000 };

/** Holds back the requests of a sink while its target does not accept them. */
export interface RetryGate {
  /** Resolves when the next request may be sent; at once when the signal aborts. */
  wait(signal: AbortSignal): Promise<void>;
  /** The target did not accept a request. @returns true when it had accepted the one before */
  failed(reason: string, afterMs?: number): boolean;
  /** An operator must act. @returns true when the reason is a new one */
  paused(reason: string): boolean;
  /** @returns true when the request before failed */
  succeeded(): boolean;
  /** `ok`, or why the last request failed. */
  readonly state: string;
}

/** Creates a gate. All requests of a sink share it, so that an outage is waited out once and not once per batch. */
export function createRetryGate(timing: RetryTiming): RetryGate {
  let failures = 0;
  let opensAt = 0;
  let state = 'ok';

  function close(ms: number): void {
    opensAt = Math.max(opensAt, performance.now() + ms);
  }

  return {
    async wait(signal) {
      for (let left = opensAt - performance.now(); left > 0 && !signal.aborted; left = opensAt - performance.now()) {
        await pause(left, signal);
      }
    },
    failed(reason, afterMs) {
      const isFirst = failures === 0;
      failures++;
      state = reason;
      // Added to what the server asks for, so that many processes do not come back at the same moment.
      close(afterMs === undefined ? backoffMs(failures, timing) : afterMs + backoffMs(1, timing));
      return isFirst;
    },
    paused(reason) {
      const isNew = state !== reason;
      failures++;
      state = reason;
      close(timing.pauseMs * (1 + Math.random() / 10));
      return isNew;
    },
    succeeded() {
      const hasRecovered = failures > 0;
      failures = 0;
      state = 'ok';
      return hasRecovered;
    },
    get state() {
      return state;
    },
  };
}
