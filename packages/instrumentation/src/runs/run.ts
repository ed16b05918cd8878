/** Runs of a framework: reported as started by id, and ended later by the same id. */

import type { Span } from '@spanline/core';
import type { SpanStatus } from '@spanline/record';

/** A run that has started and not yet ended. */
export interface Run<T> {
  readonly span: Span;
  readonly data: T;
  /** False for an alias: the span belongs to an enclosing run. */
  readonly owned: boolean;
}

/** The relation of a run to others, and to the code that will report its end. */
export interface RunPlace {
  /** Id of the enclosing run. Activity of a run keeps the enclosing ones open. */
  parentId?: string | undefined;
  /**
   * An object that is kept alive by whoever can report the end of the run, and not by this package. Once it is
   * garbage-collected, no end can be reported any more, and the run is closed.
   */
  holder?: object | undefined;
}

/** Open runs by the framework's run id. Their number is bounded by a cap and by idle time-outs. */
export interface RunRegistry<T> {
  readonly size: number;
  /** Adds a run. A second start with the same id is refused, because the end of the first one would be lost. */
  start(id: string, span: Span, data: T, place?: RunPlace): boolean;
  /** Adds a run without a span of its own. Runs inside of it become children of `span`, which it never ends. */
  alias(id: string, span: Span, data: T, place?: RunPlace): boolean;
  /** Returns the run and counts as activity. */
  get(id: string): Run<T> | undefined;
  /** Removes the run. The caller ends its span. */
  end(id: string): Run<T> | undefined;
  /** Closes every open run. */
  clear(): void;
}

/** Bounds of a registry. */
export interface RunRegistryOptions<T> {
  /** Number of runs beyond which the longest idle one is closed. @defaultValue 10000 */
  maxRuns?: number;
  /**
   * A run is closed after this time without activity of it or of a run inside of it, in milliseconds.
   *
   * @defaultValue 600000
   */
  idleMs?: number;
  /**
   * The same for a run that nobody waits for any more, but that may still report its usage: its local root (the
   * request) has ended, or {@link isAbandoned} returns true. In milliseconds.
   * @defaultValue 60000
   */
  orphanIdleMs?: number;
  /** Whether the caller of a run left without ending it. @defaultValue no */
  isAbandoned?: (run: Run<T>) => boolean;
  /**
   * Whether a collected holder proves that no end can come. Asked before a run is closed for it. While the answer is
   * no, the run stays open; the question is asked again when another run has ended.
   * @defaultValue yes
   */
  trustsHolders?: () => boolean;
  /** Called before a run is closed, to set what the instrumentation has collected. @returns the status of the span */
  onClose?: (run: Run<T>) => Extract<SpanStatus, 'abandoned' | 'aborted'>;
}
