/** Requests that repeat a failed one. */

import { createHash } from 'node:crypto';
import { currentSpan, type Span, type SpanAttributes } from '@spanline/core';
import { BoundedMap, props } from '@spanline/instrumentation';
import type { Audit } from './audit.ts';

/** A request that failed. */
interface Failed {
  readonly spanId: string;
  readonly number: number;
  readonly server: string;
  /** US dollars that it cost. */
  readonly usd: number;
  /** US dollars that those before it cost. */
  readonly beforeUsd: number;
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
  /** @param usd - US dollars that the failed request cost, as far as is known */
  failed(usd: number): void;
}

/** Requests so far that a span made which another instrumentation writes. */
interface Requests {
  count: number;
  retries: number;
  retriesUsd: number;
}

/** The requests of this process that failed, and those that spans of others made. */
export class Attempts {
  readonly failed = new BoundedMap<string, Failed>(MAX_FAILED);
  readonly bySpan = new WeakMap<Span, Requests>();
  readonly audit: Audit;

  constructor(audit: Audit) {
    this.audit = audit;
  }
}

/**
 * Two requests are the same if the same span makes them, with the same content. A fallback asks another model.
 *
 * @returns `undefined` for JSON that is too deep to be written again: such requests are first attempts
 */
function keyOf(body: unknown): string | undefined {
  const { model: _model, ...content } = props(body);
  const hash = createHash('sha256').update(currentSpan()?.spanId ?? '');
  try {
    return hash.update(JSON.stringify(content)).digest('base64');
  } catch {
    return undefined;
  }
}

/** Adds a request to the span of the call that it is made for. */
function addRequest({ bySpan, audit }: Attempts, span: Span, before: Failed | undefined): void {
  let requests = bySpan.get(span);
  if (requests === undefined) {
    bySpan.set(span, (requests = { count: 0, retries: 0, retriesUsd: 0 }));
    audit.calls++;
  }
  requests.count++;
  audit.requests++;
  const attributes: SpanAttributes = { 'spanline.wire.requests': requests.count };
  if (before !== undefined) {
    requests.retries++;
    requests.retriesUsd += before.usd;
    attributes['spanline.retry.attempt'] = requests.retries + 1;
    if (requests.retriesUsd > 0) attributes['spanline.retry.cost_usd'] = requests.retriesUsd;
  }
  span.set(attributes);
}

function attributesOf(number: number, before: Failed | undefined, server: string): SpanAttributes {
  if (before === undefined) return {};
  const usd = before.usd + before.beforeUsd;
  return {
    'spanline.retry.attempt': number,
    'spanline.retry.previous_span_id': before.spanId,
    'spanline.retry.fallback': before.server === server ? undefined : true,
    'spanline.retry.cost_usd': usd > 0 ? usd : undefined,
  };
}

/**
 * Finds the attempt before a request: one of the same caller, with the same content, that failed.
 *
 * @param body - the JSON of the request
 */
export function callersAttempts(attempts: Attempts, body: unknown, origin: string): Attempt {
  const { failed, audit } = attempts;
  const key = body === undefined ? undefined : keyOf(body);
  const server = `${origin} ${String(props(body)['model'])}`;
  const found = key === undefined ? undefined : failed.get(key);
  const before = found !== undefined && performance.now() - found.atMs < MAX_PAUSE_MS ? found : undefined;
  const number = (before?.number ?? 0) + 1;
  if (key !== undefined) failed.delete(key);
  let spanId: string | undefined;
  return {
    attributes: attributesOf(number, before, server),
    begun(span, isOwn): void {
      if (before !== undefined) {
        audit.retries++;
        audit.retriesUsd += before.usd;
      }
      if (span === undefined) return;
      spanId = span.spanId;
      if (isOwn) audit.alone++;
      else addRequest(attempts, span, before);
    },
    failed(usd): void {
      if (key === undefined || spanId === undefined) return;
      const beforeUsd = before === undefined ? 0 : before.usd + before.beforeUsd;
      failed.set(key, { spanId, number, server, usd, beforeUsd, atMs: performance.now() });
    },
  };
}
