/** The context of everything that a request does. */

import type { Request } from 'express';
import type { CaptureMode, ContextValues } from '@spanline/core';
import type { Guard } from '@spanline/instrumentation';
import { type Identity, identityValues } from './identity.ts';
import type { Origin } from './origin.ts';

/** Functions of the application that read a request. */
export interface ContextReaders {
  readonly capture: ((req: Request) => CaptureMode | undefined) | undefined;
  readonly identify: ((req: Request) => Identity | undefined) | undefined;
}

function captureOf(req: Request, choose: ContextReaders['capture']): CaptureMode | undefined {
  try {
    return choose?.(req);
  } catch {
    return 'metadata';
  }
}

/** Request id, identity, baggage and capture mode of a request. */
export function contextValues(
  req: Request,
  { requestId, baggage }: Origin,
  { identify, capture }: ContextReaders,
  guard: Guard,
): ContextValues {
  const values: ContextValues =
    identify === undefined ? {} : (guard('express identify', () => identityValues(identify(req))) ?? {});
  values.requestId = requestId;
  if (baggage !== undefined) values.baggage = baggage;
  const mode = captureOf(req, capture);
  if (mode !== undefined) values.capture = mode;
  return values;
}
