/** An event that an operator should know about. */
export interface Report {
  readonly level: 'info' | 'warn' | 'error';
  /** `retrying`, `recovered`, `paused`, `rejected`, `warned`, `damaged`, `unreadable`, `incomplete` or `failed`. */
  readonly what: string;
  readonly message: string;
  /** Name of the sink. */
  readonly sink?: string;
  /** Number of lines that the event is about. */
  readonly lines?: number;
}

/** Counters of one sink since the engine started. */
export interface SinkStats {
  /** Lines that the target has stored. */
  stored: number;
  /** Lines written to the dead-letter file. */
  rejected: number;
  /** Lines with fields that were cut to fit the target's limits. */
  shortened: number;
  /** Lines that the sink does not send. */
  skipped: number;
  /** Requests that failed and were sent again. */
  retries: number;
  /** Bytes that are not stored yet. */
  lagBytes: number;
  /** `ok`, or why the last request failed. */
  state: string;
}
