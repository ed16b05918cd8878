import { quantileOf } from '@spanline/record';
import { UsualScores, type UsualScoresJson } from './usual-scores.ts';

const HOUR_MS = 3_600_000;
const HOURS_OF_WEEK = 168;
/** 1970-01-01 was a Thursday. */
const EPOCH_HOUR_OF_WEEK = 72;
const MAX_PER_HOUR = 8;
const MAX_OVERALL = 64;
const MIN_PER_HOUR = 4;
const MIN_OVERALL = 12;
const MAX_SERIES = 2000;
/** Turns a median absolute deviation into a standard deviation of normally distributed values. */
const TO_SIGMA = 1.4826;
/** Smallest deviation, as a share of the median, for values that never differ. */
const MIN_DEVIATION = 0.01;

/** The usual value of a metric. */
export interface Baseline {
  readonly median: number;
  /** Robust standard deviation. */
  readonly deviation: number;
  /** Number of values it was learned from. */
  readonly values: number;
}

interface Series {
  overall: number[];
  /** By hour of the week. */
  hours: Record<number, number[]>;
}

/** Learned values as JSON. */
export interface BaselinesJson {
  readonly version: 1;
  readonly series: Readonly<Record<string, Series>>;
  readonly scores?: UsualScoresJson;
}

function hourOfWeek(epochMs: number): number {
  return (Math.floor(epochMs / HOUR_MS) + EPOCH_HOUR_OF_WEEK) % HOURS_OF_WEEK;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return quantileOf(sorted, 0.5) ?? 0;
}

function toBaseline(values: readonly number[]): Baseline {
  const center = median(values);
  const spread = median(values.map((value) => Math.abs(value - center))) * TO_SIGMA;
  return {
    median: center,
    deviation: Math.max(spread, Math.abs(center) * MIN_DEVIATION),
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

function isSeries(value: unknown): value is Series {
  const { overall, hours } = (value ?? {}) as Partial<Series>;
  return isNumbers(overall) && typeof hours === 'object' && hours !== null && Object.values(hours).every(isNumbers);
}

/**
 * Learns the usual value of metrics from past windows. It is the median of the last 8 values of the same hour of the
 * week (UTC) or, if that hour has fewer than 4, of the last 64 values of all hours. There is no baseline before 12
 * values.
 */
export class Baselines {
  /** The series that was learned first comes first. */
  readonly #series = new Map<string, Series>();
  /** For metrics that compare distributions. */
  readonly scores = new UsualScores();

  /** @returns `undefined` while too few values are known */
  get(key: string, epochMs: number): Baseline | undefined {
    const series = this.#series.get(key);
    if (series === undefined || series.overall.length < MIN_OVERALL) return undefined;
    const hour = series.hours[hourOfWeek(epochMs)];
    return toBaseline(hour !== undefined && hour.length >= MIN_PER_HOUR ? hour : series.overall);
  }

  /** Number of keys that have a baseline. */
  get known(): number {
    return this.scores.known + [...this.#series.values()].filter(({ overall }) => overall.length >= MIN_OVERALL).length;
  }

  /** Adds a value. Beyond 2000 keys, the one that learned longest ago is dropped. */
  learn(key: string, epochMs: number, value: number): void {
    if (!Number.isFinite(value)) return;
    const series = this.#series.get(key) ?? { overall: [], hours: {} };
    this.#series.delete(key);
    this.#series.set(key, series);
    if (this.#series.size > MAX_SERIES) this.#series.delete(this.#series.keys().next().value ?? key);
    push(series.overall, value, MAX_OVERALL);
    push((series.hours[hourOfWeek(epochMs)] ??= []), value, MAX_PER_HOUR);
  }

  toJSON(): BaselinesJson {
    const series = Object.fromEntries(this.#series);
    return this.scores.known === 0 ? { version: 1, series } : { version: 1, series, scores: this.scores.toJSON() };
  }

  /** Loads what {@link toJSON} returned. @returns false, and loads nothing, if the JSON is not valid */
  load(json: unknown): boolean {
    const { version, series, scores } = (json ?? {}) as Partial<BaselinesJson>;
    if (version !== 1 || typeof series !== 'object' || series === null) return false;
    const entries = Object.entries(series).slice(0, MAX_SERIES);
    if (!entries.every(([, one]) => isSeries(one))) return false;
    if (scores !== undefined && !this.scores.load(scores)) return false;
    for (const [key, { overall, hours }] of entries) {
      const kept = Object.entries(hours).map(([hour, values]) => [hour, values.slice(-MAX_PER_HOUR)] as const);
      this.#series.set(key, { overall: overall.slice(-MAX_OVERALL), hours: Object.fromEntries(kept) });
    }
    return true;
  }
}
