/** A call of a client that a framework makes, and whose span the framework's instrumentation writes. */

import { currentSpan, type Span } from '@spanline/core';
import { attributesOf, instrumentationOf } from '@spanline/core/internal';
import type { AttributeKey, SpanAttributes } from '@spanline/record';
import type { ClientCall } from './call.ts';
import { headerAttributes } from './headers.ts';
import type { OpenCall } from './open-call.ts';

const USAGE = /^(?:gen_ai|spanline)\.usage\./;
/** Attributes that a client knows before the call. Not every framework does. */
const GIVEN = [
  'gen_ai.provider.name',
  'gen_ai.request.model',
  'server.address',
  'server.port',
] as const satisfies readonly AttributeKey[];

/** The span of the model call that the running code belongs to, if a framework's instrumentation writes one. */
export function frameworkSpan(): Span | undefined {
  const span = currentSpan();
  if (span?.type !== 'llm' && span?.type !== 'embedding') return undefined;
  return instrumentationOf(span) === undefined ? undefined : span;
}

function setMissing(span: Span, given: SpanAttributes): void {
  const known = attributesOf(span) ?? {};
  const missing = GIVEN.filter((key) => known[key] === undefined);
  span.set(Object.fromEntries(missing.map((key) => [key, given[key]])));
}

/** Adds the tokens of one more request. A framework splits an embedding of many texts into several. */
function addUsage(span: Span, answer: SpanAttributes): void {
  const known = attributesOf(span) ?? {};
  const sum: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(answer)) {
    if (key === 'gen_ai.response.model') sum[key] = value;
    if (!USAGE.test(key)) continue;
    const before = known[key];
    sum[key] = typeof value === 'number' && typeof before === 'number' ? before + value : value;
  }
  span.set(sum);
}

/**
 * Attaches a client's call to the framework's span. It adds what frameworks do not report: the headers of the answer,
 * and the tokens of embeddings. What the framework reports later replaces it.
 */
export function attachCall(span: Span, { span: own, reader }: ClientCall): OpenCall {
  const nothing = (): void => undefined;
  setMissing(span, own.attributes ?? {});
  return {
    events: {
      responded: (response) =>
        void span.set(headerAttributes((response as { headers?: unknown } | undefined)?.headers)),
      parsed(value): void {
        if (span.type === 'embedding') addUsage(span, reader.whole(value));
      },
      taken: nothing,
      failed: nothing,
      forgotten: nothing,
    },
    run: (fn) => fn(),
    enter: nothing,
    attempted: nothing,
    fail: nothing,
    end: nothing,
  };
}
