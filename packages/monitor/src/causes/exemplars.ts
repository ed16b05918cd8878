import type { TraceSummary } from './trace-summary.ts';

const PER_BUCKET = 8;

/** A trace that shows how bad a metric is. */
export interface Exemplar {
  readonly epochMs: number;
  /** The higher, the worse. */
  readonly score: number;
  readonly traceId: string;
  /** Kept as long as the exemplar, which may be longer than the trace stays among the recent ones. */
  readonly summary: TraceSummary;
}

interface Bucket {
  readonly number: number;
  /** The worst first. */
  readonly exemplars: Exemplar[];
}

const byScore = (a: Exemplar, b: Exemplar): number =>
  b.score - a.score || b.epochMs - a.epochMs || (a.traceId < b.traceId ? -1 : 1);

/** The worst traces of a sliding window: a few for each bucket of time. Adding a trace usually costs one comparison. */
export class Exemplars {
  readonly #bucketMs: number;
  readonly #count: number;
  #buckets: Bucket[] = [];

  /** @param buckets - parts of the window; they are forgotten one by one */
  constructor(windowMs: number, buckets: number) {
    this.#bucketMs = windowMs / buckets;
    this.#count = buckets + 2;
  }

  clear(): void {
    this.#buckets = [];
  }

  add(epochMs: number, score: number, traceId: string, summary: TraceSummary): void {
    const number = Math.floor(epochMs / this.#bucketMs);
    let bucket = this.#buckets.at(-1);
    if (bucket === undefined || number > bucket.number) {
      this.#buckets.push((bucket = { number, exemplars: [] }));
      const [oldest] = this.#buckets;
      if (oldest !== undefined && oldest.number <= number - this.#count) {
        this.#buckets = this.#buckets.filter((one) => one.number > number - this.#count);
      }
    }
    const { exemplars } = bucket;
    if (exemplars.length === PER_BUCKET && score <= (exemplars[PER_BUCKET - 1]?.score ?? -Infinity)) return;
    const index = exemplars.findIndex((other) => other.score < score);
    exemplars.splice(index === -1 ? exemplars.length : index, 0, { epochMs, score, traceId, summary });
    summary.isHeld = true;
    if (exemplars.length > PER_BUCKET) exemplars.pop();
  }

  /**
   * The worst exemplars since a time, one for each trace, the worst first.
   *
   * @param minScore - exemplars below it are used only if there are no others
   */
  since(epochMs: number, max: number, minScore: number = -Infinity): Exemplar[] {
    const recent = this.#buckets.flatMap(({ exemplars }) => exemplars).filter((one) => one.epochMs >= epochMs);
    const bad = recent.filter(({ score }) => score >= minScore);
    const worst = new Map<string, Exemplar>();
    for (const exemplar of (bad.length > 0 ? bad : recent).toSorted(byScore)) {
      if (!worst.has(exemplar.traceId)) worst.set(exemplar.traceId, exemplar);
    }
    return [...worst.values()].slice(0, max);
  }
}
