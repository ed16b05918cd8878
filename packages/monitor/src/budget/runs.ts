import type { EndedSpan } from '@spanline/core';
import { BoundedMap } from '@spanline/record';

const MAX_RUNS = 10_000;

/** The use of one run. */
export interface RunUse {
  readonly usd: number;
  /** Model calls. */
  readonly calls: number;
}

const NONE: RunUse = { usd: 0, calls: 0 };

/** Sums up what each run (each trace) has used. It knows the last 10,000. */
export class Runs {
  readonly #runs = new BoundedMap<string, RunUse>(MAX_RUNS);

  add({ span, costUsd }: EndedSpan): void {
    const isCall = span.type === 'llm';
    const cost = costUsd !== undefined && costUsd > 0 ? costUsd : 0;
    if (!isCall && cost === 0) return;
    const { usd, calls } = this.of(span.traceId);
    this.#runs.set(span.traceId, { usd: usd + cost, calls: calls + (isCall ? 1 : 0) });
  }

  of(traceId: string | undefined): RunUse {
    return (traceId === undefined ? undefined : this.#runs.get(traceId)) ?? NONE;
  }
}
