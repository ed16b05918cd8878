/** One traced end of a connection: a client or a server of the SDKs. */

import type { CaptureSetting, Span, SpanAttributes, Tracer } from '@spanline/core';
import { type Guard, props, type Props, text } from '@spanline/instrumentation';
import { transportAttributes } from './transport.ts';

/** Caller of a request, as far as the SDK knows it. */
export interface McpCaller {
  /** Method of the request: `tools/call`. */
  readonly method: string;
  /** Session of streamable HTTP. */
  readonly sessionId: string | undefined;
  /** `authInfo` of the SDK: the result of the server's authentication. `undefined` without one. */
  readonly authInfo: unknown;
  /** Class of the transport: `StdioServerTransport`. */
  readonly transport: string;
}

/** Options with their defaults. */
export interface PeerOptions {
  readonly tracer: Tracer;
  readonly capture: CaptureSetting | undefined;
  readonly trustIncoming: (caller: McpCaller) => boolean;
  readonly baggage: readonly string[];
}

/** One end of a connection, while it is traced. */
export class Peer {
  readonly protocol: Props;
  readonly guard: Guard;
  readonly options: PeerOptions;
  /** Spans of requests that wait for the other end's answer. */
  readonly open = new Set<Span>();
  isOn = true;
  /** Of the handshake of version 1. Version 2 has a getter, and the client of `@ai-sdk/mcp` a member. */
  #negotiated: string | undefined;
  #transport: unknown;
  #attributes: SpanAttributes = {};

  constructor(protocol: object, guard: Guard, options: PeerOptions) {
    this.protocol = protocol as Props;
    this.guard = guard;
    this.options = options;
  }

  /** Reads the result of the handshake, at whichever end. */
  negotiated(result: unknown): void {
    this.#negotiated = text(props(result)['protocolVersion']) ?? this.#negotiated;
  }

  #version(transport: Props): string | undefined {
    const { getNegotiatedProtocolVersion: read } = this.protocol;
    const known = typeof read === 'function' ? text(Reflect.apply(read, this.protocol, [])) : undefined;
    return known ?? text(transport['protocolVersion']) ?? text(this.protocol['protocolVersion']) ?? this.#negotiated;
  }

  /** Transport, server, session and version of the connection. */
  connection(): SpanAttributes {
    const { transport } = this.protocol;
    if (transport !== this.#transport) {
      this.#transport = transport;
      this.#attributes = transportAttributes(transport);
    }
    const current = props(transport);
    const session = text(current['sessionId']);
    const version = this.#version(current);
    return {
      ...this.#attributes,
      ...(session === undefined ? {} : { 'mcp.session.id': session }),
      ...(version === undefined ? {} : { 'mcp.protocol.version': version }),
    };
  }
}
