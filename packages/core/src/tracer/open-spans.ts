/** The spans of a tracer that have not ended. */
import type { SpanStatus } from '@spanline/record';
import { type RecordedSpan, STATE } from '../trace/index.ts';

/** Observes what happens to open spans. */
export interface OpenSpansObserver {
  /** The tracer ends a span that its owner left open. */
  unfinished(): void;
  internalError(where: string, error: unknown): void;
}

/** A bounded set of open spans, oldest first. */
export class OpenSpans {
  readonly #spans = new Set<RecordedSpan>();
  readonly #limit: number;
  readonly #observer: OpenSpansObserver;

  constructor(limit: number, observer: OpenSpansObserver) {
    this.#limit = limit;
    this.#observer = observer;
  }

  get size(): number {
    return this.#spans.size;
  }

  add(span: RecordedSpan): void {
    this.#spans.add(span);
  }

  delete(span: RecordedSpan): void {
    this.#spans.delete(span);
  }

  /** Gives all spans away. */
  takeAll(): RecordedSpan[] {
    const spans = [...this.#spans];
    this.#spans.clear();
    return spans;
  }

  /** Ends the oldest span as `abandoned` if there are more than the limit. */
  enforceLimit(): void {
    if (this.#spans.size <= this.#limit) return;
    const [oldest] = this.#spans;
    if (oldest !== undefined) this.#forceEnd(oldest, 'abandoned');
  }

  /** Ends all spans as `unfinished`, the innermost first, so that a parent's roll-up includes its children. */
  endAll(): void {
    for (const span of [...this.#spans].toReversed()) this.#forceEnd(span, 'unfinished');
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
