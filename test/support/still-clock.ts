import { onTestFinished, vi } from 'vitest';

/** Stops `performance.now()` and `Date.now()` for the rest of the running test. @returns what moves them on */
export function stillClock(): (milliseconds: number) => void {
  let passed = 0;
  for (const clock of [performance, Date]) {
    const start = clock.now();
    const spy = vi.spyOn(clock, 'now').mockImplementation(() => start + passed);
    onTestFinished(() => spy.mockRestore());
  }
  return (milliseconds) => {
    passed += milliseconds;
  };
}
