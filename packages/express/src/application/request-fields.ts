/** `req.span`, `req.log`, `req.id` and `req.clientSignal`. */

import type { Application, Request } from 'express';
import type { Tracer } from '@spanline/core';
import { clientSignalOf, exchangeOf, loggerNote, requestState, stateOf } from '@spanline/http';
import { type Guard, sharedState } from '@spanline/instrumentation';
import { requestLog } from './request-log.ts';
import { outermost } from './watch-application.ts';

type Fields = PropertyDescriptorMap & ThisType<Request>;

/** A property that the application may assign. The assigned value replaces it. */
function replaceable(key: string, get: (this: Request) => unknown): PropertyDescriptor {
  return {
    configurable: true,
    get,
    set(this: Request, value: unknown): void {
      Object.defineProperty(this, key, { value, configurable: true, enumerable: true, writable: true });
    },
  };
}

const FIELDS: Fields = {
  span: replaceable('span', function span() {
    return exchangeOf(this)?.span;
  }),
  clientSignal: replaceable('clientSignal', function clientSignal() {
    return clientSignalOf(this, this.res);
  }),
  log: {
    configurable: true,
    get(): unknown {
      return requestLog(this);
    },
    set(value: unknown): void {
      requestState(this).assignedLog = value;
    },
  },
  // pino-http takes this id if it comes later.
  id: {
    configurable: true,
    get(): unknown {
      const state = stateOf(this);
      return state?.assignedId ?? state?.exchange?.requestId;
    },
    set(value: unknown): void {
      requestState(this).assignedId = value;
    },
  },
};

const extended = sharedState('express.extended', () => new WeakSet<object>());

/**
 * Defines the fields on the prototype of an application's requests (`app.request`: Express's own place for extensions),
 * which mounted applications inherit. A field that the application has already is left alone.
 */
function defineFields(app: Application): void {
  const top = outermost(app);
  if (extended.has(top)) return;
  extended.add(top);
  const { request } = top as unknown as { request: object };
  for (const [key, descriptor] of Object.entries(FIELDS)) {
    if (!(key in request)) Object.defineProperty(request, key, descriptor);
  }
}

/**
 * Gives requests their fields, also those that get no span. The fields are on the prototype that the running
 * application gave to the request: a request is read only if its prototype is another one than that of the last.
 */
export function requestFields(tracer: Tracer, guard: Guard): (req: Request) => void {
  const note = loggerNote(() => tracer.logger);
  let prototype: unknown;
  return (req) => {
    const current: unknown = Object.getPrototypeOf(req);
    if (current !== prototype) {
      guard('express fields', () => defineFields(req.app));
      prototype = current;
    }
    note(req);
  };
}
