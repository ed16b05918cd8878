import { ScoreCounts } from '../metrics/score-counts.ts';

const MAX_WINDOWS = 24;
const MAX_SERIES = 2000;
const MAX_COUNTS = 3500;

/** The scores of one window. */
interface Window {
  /** End of the window, in epoch milliseconds. */
  readonly end: number;
  readonly scores: ScoreCounts;
}

type Counts = readonly (readonly [score: number, count: number])[];

/** Learned windows as JSON, by key. */
export type UsualScoresJson = Readonly<Record<string, readonly { readonly end: number; readonly counts: Counts }[]>>;

function isCounts(value: unknown): value is Counts {
  const isCount = (entry: unknown): boolean =>
    Array.isArray(entry) &&
    entry.length === 2 &&
    Number.isFinite(entry[0]) &&
    Number.isSafeInteger(entry[1]) &&
    entry[1] > 0;
  return Array.isArray(value) && value.length <= MAX_COUNTS && value.every(isCount);
}

function readWindow(value: unknown): Window | undefined {
  const { end, counts } = (value ?? {}) as { end?: unknown; counts?: unknown };
  return typeof end === 'number' && isCounts(counts) ? { end, scores: new ScoreCounts(counts) } : undefined;
}

/** Learns the usual distribution of scores: that of the last 24 windows in which nothing was wrong. */
export class UsualScores {
  /** The series that was learned first comes first. */
  readonly #series = new Map<string, Window[]>();

  /** Number of keys that have scores. */
  get known(): number {
    return this.#series.size;
  }

  /**
   * The scores of the windows that had ended at a time.
   *
   * @returns `undefined` without such a window
   */
  before(key: string, epochMs: number): ScoreCounts | undefined {
    const windows = this.#series.get(key)?.filter(({ end }) => end <= epochMs) ?? [];
    if (windows.length === 0) return undefined;
    const usual = new ScoreCounts();
    for (const { scores } of windows) usual.merge(scores);
    return usual;
  }

  /** Adds a window. Beyond 2000 keys, the one that learned longest ago is dropped. */
  learn(key: string, end: number, scores: ScoreCounts): void {
    // A clock that was set back makes later windows impossible.
    const earlier = this.#series.get(key)?.filter((window) => window.end < end) ?? [];
    this.#series.delete(key);
    this.#series.set(key, [...earlier, { end, scores }].slice(-MAX_WINDOWS));
    if (this.#series.size > MAX_SERIES) this.#series.delete(this.#series.keys().next().value ?? key);
  }

  toJSON(): UsualScoresJson {
    const series = [...this.#series].map(
      ([key, windows]) => [key, windows.map(({ end, scores }) => ({ end, counts: scores.entries() }))] as const,
    );
    return Object.fromEntries(series);
  }

  /** Loads what {@link toJSON} returned. @returns false, and loads nothing, if the JSON is not valid */
  load(json: unknown): boolean {
    if (typeof json !== 'object' || json === null) return false;
    const series: (readonly [string, Window[]])[] = [];
    for (const [key, windows] of Object.entries(json).slice(0, MAX_SERIES)) {
      const read = Array.isArray(windows) ? windows.slice(-MAX_WINDOWS).map(readWindow) : [undefined];
      if (read.includes(undefined)) return false;
      series.push([key, read.filter((window) => window !== undefined)]);
    }
    for (const [key, windows] of series) this.#series.set(key, windows);
    return true;
  }
}
