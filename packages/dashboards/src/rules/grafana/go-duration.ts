/** Durations as Grafana and Prometheus write them back, so that a rule that was stored is the rule that was sent. */

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

/** Such as `2m30s`. */
export function goDuration(minutes: number): string {
  let rest = Math.round(minutes * 60_000);
  const parts = UNITS.map(([unit, ms]) => {
    const count = Math.floor(rest / ms);
    rest -= count * ms;
    return count === 0 ? '' : `${count}${unit}`;
  });
  return parts.join('') || '0s';
}
