import type { Span } from '@spanline/core';
import type { RecordedSpan } from '@spanline/core/internal';
import type { SpanAttributes, AttributeKey } from '@spanline/record';
import type { ClientCall } from './call.ts';
import { headerFacts } from './header-facts.ts';
import type { OpenCall } from './open-call.ts';

const USAGE = /^(?:gen_ai|spanline)\.usage\./;
/** What a client knows before the call, and not every framework. */
const GIVEN = [
  'gen_ai.provider.name',
  'gen_ai.request.model',
  'server.address',
  'server.port',
] as const satisfies readonly AttributeKey[];

function fillIn(span: Span, told: SpanAttributes): void {
  const known = (span as RecordedSpan).facts;
  const missing = GIVEN.filter((key) => known[key] === undefined);
  span.set(Object.fromEntries(missing.map((key) => [key, told[key]])));
}

/** Tokens of one more request that an embedding of many texts was split into. */
function addUsage(span: Span, told: SpanAttributes): void {
  const known = (span as RecordedSpan).facts;
  const sum: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(told)) {
    if (key === 'gen_ai.response.model') sum[key] = value;
    if (!USAGE.test(key)) continue;
    const before = known[key];
    sum[key] = typeof value === 'number' && typeof before === 'number' ? before + value : value;
  }
  span.set(sum);
}

/**
 * A call that a framework's source logs already, as `span`. What frameworks keep to themselves is added to that span: the headers of an answer, and the tokens of embeddings. What the framework
 * tells later stands.
 */
export function completeCall(span: Span, { span: own, reader }: ClientCall): OpenCall {
  const nothing = (): void => undefined;
  fillIn(span, own.attributes ?? {});
  return {
    events: {
      arrived: (response) => void span.set(headerFacts((response as { headers?: unknown } | undefined)?.headers)),
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
