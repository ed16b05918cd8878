/** Requests of `node:http2`, such as those of AWS' usual handler. Only calls of models are touched. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientHttp2Stream } from 'node:http2';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { patchMethod, props, text } from '@spanline/instrumentation';
import type { RequestStart } from '../apis/index.ts';
import type { ExchangeEvents } from '../exchange/index.ts';
import { ABORTED, bytesOf, lookOn } from './look-on.ts';
import { headersOf, nodeHas, type Transport } from './transport.ts';

const CREATED = 'http2.client.stream.created';

/** Requests are published when they are made. */
const PUBLISHES = nodeHas({ 22: 17, 24: 1 });

/** The start of a request, from its pseudo headers. No other header is read. */
function startOf({ sentHeaders }: ClientHttp2Stream): RequestStart | undefined {
  const { ':method': method, ':scheme': scheme, ':authority': authority, ':path': path } = props(sentHeaders);
  const origin = `${text(scheme) ?? 'https'}://${String(authority)}`;
  if (typeof path !== 'string' || !URL.canParse(origin)) return undefined;
  return { origin: new URL(origin).origin, path, method: text(method) };
}

/**
 * True for a connection of undici, which publishes its requests itself. The session refers to its client by a symbol,
 * which differs by version.
 */
function isOfUndici(session: object): boolean {
  const own = session as Readonly<Record<symbol, unknown>>;
  return Object.getOwnPropertySymbols(own).some((key) => typeof props(own[key])['dispatch'] === 'function');
}

function followRequest(stream: ClientHttp2Stream, exchange: ExchangeEvents): void {
  const sent = (chunk: unknown, encoding: unknown): void => {
    const bytes = bytesOf(chunk, encoding);
    if (bytes !== undefined) exchange.sent(bytes);
  };
  lookOn(stream, 'write', sent);
  lookOn(stream, 'end', (chunk, encoding) => {
    sent(chunk, encoding);
    exchange.sentAll();
  });
}

/** Follows an answer as its frames come, whoever reads it. Node emits `response` after the first bytes. */
function followResponse(stream: ClientHttp2Stream, exchange: ExchangeEvents): void {
  let isClosed = false;
  let early: (() => void)[] | undefined = [];
  const inOrder = (event: () => void): void => {
    if (early === undefined) event();
    else early.push(event);
  };
  const noteClosed = (): void => {
    isClosed = true;
  };
  stream.prependOnceListener('response', (headers) => {
    const { ':status': status, ...rest } = headers;
    exchange.responded(
      Number(status),
      headersOf(Object.entries(rest).flatMap(([name, value]) => [name, String(value)])),
    );
    const events = early ?? [];
    early = undefined;
    for (const event of events) event();
  });
  lookOn(stream, 'push', (chunk, encoding) => {
    const bytes = bytesOf(chunk, encoding);
    if (chunk === null) inOrder(() => exchange.ended());
    else if (bytes !== undefined) {
      const received = Buffer.from(bytes as Uint8Array);
      inOrder(() => exchange.received(received));
    }
  });
  lookOn(stream, 'close', noteClosed);
  lookOn(stream, 'destroy', (error) => {
    if (error === undefined || error === null) noteClosed();
  });
  stream.once('close', () => exchange.failed(isClosed ? ABORTED : (stream.errored ?? new Error('closed'))));
}

/** Without the channel, requests are seen where their sessions make them (Node 20). */
function patchConnect(created: (stream: ClientHttp2Stream) => void): () => void {
  const http2 = createRequire(import.meta.url)('node:http2') as object;
  const patch = patchMethod(
    http2,
    'connect',
    (original) =>
      function connect(this: object, ...args: unknown[]): unknown {
        const session: unknown = Reflect.apply(original, this, args);
        patchMethod(
          session as object,
          'request',
          (request) =>
            function observed(this: object, ...given: unknown[]): unknown {
              const stream = Reflect.apply(request, this, given);
              created(stream as ClientHttp2Stream);
              return stream;
            },
          'object',
        );
        return session;
      },
    'object',
  );
  syncBuiltinESMExports();
  return () => {
    patch?.undo();
    syncBuiltinESMExports();
  };
}

/** Follows requests by Node's channel. @param patches - requests are found by a patch where Node has no channel */
export function nodeHttp2(patches: boolean): Transport {
  return (running) => {
    /** Connections that have had a request, and whether they are of undici. */
    const sessions = new WeakMap<object, boolean>();
    const isUndicis = ({ session }: ClientHttp2Stream): boolean => {
      if (session === undefined) return false;
      let isItsOwn = sessions.get(session);
      if (isItsOwn === undefined) sessions.set(session, (isItsOwn = isOfUndici(session)));
      return isItsOwn;
    };
    const created = (stream: ClientHttp2Stream): void => {
      const { capture } = running;
      const start = isUndicis(stream) ? undefined : startOf(stream);
      const found = start && capture?.find(start);
      const exchange = found && capture?.follow(found);
      if (exchange === undefined) return;
      followRequest(stream, exchange);
      followResponse(stream, exchange);
    };
    const onCreated = (message: unknown): void => created((message as { stream: ClientHttp2Stream }).stream);
    const undo = patches && !PUBLISHES ? patchConnect(created) : undefined;
    if (PUBLISHES) subscribe(CREATED, onCreated);
    return () => {
      undo?.();
      unsubscribe(CREATED, onCreated);
    };
  };
}
