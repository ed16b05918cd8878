/** The context of everything that a request does. */

import type { CaptureMode, ContextValues } from '@spanline/core';
import type { Guard } from '@spanline/instrumentation';
import { type Identity, identityValues } from './identity.ts';
import type { Origin } from './origin.ts';

/** Functions of the application that read a request. */
export interface ContextReaders<Req> {
  readonly capture: ((req: Req) => CaptureMode | undefined) | undefined;
  readonly identify: ((req: Req) => Identity | undefined) | undefined;
}

function captureOf<Req>(req: Req, choose: ContextReaders<Req>['capture']): CaptureMode | undefined {
  try {
    return choose?.(req);
  } catch {
    return 'metadata';
  }
}

/** Request id, identity, baggage and capture mode of a request. */
export function contextValues<Req>(
  req: Req,
  { requestId, baggage }: Origin,
  { identify, capture }: ContextReaders<Req>,
  guard: Guard,
): ContextValues {
  const values: ContextValues =
    identify === undefined ? {} : (guard('http identify', () => identityValues(identify(req))) ?? {});
  values.requestId = requestId;
  if (baggage !== undefined) values.baggage = baggage;
  const mode = captureOf(req, capture);
  if (mode !== undefined) values.capture = mode;
  return values;
}
