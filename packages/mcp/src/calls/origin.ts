/** Where a request that arrives comes from. */

import { currentSpan, type Span, type SpanOptions } from '@spanline/core';
import { holds, parentOf, props, remoteCaller, text } from '@spanline/instrumentation';
import type { McpCaller, Peer } from '../peer/peer.ts';

/** Parent, link and baggage of a request's span. */
export interface Origin {
  readonly parent: SpanOptions['parent'];
  readonly link: SpanOptions['link'];
  readonly baggage: Record<string, string> | undefined;
}

/** True below a span of HTTP: the transport was handed the request that is being served here. */
function isServed(span: Span): boolean {
  let root = span;
  for (let parent = parentOf(root); parent !== undefined; parent = parentOf(root)) root = parent;
  return root.type === 'http';
}

/**
 * The request of this end that the other end asks back for. The specification allows servers to ask only while they
 * work on a request. The running context shows which one over HTTP and in memory, the trace id where the server passes
 * it on, and the number of requests where there is one.
 */
function askedFrom(peer: Peer, current: Span | undefined, traceId: string | undefined): Span | undefined {
  const { open } = peer;
  if (current !== undefined && open.has(current)) return current;
  for (const span of open) if (span.traceId === traceId) return span;
  return open.size === 1 ? open.values().next().value : undefined;
}

/**
 * Finds the parent of a request. A `traceparent` in `_meta` is believed where the caller is trusted, and where it names
 * what is known here anyway: a span of this process, or the trace of the HTTP request that carries the message.
 * Otherwise its trace is a link.
 */
export function originOf(peer: Peer, meta: unknown, caller: McpCaller): Origin {
  const { tracer, trustIncoming, baggage } = peer.options;
  const given = props(meta);
  const carrier = {
    traceparent: text(given['traceparent']),
    tracestate: text(given['tracestate']),
    baggage: text(given['baggage']),
  };
  const current = currentSpan();
  const remote = carrier.traceparent === undefined ? undefined : tracer.extract(carrier);
  if (remote !== undefined && current?.spanId === remote.spanId && current.traceId === remote.traceId) {
    return { parent: current, link: undefined, baggage: undefined };
  }
  const served = current !== undefined && isServed(current) ? current : undefined;
  const isTrusted = (): boolean => served?.traceId === remote?.traceId || holds(trustIncoming, caller);
  const known = remoteCaller(remote, isTrusted, baggage);
  const local = askedFrom(peer, current, remote?.traceId) ?? (known.parent === undefined ? served : undefined);
  if (local === undefined) return known;
  const link = known.link?.traceId === local.traceId ? undefined : known.link;
  return { parent: local, link, baggage: known.baggage };
}
