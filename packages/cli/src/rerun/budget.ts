/** The money of one run: a call reserves the most that it can cost before it is made. */

/** Sums are of floats. */
const ROUNDING_USD = 1e-12;

/** A budget. */
export interface Budget {
  /**
   * Reserves US dollars.
   *
   * @param waits - where calls in flight hold what is left, wait for them. A caller that holds a part itself must not
   * @returns false if it would exceed the budget; then nothing more is reserved, so that no cheap call overtakes
   */
  reserve(usd: number, waits?: boolean): Promise<boolean>;
  /** Replaces what was reserved by what was spent. */
  settle(reserved: number, spent: number): void;
  readonly spentUsd: number;
  /** A call did not fit. */
  readonly isExhausted: boolean;
}

/** Creates a budget. @param limitUsd - @defaultValue none: everything fits, and is counted */
export function createBudget(limitUsd: number = Number.POSITIVE_INFINITY): Budget {
  let spent = 0;
  let reserved = 0;
  let inFlight = 0;
  let isExhausted = false;
  let waiting: (() => void)[] = [];
  const fits = (usd: number): boolean => spent + reserved + usd <= limitUsd + ROUNDING_USD;
  const mayFitLater = (usd: number): boolean => !isExhausted && !fits(usd) && inFlight > 0;
  const settled = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
  return {
    async reserve(usd, waits = true) {
      if (waits) while (mayFitLater(usd)) await settled();
      if (isExhausted || !fits(usd)) {
        isExhausted = true;
        return false;
      }
      reserved += usd;
      inFlight++;
      return true;
    },
    settle(given, used) {
      reserved = Math.max(0, reserved - given);
      spent += used;
      inFlight--;
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
    get spentUsd() {
      return spent;
    },
    get isExhausted() {
      return isExhausted;
    },
  };
}
