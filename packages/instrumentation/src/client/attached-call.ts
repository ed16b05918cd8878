/** A call of a client that a framework makes, and whose span the framework's instrumentation writes. */

import { currentSpan, type Span } from '@spanline/core';
import { attributesOf, instrumentationOf, usageAttributes } from '@spanline/core/internal';
import type { AttributeKey, SpanAttributes } from '@spanline/record';
import { observedUsage, observeUsage } from '../provider/observed-usage.ts';
import { usageOf } from './call-state.ts';
import type { ClientCall } from './call.ts';
import { answerHeaders } from './headers.ts';
import type { OpenCall } from './open-call.ts';
import { watchSdkStream } from './watch-sdk-stream.ts';

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

/** Most frameworks drop the usage of embeddings. They split an embedding of many texts into several requests. */
function setEmbeddingUsage(span: Span, { 'gen_ai.response.model': model }: SpanAttributes): void {
  const usage = observedUsage(span);
  if (usage !== undefined) span.set({ ...usageAttributes(usage), 'gen_ai.response.model': model });
}

/** A framework may split a call into several requests. Each of them reports its own cost. */
function setHeaders(span: Span, headers: SpanAttributes): void {
  const { 'spanline.cost.reported_usd': usd } = headers;
  const { 'spanline.cost.reported_usd': before } = attributesOf(span) ?? {};
  span.set(
    usd === undefined || before === undefined ? headers : { ...headers, 'spanline.cost.reported_usd': before + usd },
  );
}

/**
 * Attaches a client's call to the framework's span. It adds what frameworks do not report: the headers of the answer,
 * and its usage, from which the framework's instrumentation chooses what is more exact.
 */
export function attachCall(span: Span, call: ClientCall): OpenCall {
  const nothing = (): void => undefined;
  const usage = usageOf(call);
  observeUsage(span, usage);
  setMissing(span, call.span.attributes ?? {});
  const stream = {
    chunk(value: unknown): true {
      usage.add(value);
      return true;
    },
    done: nothing,
    abandoned: nothing,
    failed: nothing,
  };
  return {
    isDecoded: call.isDecoded === true,
    stream: () => stream,
    events: {
      responded: (response) =>
        setHeaders(span, answerHeaders((response as { headers?: unknown } | undefined)?.headers)),
      parsed(value): void {
        if (watchSdkStream(value, stream, false)) return;
        usage.add(value);
        if (span.type === 'embedding') setEmbeddingUsage(span, call.reader.whole(value));
      },
      taken: nothing,
      failed: nothing,
      forgotten: nothing,
    },
    note: (attributes) => setMissing(span, attributes),
    run: (fn) => fn(),
    enter: nothing,
    attempted: nothing,
    fail: nothing,
    end: nothing,
  };
}
