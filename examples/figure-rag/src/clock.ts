import type { Clock } from '@spanline/core';

/** A clock that only moves when it is told to. */
export interface ControlledClock extends Clock {
  advance(milliseconds: number): void;
}

/** Starts at a fixed moment, so that the same program writes the same lines. */
export function controlledClock(startEpochMs: number): ControlledClock {
  let passed = 0;
  return {
    now: () => startEpochMs + passed,
    monotonic: () => passed,
    advance(milliseconds) {
      passed += milliseconds;
    },
  };
}
