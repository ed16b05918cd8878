import type { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The part of prom-client that is used. It is passed in, so that only the entries of this room load prom-client. */
export interface PromClient {
  readonly Counter: typeof Counter;
  readonly Gauge: typeof Gauge;
  readonly Histogram: typeof Histogram;
  readonly Registry: typeof Registry;
}
