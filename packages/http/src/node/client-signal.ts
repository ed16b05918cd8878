/** A signal that fires when the client leaves. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { sharedState } from '@spanline/instrumentation';
import { isSentWhole, whenClosed } from './closing.ts';

const signals = sharedState('http-client-signals', () => new WeakMap<object, AbortSignal>());

function createSignal(req: IncomingMessage, res: ServerResponse | undefined): AbortSignal {
  const controller = new AbortController();
  const onClose = (): void => {
    if (res === undefined || !isSentWhole(res)) controller.abort();
  };
  if (res === undefined || res.closed || req.socket.destroyed) onClose();
  else whenClosed(res, onClose);
  return controller.signal;
}

/**
 * The signal of a request, created when it is first asked for. It fires when the connection closes before the response
 * is complete.
 */
export function clientSignalOf(req: IncomingMessage, res: ServerResponse | undefined): AbortSignal {
  let signal = signals.get(req);
  if (signal === undefined) {
    signal = createSignal(req, res);
    signals.set(req, signal);
  }
  return signal;
}
