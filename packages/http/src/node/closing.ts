/** The close of a response. */

import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { sharedState } from '@spanline/instrumentation';
import { http2StreamOf, isStreamWhole } from './http2-stream.ts';
import { propertyOf } from './property-of.ts';

/** Node's own: whatever watches the listeners of an application is not asked for ours. */
const { on: addListener } = EventEmitter.prototype;

/** Callbacks of responses without a connection, by the connection they wait for. */
const waiting = sharedState('http-waiting-responses', () => new WeakMap<Socket, Set<() => void>>());

function whenSocketCloses(socket: Socket, callback: () => void): Set<() => void> {
  const known = waiting.get(socket);
  const callbacks = known ?? new Set<() => void>();
  callbacks.add(callback);
  if (known !== undefined) return callbacks;
  waiting.set(socket, callbacks);
  socket.on('close', () => {
    for (const each of callbacks) each();
    callbacks.clear();
  });
  return callbacks;
}

/**
 * Calls `onClose` when a response closes. May call it twice.
 *
 * A response without a connection emits nothing when the connection is lost: one that waits behind another on a
 * pipelined connection, or one that never gets a connection (an upgrade that a WebSocket library sends through the
 * application). The close of the connection counts instead.
 */
export function whenClosed<Res extends ServerResponse>(res: Res, onClose: (this: Res) => void): void {
  addListener.call(res, 'close', onClose);
  if (propertyOf<ServerResponse, 'socket'>(res, 'socket') !== null) return;
  const callback = (): void => onClose.call(res);
  const callbacks = whenSocketCloses(res.req.socket, callback);
  addListener.call(res, 'close', () => void callbacks.delete(callback));
}

/**
 * True for a closed response that was sent whole. If the connection is still there, nothing of an ended response was
 * lost: the responses of test clients (light-my-request) close before their socket has taken everything.
 */
export function isSentWhole(res: ServerResponse): boolean {
  const stream = http2StreamOf(res);
  if (stream !== undefined) return res.writableEnded && isStreamWhole(stream);
  return propertyOf(res, 'writableFinished') || (res.writableEnded && !res.req.socket.destroyed);
}

/** True for a request whose connection was taken over by another protocol: the connection never had its response. */
export function isUpgraded(res: ServerResponse): boolean {
  return res.socket === null && !res.headersSent && res.req.headers.upgrade !== undefined;
}
