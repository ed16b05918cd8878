const LEAST_DIGITS = 4;
/** A smaller number has an exponent. */
const SMALLEST = 1e-6;
/** Seventeen significant digits distinguish any two numbers. */
const MOST_MORE = 13;

function format(value: number, more: number): string {
  const rounded = Number(Math.abs(value) >= 1000 ? value.toFixed(more) : value.toPrecision(LEAST_DIGITS + more));
  const isTiny = rounded !== 0 && Math.abs(rounded) < SMALLEST;
  return isTiny ? String(rounded) : rounded.toLocaleString('en-US', { maximumFractionDigits: 20 });
}

/** A number for people: four significant digits, or all digits before the point, with a separator for thousands. */
export function formatValue(value: number): string {
  return format(value, 0);
}

/** A value and its limit, with as many more digits as it takes to tell them apart. */
export function formatApart(value: number, limit: number): [value: string, limit: string] {
  for (let more = 0; ; more++) {
    const shown: [string, string] = [format(value, more), format(limit, more)];
    if (shown[0] !== shown[1] || value === limit || more === MOST_MORE) return shown;
  }
}

/** A time of today, in UTC. */
export function timeOfDay(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(11, 16)} UTC`;
}
