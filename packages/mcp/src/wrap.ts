/** The public wrapper of clients and servers. */

import { defaultTracer, SpanlineError } from '@spanline/core';
import {
  checkOptions,
  createGuard,
  isObject,
  option,
  props,
  type Shape,
  sharedState,
  TRACE_SHAPE,
  type TraceOptions,
} from '@spanline/instrumentation';
import { isAiSdkClient } from './calls/funnel.ts';
import { traceIncoming } from './calls/incoming.ts';
import { traceOutgoing } from './calls/outgoing.ts';
import { type McpCaller, Peer } from './peer/peer.ts';

export type { McpCaller } from './peer/peer.ts';

/** Options of {@link wrapMcp}. */
export interface McpOptions extends TraceOptions {
  /**
   * Continues the `traceparent` in `_meta` of no caller, of every caller, or of those that a function accepts. A
   * function that throws trusts nobody. For a caller that is not trusted, only the trace id is kept, as
   * `spanline.link.trace_id`.
   *
   * @defaultValue false
   */
  trustIncoming?: boolean | ((caller: McpCaller) => boolean);
  /** Keys of a trusted caller's `baggage` that `tracer.inject` passes on. All others are dropped. @defaultValue none */
  baggage?: readonly string[];
}

/** The client of `@ai-sdk/mcp`, which is connected when it is created. */
export interface McpToolClient {
  tools(...args: never[]): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * A `Client`, `Server` or `McpServer` of `@modelcontextprotocol/sdk` 1, `@modelcontextprotocol/client` 2 or
 * `@modelcontextprotocol/server` 2.
 */
export interface McpPeer {
  connect(transport: never): Promise<void>;
  close(): Promise<void>;
}

const SHAPE: Shape<McpOptions> = {
  ...TRACE_SHAPE,
  trustIncoming: option.anyOf<boolean | ((caller: McpCaller) => boolean)>(option.boolean(), option.callback()),
  baggage: option.list(option.string()),
};

const undo = sharedState('@spanline/mcp.peers', () => new WeakMap<object, () => void>());

/** The object that speaks the protocol: an `McpServer` has it as `server`. */
function protocolOf(peer: unknown): object | undefined {
  if (isAiSdkClient(peer)) return peer as object;
  const { server } = props(peer);
  const protocol = isObject(server) ? server : peer;
  const { request, _requestHandlers: handlers } = props(protocol);
  return typeof request === 'function' && typeof props(handlers)['get'] === 'function'
    ? (protocol as object)
    : undefined;
}

/** Traces a client or a server that is not traced yet. */
export function tracePeer(peer: object, options: McpOptions): void {
  const protocol = protocolOf(peer);
  const { tracer = defaultTracer(), capture, trustIncoming = false, baggage = [] } = options;
  if (protocol === undefined || undo.has(protocol) || !tracer.enabled) return;
  const trusts = typeof trustIncoming === 'function' ? trustIncoming : () => trustIncoming;
  const traced = new Peer(protocol, createGuard(tracer), {
    tracer,
    capture,
    trustIncoming: trusts,
    baggage: [...baggage],
  });
  const patches = [traceOutgoing(traced), traceIncoming(traced)];
  undo.set(protocol, () => {
    traced.isOn = false;
    for (const patch of patches) patch();
  });
}

/**
 * Traces a client or a server of the Model Context Protocol in place. It stays the same object. Each request that it
 * sends or answers is one line: calls of tools, resources, prompts, sampling. Requests carry the trace in `_meta`.
 * Wrapping again changes the options.
 *
 * @example
 * ```ts
 * import { Client } from '@modelcontextprotocol/sdk/client/index.js';
 * import { createTracer } from '@spanline/core';
 * import { wrapMcp } from '@spanline/mcp';
 *
 * const client = wrapMcp(new Client({ name: 'app', version: '1.0.0' }), { tracer: createTracer() });
 * ```
 *
 * @returns the same object
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function wrapMcp<P extends McpPeer | McpToolClient>(peer: P, options: McpOptions = {}): P {
  if (protocolOf(peer) === undefined) {
    const expected = 'a Client, Server or McpServer of the MCP SDK, or the client of @ai-sdk/mcp';
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'peer', expected, got: peer });
  }
  checkOptions(SHAPE, options);
  unwrapMcp(peer);
  tracePeer(peer, options);
  return peer;
}

/**
 * Undoes {@link wrapMcp}. Requests under way are recorded to their end.
 *
 * @returns the same object
 */
export function unwrapMcp<P extends McpPeer | McpToolClient>(peer: P): P {
  const protocol = protocolOf(peer);
  if (protocol === undefined) return peer;
  undo.get(protocol)?.();
  undo.delete(protocol);
  return peer;
}
