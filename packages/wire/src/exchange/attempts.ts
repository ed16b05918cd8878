/** Requests that repeat a failed one. */

import { createHash } from 'node:crypto';
import { currentSpan, type Span, type SpanAttributes } from '@spanline/core';
import { BoundedMap, props } from '@spanline/instrumentation';

/** A request that failed. */
interface Failed {
  readonly spanId: string;
  readonly number: number;
  readonly server: string;
  /** `performance.now()` */
  readonly atMs: number;
}

/** Limit of failed requests that are remembered. */
const MAX_FAILED = 10_000;

/** Milliseconds after which a request with the same content is no retry. */
const MAX_PAUSE_MS = 10 * 60_000;

/** One request, as an attempt. */
export interface Attempt {
  /** The number of the attempt, and the attempt before. Empty for a first one. */
  readonly attributes: SpanAttributes;
  /**
   * @param span - the span that the request belongs to
   * @param isOwn - it has no other request
   */
  begun(span: Span | undefined, isOwn: boolean): void;
  ended(hasFailed: boolean): void;
}

/** The requests of this process that failed, and those that frameworks' spans made. */
export class Attempts {
  readonly failed = new BoundedMap<string, Failed>(MAX_FAILED);
  /** Requests so far, by the framework's span. */
  readonly counts = new WeakMap<Span, number>();
}

/** Two requests are the same if the same span makes them, with the same content. A fallback asks another model. */
function keyOf(body: unknown): string {
  const { model: _model, ...content } = props(body);
  const hash = createHash('sha256').update(currentSpan()?.spanId ?? '');
  return hash.update(JSON.stringify(content)).digest('base64');
}

/**
 * Finds the attempt before a request: one of the same caller, with the same content, that failed.
 *
 * @param body - the JSON of the request
 */
export function callersAttempts({ failed, counts }: Attempts, body: unknown, origin: string): Attempt {
  const key = body === undefined ? undefined : keyOf(body);
  const server = `${origin} ${String(props(body)['model'])}`;
  const found = key === undefined ? undefined : failed.get(key);
  const before = found !== undefined && performance.now() - found.atMs < MAX_PAUSE_MS ? found : undefined;
  const number = (before?.number ?? 0) + 1;
  if (key !== undefined) failed.delete(key);
  let spanId: string | undefined;
  return {
    attributes:
      before === undefined
        ? {}
        : {
            'spanline.retry.attempt': number,
            'spanline.retry.previous_span_id': before.spanId,
            'spanline.retry.fallback': before.server === server ? undefined : true,
          },
    begun(span, isOwn): void {
      if (span === undefined) return;
      if (isOwn) spanId = span.spanId;
      else {
        const count = (counts.get(span) ?? 0) + 1;
        counts.set(span, count);
        if (count > 1) span.set({ 'spanline.retry.attempt': count - 1 });
      }
    },
    ended(hasFailed): void {
      if (!hasFailed || key === undefined || spanId === undefined) return;
      failed.set(key, { spanId, number, server, atMs: performance.now() });
    },
  };
}
