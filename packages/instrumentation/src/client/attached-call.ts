/** A request below a call whose span another instrumentation writes: of a framework, or of the client that sends it. */

import { currentSpan, type Span } from '@spanline/core';
import { type AnswerUsage, attributesOf, instrumentationOf, usageAttributes } from '@spanline/core/internal';
import type { AttributeKey, SpanAttributes } from '@spanline/record';
import { observedUsage, observeUsage, type RequestLayer, type RequestUsage } from '../provider/observed-usage.ts';
import { type CallTracing, isClientCall, usageOf } from './call-state.ts';
import type { ClientCall } from './call.ts';
import { answerHeaders } from './headers.ts';
import type { OpenCall, SdkStreamEvents } from './open-call.ts';
import { watchSdkStream } from './watch-sdk-stream.ts';

/** Attributes that a client knows before the call. Not every framework does. */
const GIVEN = [
  'gen_ai.provider.name',
  'gen_ai.request.model',
  'server.address',
  'server.port',
] as const satisfies readonly AttributeKey[];
const FIRST_CHUNK = 'gen_ai.response.time_to_first_chunk';
const FRAMEWORKS_OWN: ReadonlySet<AttributeKey> = new Set([...GIVEN, FIRST_CHUNK]);

/**
 * The span of the call that a request belongs to, if another instrumentation writes one: of a framework, or for a
 * request on the wire also of the client that sends it. A framework's reranker may ask models: these are calls of their
 * own.
 */
export function owningSpan({ span: { type } }: ClientCall, layer: RequestLayer): Span | undefined {
  const span = currentSpan();
  if (span === undefined || instrumentationOf(span) === undefined) return undefined;
  const isCall = span.type === 'llm' || span.type === 'embedding' || (span.type === 'reranker' && type === 'reranker');
  return isCall || (layer === 'http' && isClientCall(span)) ? span : undefined;
}

/** Sets the facts of a request. Where the framework knows one as well, its value stays. */
function setFacts(span: Span, given: SpanAttributes): void {
  const known = attributesOf(span) ?? {};
  const facts = (Object.entries(given) as [AttributeKey, unknown][]).filter(
    ([key]) => known[key] === undefined || !FRAMEWORKS_OWN.has(key),
  );
  span.set(Object.fromEntries(facts));
}

function setGiven(span: Span, given: SpanAttributes): void {
  setFacts(span, Object.fromEntries(GIVEN.map((key) => [key, given[key]])));
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

/** Reads the pieces of an answer: their usage, and when the first one came, which not every framework reports. */
function attachedStream(
  { guard, scope }: CallTracing,
  span: Span,
  { reader, startedMs = performance.now() }: ClientCall,
  usage: AnswerUsage,
): SdkStreamEvents {
  const nothing = (): void => undefined;
  let hasContent = false;
  return {
    chunk(value, atMs = performance.now()): true {
      guard(scope.name, () => {
        usage.add(value);
        if (hasContent || reader.chunk(value) !== 'content') return;
        hasContent = true;
        setFacts(span, { [FIRST_CHUNK]: Math.round((atMs - startedMs) * 1000) / 1e6 });
      });
      return true;
    },
    done: nothing,
    abandoned: nothing,
    failed: nothing,
  };
}

/**
 * Attaches a request to the span of the call that it is made for. It adds what frameworks do not report: the headers of
 * the answer, the time of its first chunk, and its usage, from which the framework's instrumentation chooses what is
 * more exact.
 */
export function attachCall(tracing: CallTracing, span: Span, call: ClientCall, layer: RequestLayer): OpenCall {
  const nothing = (): void => undefined;
  const usage = usageOf(call);
  const read: RequestUsage['read'] = (isBroken) => {
    call.catchUp?.();
    return usage.read(isBroken);
  };
  observeUsage(span, { read }, layer);
  setGiven(span, call.span.attributes ?? {});
  const stream = attachedStream(tracing, span, call, usage);
  return {
    span,
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
    note: (attributes) => setFacts(span, attributes),
    usage: read,
    run: (fn) => fn(),
    enter: nothing,
    attempted: nothing,
    fail: nothing,
    end: nothing,
    unfinished: nothing,
  };
}
