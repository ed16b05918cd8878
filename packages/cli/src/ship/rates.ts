import type { SinkStats } from '@spanline/ship';

/** Lines that each sink has stored a second, since the last look. */
export type Rates = Readonly<Record<string, number>>;

/** Looks at how fast it goes. */
export function createRates(): (stats: Readonly<Record<string, SinkStats>>) => Rates {
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
