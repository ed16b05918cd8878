/** Figures of steps, errors and alerts. */

/** Figures of the spans of one group. */
export interface StatsRowAnswer {
  /** Values of the fields; null where spans have none. */
  readonly by: readonly (string | null)[];
  readonly count: number;
  readonly errors: number;
  readonly p50Ms?: number;
  readonly p95Ms?: number;
  readonly p99Ms?: number;
  /** Absent for a cluster. */
  readonly selfShare?: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  readonly unknownCosts: number;
  readonly ttftP50Ms?: number;
}

/** `GET /api/v1/stats`. */
export interface StatsAnswer {
  readonly by: readonly string[];
  readonly rows: readonly StatsRowAnswer[];
  /** Groups that were left out. */
  readonly more: number;
}

/** Errors with one fingerprint. */
export interface ErrorRow {
  readonly fingerprint: string;
  readonly type: string;
  readonly path: string;
  /** The message with placeholders for ids, numbers and texts. */
  readonly message: string;
  readonly count: number;
  readonly users: number;
  readonly firstMs?: number;
  readonly lastMs?: number;
  /** The newest error. */
  readonly traceId?: string;
  readonly spanId?: string;
}

/** `GET /api/v1/errors`, the most frequent ones first. */
export interface ErrorsAnswer {
  readonly rows: readonly ErrorRow[];
  readonly count: number;
  /** Groups that were left out. */
  readonly more: number;
}

/** A line of an alert. */
export interface AlertRow {
  readonly name: string;
  readonly message: string;
  readonly timeMs?: number;
  /** `event.id`, for `GET /api/v1/causes/<id>`. */
  readonly id?: string;
  /** Key of the incident. */
  readonly key?: string;
  readonly event?: string;
  readonly state?: string;
  readonly severity?: string;
  readonly metric?: string;
  readonly value?: number;
  readonly threshold?: number;
  readonly baseline?: number;
  readonly step?: string;
  /** Likely causes, as the monitor saw them when the alert fired. */
  readonly causes?: readonly string[];
  readonly traceIds?: readonly string[];
}

/** `GET /api/v1/alerts`, the newest first. */
export interface AlertsAnswer {
  readonly rows: readonly AlertRow[];
  /** Alerts that were left out. */
  readonly more: number;
}

/** A condition that bad traces fulfil more often than good ones. */
export interface CauseRow {
  readonly step: string;
  /** `more than 30 documents`. */
  readonly text: string;
  readonly bad: number;
  readonly good: number;
  readonly lift: number;
  /** Interval of the lift, 95 %. */
  readonly liftLow: number;
  readonly liftHigh: number;
  /** Probability of as good a split by chance, all conditions that were tried counted. */
  readonly p: number;
}

/** `GET /api/v1/causes/<alert>`: what `spanline explain` says. */
export interface CausesAnswer {
  /** `duration`, `first_token`, `cost`, `tokens`, `failure` or `score`. */
  readonly measure: string;
  readonly bad: number;
  readonly good: number;
  /** Conditions that were tried. */
  readonly tested: number;
  readonly causes: readonly CauseRow[];
  /** Steps that make up the difference, with the mean of bad and of good traces. */
  readonly parts: readonly {
    readonly step: string;
    readonly bad: number;
    readonly good: number;
    readonly share: number;
  }[];
  /** The worst first. */
  readonly traceIds: readonly string[];
}
