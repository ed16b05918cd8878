import type { Progress } from './read-records.ts';

/** Options of every question. */
export interface ReadOptions {
  /** Cancels the question, which then throws the reason of the signal. */
  signal?: AbortSignal | undefined;
  /** Called while lines are read, after each megabyte or so. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** Options of `traces`. */
export interface TracesOptions extends ReadOptions {
  /** Reads only the last lines of the log, about so many bytes. A trace that began before has only its last spans. */
  lastBytes?: number;
}
