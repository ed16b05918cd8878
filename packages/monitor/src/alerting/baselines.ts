const HOUR_MS = 3_600_000;
const HOURS_OF_WEEK = 168;
/** 1970-01-01 was a Thursday. */
const EPOCH_HOUR_OF_WEEK = 72;
const PER_HOUR = 8;
const OVERALL = 64;
const ENOUGH_PER_HOUR = 4;
const ENOUGH = 12;
const MAX_SERIES = 2000;
/** A median deviation times this is a standard deviation, of values that are spread normally. */
const TO_SIGMA = 1.4826;
/** Values that never differ have no deviation; a hundredth of the median stands for it. */
const LEAST_DEVIATION = 0.01;

/** What a metric usually is. */
export interface Usual {
  readonly median: number;
  /** Robust standard deviation. */
  readonly deviation: number;
  readonly values: number;
}

interface Learned {
  overall: number[];
  hours: Record<number, number[]>;
}

/** Learned values as JSON; `version` tells formats apart. */
export interface BaselinesJson {
  readonly version: 1;
  readonly series: Readonly<Record<string, Learned>>;
}

function hourOfWeek(epochMs: number): number {
  return (Math.floor(epochMs / HOUR_MS) + EPOCH_HOUR_OF_WEEK) % HOURS_OF_WEEK;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

function describe(values: readonly number[]): Usual {
  const center = median(values);
  const spread = median(values.map((value) => Math.abs(value - center))) * TO_SIGMA;
  return {
    median: center,
    deviation: Math.max(spread, Math.abs(center) * LEAST_DEVIATION),
    values: values.length,
  };
}

function push(list: number[], value: number, limit: number): void {
  list.push(value);
  if (list.length > limit) list.shift();
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((entry) => Number.isFinite(entry));
}

/**
 * What metrics usually are, learned from windows that are over: the median of the last eight values of the same hour of the week (UTC), or, while it has fewer than four, of the last 64 of all hours. Nothing is known
 * before twelve values have been learned.
 */
export class Baselines {
  readonly #series = new Map<string, Learned>();

  /** @returns `undefined` while too little is known */
  usual(key: string, epochMs: number): Usual | undefined {
    const learned = this.#series.get(key);
    if (learned === undefined || learned.overall.length < ENOUGH) return undefined;
    const hour = learned.hours[hourOfWeek(epochMs)];
    return describe(hour !== undefined && hour.length >= ENOUGH_PER_HOUR ? hour : learned.overall);
  }

  /** For how many rules and steps enough is known. */
  get known(): number {
    return [...this.#series.values()].filter(({ overall }) => overall.length >= ENOUGH).length;
  }

  learn(key: string, epochMs: number, value: number): void {
    if (!Number.isFinite(value)) return;
    const learned = this.#series.get(key) ?? { overall: [], hours: {} };
    // In the order in which they were last learned: what is gone makes room first.
    this.#series.delete(key);
    this.#series.set(key, learned);
    if (this.#series.size > MAX_SERIES) this.#series.delete(this.#series.keys().next().value ?? key);
    push(learned.overall, value, OVERALL);
    push((learned.hours[hourOfWeek(epochMs)] ??= []), value, PER_HOUR);
  }

  toJSON(): BaselinesJson {
    return { version: 1, series: Object.fromEntries(this.#series) };
  }

  /** Takes over what {@link toJSON} gave. @returns false for anything else, of which nothing is taken */
  load(json: unknown): boolean {
    const { version, series } = (json ?? {}) as Partial<BaselinesJson>;
    if (version !== 1 || typeof series !== 'object' || series === null) return false;
    const entries = Object.entries(series).slice(0, MAX_SERIES);
    const isValid = entries.every(
      ([, learned]) =>
        isNumbers(learned?.overall) &&
        typeof learned.hours === 'object' &&
        learned.hours !== null &&
        Object.values(learned.hours).every(isNumbers),
    );
    if (!isValid) return false;
    for (const [key, { overall, hours }] of entries) {
      const kept = Object.entries(hours).map(([hour, values]) => [hour, values.slice(-PER_HOUR)] as const);
      this.#series.set(key, { overall: overall.slice(-OVERALL), hours: Object.fromEntries(kept) });
    }
    return true;
  }
}
