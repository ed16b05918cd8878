import type { SinkStats } from '../contracts/report.ts';

/** Lines per second that each sink has stored since the last measurement. */
export type Rates = Readonly<Record<string, number>>;

/** Creates a function that measures the rates since its last call. */
export function createRateMeter(): (stats: Readonly<Record<string, SinkStats>>) => Rates {
  let before: Readonly<Record<string, SinkStats>> = {};
  let at = performance.now();
  return (stats) => {
    const now = performance.now();
    const seconds = Math.max(0.001, (now - at) / 1000);
    const rates = Object.entries(stats).map(([name, { stored }]): [string, number] => [
      name,
      (stored - (before[name]?.stored ?? 0)) / seconds,
    ]);
    before = stats;
    at = now;
    return Object.fromEntries(rates);
  };
}
