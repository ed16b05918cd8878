import type { Socket } from 'node:net';
import type { Response } from 'express';
import { sharedState } from '@spanline/instrumentation';

const waiting = sharedState('express.waiting-responses', () => new WeakMap<Socket, Set<Response>>());

/**
 * Calls `onClose` when a response closes. One that has no connection yet (behind another on a pipelined connection) or never gets one (an upgrade that a WebSocket library sends through the
 * application) emits nothing when the connection is lost: then the connection's own close counts. May call twice.
 */
export function whenClosed(res: Response, onClose: (this: Response) => void): void {
  res.on('close', onClose);
  if (res.socket !== null) return;
  const { socket } = res.req;
  const known = waiting.get(socket);
  const responses = known ?? new Set<Response>();
  responses.add(res);
  res.on('close', () => void responses.delete(res));
  if (known !== undefined) return;
  waiting.set(socket, responses);
  socket.on('close', () => {
    for (const response of responses) onClose.call(response);
    responses.clear();
  });
}

/** True for a request whose connection became another protocol's: its response was never one of this connection. */
export function isUpgraded(res: Response): boolean {
  return res.socket === null && !res.headersSent && res.req.headers.upgrade !== undefined;
}
