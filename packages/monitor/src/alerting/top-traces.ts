import type { TraceFacts } from './trace-facts.ts';

const KEPT = 8;

/** A trace that weighs much. */
export interface Seen {
  readonly epochMs: number;
  readonly weight: number;
  readonly traceId: string;
  /** Kept here for as long as it weighs, since the last traces are soon others. */
  readonly facts: TraceFacts;
}

interface Stretch {
  readonly number: number;
  /** The heaviest first. */
  readonly seen: Seen[];
}

const byWeight = (a: Seen, b: Seen): number =>
  b.weight - a.weight || b.epochMs - a.epochMs || (a.traceId < b.traceId ? -1 : 1);

/** The traces of a sliding window that weigh most: a few of each stretch of it. Most of what comes is light, and costs a comparison. */
export class TopTraces {
  readonly #stretchMs: number;
  readonly #count: number;
  #stretches: Stretch[] = [];

  /** @param stretches - parts of the window; what leaves it is forgotten by the part */
  constructor(windowMs: number, stretches: number) {
    this.#stretchMs = windowMs / stretches;
    this.#count = stretches + 2;
  }

  clear(): void {
    this.#stretches = [];
  }

  add(epochMs: number, weight: number, traceId: string, facts: TraceFacts): void {
    const number = Math.floor(epochMs / this.#stretchMs);
    let stretch = this.#stretches.at(-1);
    if (stretch === undefined || number > stretch.number) {
      this.#stretches.push((stretch = { number, seen: [] }));
      const [oldest] = this.#stretches;
      if (oldest !== undefined && oldest.number <= number - this.#count) {
        this.#stretches = this.#stretches.filter((one) => one.number > number - this.#count);
      }
    }
    const { seen } = stretch;
    if (seen.length === KEPT && weight <= (seen[KEPT - 1]?.weight ?? -Infinity)) return;
    const place = seen.findIndex((other) => other.weight < weight);
    seen.splice(place === -1 ? seen.length : place, 0, { epochMs, weight, traceId, facts });
    facts.isHeld = true;
    if (seen.length > KEPT) seen.pop();
  }

  /**
   * Traces since a moment, the heaviest first; each once.
   *
   * @param limit - lighter ones are left out, as long as there are heavier ones
   */
  since(epochMs: number, most: number, limit: number = -Infinity): Seen[] {
    const seen = this.#stretches.flatMap((stretch) => stretch.seen).filter((one) => one.epochMs >= epochMs);
    const heavy = seen.filter(({ weight }) => weight >= limit);
    const heaviest = (heavy.length > 0 ? heavy : seen).toSorted(byWeight);
    const first = new Map<string, Seen>();
    for (const one of heaviest) if (!first.has(one.traceId)) first.set(one.traceId, one);
    return [...first.values()].slice(0, most);
  }
}
