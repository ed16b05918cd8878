/** Tests of whether two samples come from one distribution, and the correction for several of them. */

/** Result of a test. */
export interface TestResult {
  /** Distance of the samples: the largest one of their distribution functions, or chi-square. */
  readonly statistic: number;
  /** Probability of a distance at least as large in samples of one distribution. */
  readonly p: number;
}

const TERMS = 100;
const SMALLEST = 1e-300;
/** A cell of a table needs this many expected observations for chi-square to be of use. */
const EXPECTED = 5;

/** Tail of Kolmogorov's distribution. */
function kolmogorovTail(x: number): number {
  if (x < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= TERMS; k++) {
    const term = Math.exp(-2 * (k * x) ** 2);
    sum += k % 2 === 1 ? term : -term;
    if (term < SMALLEST) break;
  }
  return Math.min(1, Math.max(0, 2 * sum));
}

/**
 * Two-sample Kolmogorov–Smirnov test, with the asymptotic distribution (Stephens' correction). With ties, as scores
 * have them, the true `p` is smaller than the one returned: the test errs on the side of no difference.
 *
 * @param one - how often each value occurs
 * @param two - the same of the other sample
 */
export function kolmogorovSmirnovOfCounts(
  one: ReadonlyMap<number, number>,
  two: ReadonlyMap<number, number>,
): TestResult {
  const [first, second] = [totalOf(one), totalOf(two)];
  if (first === 0 || second === 0) return { statistic: 0, p: 1 };
  let statistic = 0;
  let [below, belowToo] = [0, 0];
  for (const value of Float64Array.from(new Set([...one.keys(), ...two.keys()])).sort()) {
    below += one.get(value) ?? 0;
    belowToo += two.get(value) ?? 0;
    statistic = Math.max(statistic, Math.abs(below / first - belowToo / second));
  }
  const size = Math.sqrt((first * second) / (first + second));
  return { statistic, p: kolmogorovTail((size + 0.12 + 0.11 / size) * statistic) };
}

/** {@link kolmogorovSmirnovOfCounts} of two samples that are given value by value. */
export function kolmogorovSmirnov(one: readonly number[], two: readonly number[]): TestResult {
  return kolmogorovSmirnovOfCounts(countsOf(one), countsOf(two));
}

/** How often each value occurs. */
export function countsOf<Value>(values: Iterable<Value>): Map<Value, number> {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function totalOf(counts: ReadonlyMap<unknown, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}

/** Logarithm of the gamma function (Lanczos). */
function logGamma(x: number): number {
  const series = [76.180_091_729_471_46, -86.505_320_329_416_76, 24.014_098_240_830_91, -1.231_739_572_450_155];
  const rest = [0.001_208_650_973_866_179, -0.000_005_395_239_384_953];
  const sum = [...series, ...rest].reduce(
    (total, part, index) => total + part / (x + 1 + index),
    1.000_000_000_190_015,
  );
  return (x + 0.5) * Math.log(x + 5.5) - (x + 5.5) + Math.log((Math.sqrt(2 * Math.PI) * sum) / x);
}

/** Regularised upper incomplete gamma function: the tail of a chi-square distribution with `2a` degrees at `2x`. */
function gammaTail(a: number, x: number): number {
  if (x <= 0) return 1;
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < 1000 && Math.abs(term) > Math.abs(sum) * 1e-15; n++) sum += term *= x / (a + n);
    return 1 - scale * sum;
  }
  // Lentz's continued fraction.
  let b = x + 1 - a;
  let c = 1 / SMALLEST;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < 1000; n++) {
    const factor = -n * (n - a);
    b += 2;
    d = 1 / (factor * d + b || SMALLEST);
    c = b + factor / c || SMALLEST;
    const change = d * c;
    h *= change;
    if (Math.abs(change - 1) < 1e-15) break;
  }
  return scale * h;
}

/**
 * Chi-square test of two samples of labels. Labels of which fewer than five are expected in a sample count as one.
 */
export function chiSquare(one: ReadonlyMap<string, number>, two: ReadonlyMap<string, number>): TestResult {
  const [first, second] = [totalOf(one), totalOf(two)];
  const all = first + second;
  if (first === 0 || second === 0) return { statistic: 0, p: 1 };
  const cells: [number, number][] = [];
  const rare: [number, number] = [0, 0];
  for (const label of new Set([...one.keys(), ...two.keys()])) {
    const [a, b] = [one.get(label) ?? 0, two.get(label) ?? 0];
    if ((Math.min(first, second) * (a + b)) / all >= EXPECTED) cells.push([a, b]);
    else {
      rare[0] += a;
      rare[1] += b;
    }
  }
  if (rare[0] + rare[1] > 0) cells.push(rare);
  if (cells.length < 2) return { statistic: 0, p: 1 };
  let statistic = 0;
  for (const [a, b] of cells) {
    const share = (a + b) / all;
    statistic += (a - first * share) ** 2 / (first * share) + (b - second * share) ** 2 / (second * share);
  }
  return { statistic, p: Math.min(1, Math.max(0, gammaTail((cells.length - 1) / 2, statistic / 2))) };
}

/** Holm's correction: the chance of any false alarm among several tests stays below the level. */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((p, index) => ({ p, index })).toSorted((a, b) => a.p - b.p);
  const adjusted = ps.slice();
  let least = 0;
  for (const [rank, { p, index }] of order.entries()) {
    least = Math.max(least, Math.min(1, p * (ps.length - rank)));
    adjusted[index] = least;
  }
  return adjusted;
}
