/** Requests that are sent: by a client, or by a server that asks its client back. */

import type { Span, SpanAttributes } from '@spanline/core';
import {
  injectCurrent,
  type Method,
  number,
  patchMethod,
  props,
  type Props,
  reportAbort,
  text,
} from '@spanline/instrumentation';
import { callFailure, cancellation, toolFailure } from '../messages/failure.ts';
import { requestSpan, type RequestSpan, resultFacts } from '../messages/request.ts';
import type { Peer } from '../peer/peer.ts';
import { SCOPE } from '../scope.ts';
import { frameworkTool } from './framework-tool.ts';
import { type Funnel, funnelOf } from './funnel.ts';
import { type Outcome, settle } from './settle.ts';

/** A request under way. */
interface Call {
  readonly peer: Peer;
  readonly method: string;
  readonly span: Span;
  /** The span is the framework's, which ends it. */
  readonly isAttached: boolean;
  readonly signal: AbortSignal | undefined;
  progress: number;
}

/** The `_meta` of requests under way. A request that goes out again with the same one is a further leg of it. */
type Sent = WeakMap<object, Call>;

function startCall(peer: Peer, method: string, described: RequestSpan, options: Props): Call {
  const { tracer, capture } = peer.options;
  const attributes: SpanAttributes = {
    'mcp.method.name': method,
    ...peer.connection(),
    ...described.attributes,
  };
  const outer = method === 'tools/call' ? frameworkTool(described.attributes['gen_ai.tool.name']) : undefined;
  const { 'gen_ai.tool.name': _, ...facts } = attributes;
  const span =
    outer?.set(facts) ?? tracer.startSpan({ ...described, attributes, kind: 'CLIENT', scope: SCOPE, capture });
  const signal = options['signal'] as AbortSignal | undefined;
  return { peer, method, span, isAttached: outer !== undefined, signal, progress: 0 };
}

/** Adds the trace context to a request, unless the application has set one (SEP-414). */
function withTraceContext(request: Props, sent: Sent, call: Call): Props {
  const params = props(request['params']);
  const meta = props(params['_meta']);
  if (meta['traceparent'] !== undefined) return request;
  const injected: Record<string, string> = {};
  injectCurrent(injected);
  const extended = { ...injected, ...meta };
  sent.set(extended, call);
  return { ...request, params: { ...params, _meta: extended } };
}

/** Runs the application's progress handler inside of the span, and counts. */
function withProgress(options: Props, call: Call): Props {
  const { onprogress } = options;
  if (typeof onprogress !== 'function') return options;
  const { tracer } = call.peer.options;
  return {
    ...options,
    onprogress(...args: unknown[]): unknown {
      call.progress++;
      return tracer.run(call.span, () => Reflect.apply(onprogress, options, args) as unknown);
    },
  };
}

function readOutcome(call: Call, outcome: Outcome): void {
  const { method, span, peer, isAttached } = call;
  if (call.progress > 0) span.set({ 'spanline.mcp.progress': call.progress });
  if ('error' in outcome) {
    const taken = cancellation(call.signal);
    if (taken?.name === 'AbortError') reportAbort(outcome.error);
    const failure = taken === undefined ? callFailure(outcome.error) : { error: taken, attributes: {} };
    span.set(failure.attributes);
    if (!isAttached) span.fail(failure.error);
    return;
  }
  if (method === 'initialize') peer.negotiated(outcome.result);
  const { attributes, output } = resultFacts(method, outcome.result, 'outgoing');
  const failed = method === 'tools/call' ? toolFailure(outcome.result) : undefined;
  if (failed !== undefined) span.fail(failed.error);
  if (!isAttached)
    span.set({ ...attributes, 'mcp.protocol.version': peer.connection()['mcp.protocol.version'] }).output(output);
}

function tracedRequest(peer: Peer, funnel: Funnel): (original: Method) => Method {
  const sent: Sent = new WeakMap();
  const { tracer } = peer.options;

  function begin(request: Props, options: Props): Call | undefined {
    const method = text(request['method']);
    if (method === undefined) return undefined;
    return startCall(peer, method, requestSpan(method, request['params'], 'outgoing'), options);
  }

  return (original) =>
    function request(this: object, ...args: unknown[]): unknown {
      const plain = (): unknown => Reflect.apply(original, this, args);
      if (!peer.isOn || !tracer.enabled) return plain();
      const { request: given, options } = funnel.read(args);
      const leg = sent.get(props(props(given['params'])['_meta']));
      if (leg !== undefined) return tracer.run(leg.span, plain);
      const call = peer.guard(SCOPE.name, () => begin(given, options));
      if (call === undefined) return plain();
      peer.open.add(call.span);
      const send = (): unknown => {
        const marked = peer.guard(SCOPE.name, () =>
          funnel.write(args, { request: withTraceContext(given, sent, call), options: withProgress(options, call) }),
        );
        const id = number(peer.protocol[funnel.counter]);
        const answer: unknown = Reflect.apply(original, this, marked ?? args);
        if (id !== undefined && peer.protocol[funnel.counter] === id + 1)
          call.span.set({ 'jsonrpc.request.id': String(id) });
        return answer;
      };
      const ended = (outcome: Outcome): void => {
        peer.open.delete(call.span);
        peer.guard(SCOPE.name, () => readOutcome(call, outcome));
        if (!call.isAttached) call.span.end();
      };
      return settle(tracer, call.span, send, ended, false);
    };
}

/**
 * Traces the requests that a peer sends.
 *
 * @returns the undo
 */
export function traceOutgoing(peer: Peer): () => void {
  const funnel = funnelOf(peer.protocol);
  const patch =
    funnel === undefined ? undefined : patchMethod(peer.protocol, funnel.name, tracedRequest(peer, funnel), 'object');
  return () => patch?.undo();
}
