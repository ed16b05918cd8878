/** Looks on at the methods of single objects: those of requests that are calls of models. */

import { props } from '@spanline/instrumentation';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Replaces a method of one object by one that looks on, then calls it. */
export function lookOn(target: object, name: string, seen: (...args: unknown[]) => void): void {
  const { [name]: original } = props(target) as Record<string, Method>;
  Object.defineProperty(target, name, {
    configurable: true,
    writable: true,
    value(this: unknown, ...args: unknown[]): unknown {
      seen(...args);
      return original?.apply(this, args);
    },
  });
}

/** The bytes of a chunk that is written or read; `undefined` for callbacks and the end. */
export function bytesOf(chunk: unknown, encoding: unknown): Uint8Array | string | undefined {
  if (typeof chunk === 'string' && typeof encoding === 'string') return Buffer.from(chunk, encoding as BufferEncoding);
  return typeof chunk === 'string' || chunk instanceof Uint8Array ? chunk : undefined;
}

/** The error of a request that the application gave up. */
export const ABORTED = { name: 'AbortError', message: 'The application closed the request.' };
