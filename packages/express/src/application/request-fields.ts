/** `req.span`, `req.log` and `req.clientSignal`. */

import type { Application, Request } from 'express';
import type { Tracer } from '@spanline/core';
import { sharedState } from '@spanline/instrumentation';
import { clientSignalOf } from '../exchange/client-signal.ts';
import { exchangeOf } from '../exchange/request-state.ts';
import { outermost } from './watch-application.ts';

/** A property that the application or another middleware may assign. The assigned value replaces it. */
function field(key: string, get: (this: Request) => unknown): PropertyDescriptor {
  return {
    configurable: true,
    get,
    set(this: Request, value: unknown): void {
      Object.defineProperty(this, key, { value, configurable: true, enumerable: true, writable: true });
    },
  };
}

const extended = sharedState('express.extended', () => new WeakSet<object>());

/**
 * Defines the fields on the prototype of an application's requests (`app.request`: Express's own place for extensions),
 * which mounted applications inherit. A field that the application has already is left alone.
 */
export function defineRequestFields(app: Application, logger: Tracer['logger']): void {
  const top = outermost(app);
  if (extended.has(top)) return;
  extended.add(top);
  const { request } = top as unknown as { request: object };
  const fields = {
    span: field('span', function span() {
      return exchangeOf(this)?.span;
    }),
    clientSignal: field('clientSignal', function clientSignal() {
      return clientSignalOf(this);
    }),
    log: field('log', function log() {
      return exchangeOf(this)?.tracer.logger ?? logger;
    }),
  };
  for (const [key, descriptor] of Object.entries(fields)) {
    if (!(key in request)) Object.defineProperty(request, key, descriptor);
  }
}
