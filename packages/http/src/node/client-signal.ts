/** A signal that fires when the client leaves. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { sharedState } from '@spanline/instrumentation';
import { runWithin } from '../exchange/request-context.ts';
import { exchangeOf } from '../exchange/request-state.ts';
import { isSentWhole, whenClosed } from './closing.ts';

const signals = sharedState('http-client-signals', () => new WeakMap<object, AbortSignal>());

/** Fires a signal in the context of its request: the connection closes in the one in which it was made. */
function fire(controller: AbortController, req: IncomingMessage): void {
  const span = exchangeOf(req)?.span;
  if (span === undefined) controller.abort();
  else runWithin(span, () => controller.abort());
}

function createSignal(req: IncomingMessage, res: ServerResponse | undefined): AbortSignal {
  const controller = new AbortController();
  const onClose = (): void => {
    if (res === undefined || !isSentWhole(res)) fire(controller, req);
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
