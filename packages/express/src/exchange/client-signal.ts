/** `req.clientSignal`: fires when the client leaves. */

import type { Request } from 'express';
import { sharedState } from '@spanline/instrumentation';
import { whenClosed } from './closing.ts';

const signals = sharedState('express.client-signals', () => new WeakMap<object, AbortSignal>());

function createSignal(req: Request): AbortSignal {
  const controller = new AbortController();
  const { res, socket } = req;
  const onClose = (): void => {
    if (res?.writableFinished !== true) controller.abort();
  };
  if (res === undefined || res.closed || socket.destroyed) onClose();
  else whenClosed(res, onClose);
  return controller.signal;
}

/** The signal of a request, created when it is first asked for. */
export function clientSignalOf(req: Request): AbortSignal {
  let signal = signals.get(req);
  if (signal === undefined) {
    signal = createSignal(req);
    signals.set(req, signal);
  }
  return signal;
}
