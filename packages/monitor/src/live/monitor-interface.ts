/** The interface of a monitor. */

import type { Alert } from '../alerts/alert.ts';
import type { DeliveryStats } from '../channels/delivery.ts';
import type { Metrics } from '../metrics/aggregator.ts';

/** A rule that is not `OK`. */
export interface OpenAlert {
  rule: string;
  step?: string;
  state: 'WARNING' | 'ALERT' | 'NO_DATA';
  /** Epoch milliseconds. */
  since: number;
}

/** Counters of a monitor since its start. */
export interface MonitorStats {
  /** Records that came after their part of the window was dropped. */
  late: number;
  /** Spans of steps that no rule watches, because 500 steps are watched already. */
  unwatched: number;
  /** Evaluations without the shared memory, because it failed. */
  alone: number;
  channels: Record<string, DeliveryStats>;
}

/** Watches the spans of this process. */
export interface Monitor {
  /** Metrics since the start. `metrics()` of the log written since then gives the same. */
  metrics(): Metrics;
  /** Rules that are not `OK`. */
  alerts(): OpenAlert[];
  /** Calls a function with each alert, sent or only logged. Returns a function that stops it. */
  onAlert(observer: (alert: Alert) => void): () => void;
  /** Evaluates the rules now, or soon with a shared memory. A timer does this every `evaluateEverySeconds`. */
  evaluate(): void;
  stats(): MonitorStats;
  /** Evaluates the rules a last time, stops watching, sends alerts that are waiting, and saves the memory. */
  close(): Promise<void>;
}
