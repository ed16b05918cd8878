/** Requests that arrive: at a server, or at a client that its server asks back. */

import { type Span, type SpanAttributes, withContext } from '@spanline/core';
import {
  failuresBelow,
  headerOf,
  isObject,
  type Method,
  number,
  observedUsage,
  onForcedEnd,
  patchMethod,
  props,
  text,
  usageAttributes,
} from '@spanline/instrumentation';
import { cancellation, handlerFailure, isCallersFault, toolFailure } from '../messages/failure.ts';
import { requestSpan, resultFacts } from '../messages/request.ts';
import type { McpCaller, Peer } from '../peer/peer.ts';
import { transportName } from '../peer/transport.ts';
import { SCOPE } from '../scope.ts';
import { originOf, type Origin } from './origin.ts';
import { type Outcome, settle } from './settle.ts';

/** The time that a handler has to notice that its caller has left. */
const WAIT_MS = 500;

/** The second argument of a handler. */
interface HandlerContext {
  readonly id: string | number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly sessionId: string | undefined;
  readonly authInfo: unknown;
  /** Version of the protocol, of the HTTP header. A server without sessions sees no handshake. */
  readonly version: string | undefined;
}

function readContext(given: unknown): HandlerContext {
  const context = props(given);
  const request = props(context['mcpReq'] ?? context);
  const id = request['id'] ?? request['requestId'];
  const http = props(context['http']);
  const version = headerOf(props(http['req'] ?? context['requestInfo'])['headers'], 'mcp-protocol-version');
  return {
    id: text(id) ?? number(id),
    signal: request['signal'] as AbortSignal | undefined,
    sessionId: text(context['sessionId']),
    authInfo: context['authInfo'] ?? http['authInfo'],
    version: version !== undefined && /^\d{4}-\d\d-\d\d$/.test(version) ? version : undefined,
  };
}

/** A request that is being answered. */
interface Service {
  readonly method: string;
  readonly span: Span;
  readonly signal: AbortSignal | undefined;
}

function startService(peer: Peer, method: string, request: unknown, context: HandlerContext, origin: Origin): Service {
  const { tracer, capture } = peer.options;
  const described = requestSpan(method, props(request)['params'], 'incoming');
  const attributes: SpanAttributes = {
    'mcp.method.name': method,
    'jsonrpc.request.id': context.id === undefined ? undefined : String(context.id),
    'mcp.protocol.version': context.version,
    ...peer.connection(),
    ...described.attributes,
  };
  const { parent, link } = origin;
  const span = tracer.startSpan({ ...described, attributes, kind: 'SERVER', parent, link, scope: SCOPE, capture });
  return { method, span, signal: context.signal };
}

/** Ends the span of a request whose caller has left, though its handler may never end. */
function watchCaller({ span, signal }: Service): void {
  const abort = (): void => span.fail(cancellation(signal)).end();
  signal?.addEventListener(
    'abort',
    () => {
      if (!span.isRecording) return;
      onForcedEnd(span, abort);
      setTimeout(abort, WAIT_MS).unref();
    },
    { once: true },
  );
}

/** Usage of the model calls that wrapped clients made for a handler of sampling. */
function billed(span: Span, isBroken: boolean): SpanAttributes {
  const usage = span.type === 'llm' ? observedUsage(span, isBroken) : undefined;
  return usage === undefined ? {} : usageAttributes(usage);
}

function readOutcome(peer: Peer, { method, span, signal }: Service, outcome: Outcome): void {
  const isAborted = signal?.aborted === true;
  span.set(billed(span, isAborted || 'error' in outcome));
  if ('error' in outcome) {
    if (isAborted) return;
    const { error, attributes } = handlerFailure(outcome.error);
    span.set(attributes);
    // A handler may pass on the error of a request that it has sent itself.
    if (!isCallersFault(outcome.error) || failuresBelow(span).length > 0) span.fail(error);
    return;
  }
  if (method === 'initialize') peer.negotiated(outcome.result);
  const { attributes, output } = resultFacts(method, outcome.result, 'incoming');
  const failed = method === 'tools/call' ? toolFailure(outcome.result) : undefined;
  if (failed !== undefined) span.fail(failed.error);
  span.set({ ...attributes, 'mcp.protocol.version': peer.connection()['mcp.protocol.version'] }).output(output);
}

/** Replaces a handler of requests. */
function tracedHandler(peer: Peer, handler: Method): Method {
  const { tracer } = peer.options;

  function begin(request: unknown, given: unknown): { service: Service; origin: Origin } | undefined {
    const { method: named, params } = props(request);
    const method = text(named);
    if (method === undefined) return undefined;
    const context = readContext(given);
    const { sessionId, authInfo } = context;
    const caller: McpCaller = { method, sessionId, authInfo, transport: transportName(peer.protocol['transport']) };
    const origin = originOf(peer, props(params)['_meta'], caller);
    const start = (): Service => startService(peer, method, request, context, origin);
    const service = origin.baggage === undefined ? start() : withContext({ baggage: origin.baggage }, start);
    watchCaller(service);
    return { service, origin };
  }

  return function handle(this: object, ...args: unknown[]): unknown {
    const plain = (): unknown => Reflect.apply(handler, this, args);
    if (!peer.isOn || !tracer.enabled) return plain();
    const begun = peer.guard(SCOPE.name, () => begin(args[0], args[1]));
    if (begun === undefined) return plain();
    const { service, origin } = begun;
    const { span } = service;
    const ended = (outcome: Outcome): void => {
      peer.guard(SCOPE.name, () => readOutcome(peer, service, outcome));
      const taken = cancellation(service.signal);
      if (taken !== undefined) span.fail(taken);
      span.end();
    };
    const serve = (): unknown => settle(tracer, span, plain, ended, true);
    return origin.baggage === undefined ? serve() : withContext({ baggage: origin.baggage }, serve);
  };
}

/**
 * Traces the requests that a peer answers, by the map from which both SDKs take a request's handler: it has those that
 * were registered already, and those that will be. The client of `@ai-sdk/mcp` has none.
 *
 * @returns the undo
 */
export function traceIncoming(peer: Peer): () => void {
  const handlers = peer.protocol['_requestHandlers'];
  if (!isObject(handlers)) return () => undefined;
  const patch = patchMethod(
    handlers,
    'get',
    (original) =>
      function get(this: object, ...args: unknown[]): unknown {
        const handler: unknown = Reflect.apply(original, this, args);
        return typeof handler === 'function' ? tracedHandler(peer, handler as Method) : handler;
      },
    'object',
  );
  return () => patch?.undo();
}
