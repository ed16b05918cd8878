/** Requests of `node:http` and `node:https`: axios, AWS' clients, older SDKs. Only calls of models are touched. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ClientRequest, type IncomingMessage } from 'node:http';
import { patchMethod, props } from '@spanline/instrumentation';
import type { RequestStart } from '../apis/index.ts';
import type { ExchangeEvents } from '../exchange/index.ts';
import { ABORTED, bytesOf, lookOn } from './look-on.ts';
import { headersOf, nodeHas, type Transport, type Unseen } from './transport.ts';

const channel = (name: string): string => `http.client.${name}`;
const CREATED = channel('request.created');
const STARTED = channel('request.start');
const RESPONDED = channel('response.finish');
const FAILED = channel('request.error');

/** Requests are published when they are made. Before, only when they have been sent. */
const PUBLISHES = nodeHas({ 22: 12, 23: 2 });

/** The start of a request. A connection that becomes another protocol has none. */
function startOf(request: ClientRequest): RequestStart | undefined {
  const { method, path } = request;
  const host = request.getHeader('host') ?? request.host;
  if (typeof host !== 'string' || request.hasHeader('upgrade')) return undefined;
  const origin = `${request.protocol}//${host}`;
  return URL.canParse(origin) ? { origin: new URL(origin).origin, path, method } : undefined;
}

type Write = (this: unknown, ...args: unknown[]) => unknown;

/** Follows what is sent. @param closed - notes that the application gave the request up */
function followRequest(request: ClientRequest, exchange: ExchangeEvents, closed: () => void): void {
  const sent = (chunk: unknown, encoding: unknown): void => {
    const bytes = bytesOf(chunk, encoding);
    if (bytes !== undefined) exchange.sent(bytes);
  };
  lookOn(request, 'write', sent);
  lookOn(request, 'end', (chunk, encoding) => {
    sent(chunk, encoding);
    exchange.sentAll();
  });
  lookOn(request, 'destroy', closed);
}

/** Follows an answer as the parser fills it, whoever reads it. */
function followResponse(response: IncomingMessage, exchange: ExchangeEvents, isClosed: () => boolean): void {
  const { statusCode = 0, rawHeaders } = response;
  exchange.responded(statusCode, headersOf(rawHeaders));
  let isDestroyed = false;
  lookOn(response, 'push', (chunk, encoding) => {
    const bytes = bytesOf(chunk, encoding);
    if (chunk === null) exchange.ended();
    else if (bytes !== undefined) exchange.received(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
  });
  // Node itself calls it when the connection is lost, with an error.
  lookOn(response, 'destroy', (error) => {
    isDestroyed ||= props(error)['code'] !== 'ECONNRESET';
  });
  response.once('close', () => {
    if (!response.complete)
      exchange.failed(isDestroyed || isClosed() ? ABORTED : (response.errored ?? new Error('aborted')));
  });
}

/** Without the channel, a request is seen at its first `write` or `end` (Node 20). */
function patchRequests(created: (request: ClientRequest) => void): () => void {
  const seen = new WeakSet<object>();
  const patches = (['write', 'end'] as const).map((name) =>
    patchMethod(
      ClientRequest.prototype,
      name,
      (original) =>
        function first(this: object, ...args: unknown[]): unknown {
          if (seen.has(this)) return Reflect.apply(original, this, args);
          seen.add(this);
          created(this as ClientRequest);
          return Reflect.apply((this as ClientRequest)[name] as Write, this, args);
        },
      'object',
    ),
  );
  return () => {
    for (const patch of patches) patch?.undo();
  };
}

/**
 * Follows requests by Node's channels.
 *
 * @param patches - requests are found by a patch where Node publishes them too late
 */
export function nodeHttp(unseen: Unseen, patches: boolean): Transport {
  return (running) => {
    const exchanges = new WeakMap<object, { exchange: ExchangeEvents; isClosed: boolean }>();
    const created = (request: ClientRequest): void => {
      const { capture } = running;
      const start = startOf(request);
      const found = start && capture?.find(start);
      const exchange = found && capture?.follow(found);
      if (exchange === undefined) return;
      const followed = { exchange, isClosed: false };
      exchanges.set(request, followed);
      followRequest(request, exchange, () => {
        followed.isClosed = true;
      });
    };
    const onCreated = (message: unknown): void => created((message as { request: ClientRequest }).request);
    const onStarted = (message: unknown): void => {
      const start = startOf((message as { request: ClientRequest }).request);
      const found = start && running.capture?.find(start);
      if (found !== undefined)
        unseen(
          found,
          'Node publishes requests of node:http from 22.12 on. SPANLINE_WIRE_PATCH=true finds them before.',
        );
    };
    const onResponse = (message: unknown): void => {
      const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
      const followed = exchanges.get(request);
      if (followed !== undefined) followResponse(response, followed.exchange, () => followed.isClosed);
    };
    const onError = (message: unknown): void => {
      const { request, error } = message as { request: ClientRequest; error: unknown };
      const followed = exchanges.get(request);
      followed?.exchange.failed(followed.isClosed ? ABORTED : error);
    };
    const isPatched = patches && !PUBLISHES;
    const undo = isPatched ? patchRequests(created) : undefined;
    const listeners: [string, (message: unknown) => void][] = [
      [RESPONDED, onResponse],
      [FAILED, onError],
    ];
    if (PUBLISHES) listeners.push([CREATED, onCreated]);
    else if (!isPatched) listeners.push([STARTED, onStarted]);
    for (const listener of listeners) subscribe(...listener);
    return () => {
      undo?.();
      for (const listener of listeners) unsubscribe(...listener);
    };
  };
}
