/** The spans of a tracer that have not ended. */
import type { SpanStatus } from '@spanline/record';
import { type RecordedSpan, STATE } from '../trace/index.ts';

/** Observes what happens to open spans. */
export interface OpenSpansObserver {
  /** The tracer ends a span that its owner left open. */
  unfinished(): void;
  internalError(where: string, error: unknown): void;
}

/**
 * A bounded list of open spans, oldest first. Each span's state has the links: a `Set` would need a hash of every span,
 * and a new table for every few of them.
 */
export class OpenSpans {
  #oldest: RecordedSpan | undefined;
  #newest: RecordedSpan | undefined;
  #size = 0;
  readonly #limit: number;
  readonly #observer: OpenSpansObserver;

  constructor(limit: number, observer: OpenSpansObserver) {
    this.#limit = limit;
    this.#observer = observer;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a span that is in no list. */
  add(span: RecordedSpan): void {
    const newest = this.#newest;
    if (newest === undefined) this.#oldest = span;
    else {
      newest[STATE].openAfter = span;
      span[STATE].openBefore = newest;
    }
    this.#newest = span;
    this.#size++;
  }

  /** Removes a span, if it is in the list. */
  delete(span: RecordedSpan): void {
    const state = span[STATE];
    const { openBefore: before, openAfter: after } = state;
    if (before === undefined && span !== this.#oldest) return;
    if (before === undefined) this.#oldest = after;
    else before[STATE].openAfter = after;
    if (after === undefined) this.#newest = before;
    else after[STATE].openBefore = before;
    state.openBefore = undefined;
    state.openAfter = undefined;
    this.#size--;
  }

  #all(): RecordedSpan[] {
    const spans: RecordedSpan[] = [];
    for (let span = this.#oldest; span !== undefined; span = span[STATE].openAfter) spans.push(span);
    return spans;
  }

  /** Gives all spans away. */
  takeAll(): RecordedSpan[] {
    const spans = this.#all();
    for (const span of spans) this.delete(span);
    return spans;
  }

  /** Ends the oldest span as `abandoned` if there are more than the limit. */
  enforceLimit(): void {
    if (this.#size > this.#limit && this.#oldest !== undefined) this.#forceEnd(this.#oldest, 'abandoned');
  }

  /** Ends all spans as `unfinished`, the innermost first, so that a parent's roll-up includes its children. */
  endAll(): void {
    for (const span of this.#all().toReversed()) this.#forceEnd(span, 'unfinished');
  }

  /** Ends a span in place of its owner, with the data that its owner has so far. */
  #forceEnd(span: RecordedSpan, status: SpanStatus): void {
    this.#observer.unfinished();
    try {
      span[STATE].onForcedEnd?.();
    } catch (error) {
      this.#observer.internalError('onForcedEnd', error);
    }
    span.end({ status });
  }
}
