const KEPT = 64;

interface Seen {
  readonly epochMs: number;
  readonly weight: number;
  readonly traceId: string;
}

/** The traces of a window that weigh most, bounded. */
export class TopTraces {
  readonly #windowMs: number;
  #seen: Seen[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  clear(): void {
    this.#seen = [];
  }

  add(epochMs: number, weight: number, traceId: string): void {
    this.#seen.push({ epochMs, weight, traceId });
    if (this.#seen.length < KEPT * 2) return;
    const recent = this.#seen.filter((seen) => seen.epochMs > epochMs - this.#windowMs);
    this.#seen = recent.toSorted((a, b) => b.weight - a.weight).slice(0, KEPT);
  }

  /**
   * Traces since a moment, the heaviest first; each once. What is older is forgotten.
   *
   * @param limit - lighter ones are left out, as long as there are heavier ones
   */
  since(epochMs: number, most: number, limit: number = -Infinity): string[] {
    this.#seen = this.#seen.filter((seen) => seen.epochMs >= epochMs);
    const heavy = this.#seen.filter(({ weight }) => weight >= limit);
    const heaviest = (heavy.length > 0 ? heavy : this.#seen).toSorted(
      (a, b) => b.weight - a.weight || b.epochMs - a.epochMs || (a.traceId < b.traceId ? -1 : 1),
    );
    return [...new Set(heaviest.map(({ traceId }) => traceId))].slice(0, most);
  }
}
