import type { Request } from 'express';
import { sharedState } from '@spanline/instrumentation';
import { whenClosed } from './closing.ts';

const signals = sharedState('express.client-signals', () => new WeakMap<object, AbortSignal>());

function watch(req: Request): AbortSignal {
  const controller = new AbortController();
  const { res, socket } = req;
  const leave = (): void => {
    if (res?.writableFinished !== true) controller.abort();
  };
  if (res === undefined || res.closed || socket.destroyed) leave();
  else whenClosed(res, leave);
  return controller.signal;
}

/** One signal a request, made when it is first asked for. */
export function clientSignalOf(req: Request): AbortSignal {
  let signal = signals.get(req);
  if (signal === undefined) {
    signal = watch(req);
    signals.set(req, signal);
  }
  return signal;
}
