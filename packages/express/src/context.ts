import type { Request } from 'express';
import type { CaptureMode, ContextValues } from '@spanline/core';
import type { Guard } from '@spanline/instrumentation';
import { valuesOf } from './identity.ts';
import type { ResolvedOptions } from './options.ts';
import type { Origin } from './origin.ts';

function captureOf(req: Request, choose: ResolvedOptions['capture']): CaptureMode | undefined {
  if (choose === undefined) return undefined;
  try {
    return choose(req);
  } catch {
    return 'metadata';
  }
}

/** What holds for everything that a request does. */
export function contextOf(req: Request, origin: Origin, options: ResolvedOptions, guard: Guard): ContextValues {
  const { requestId, baggage } = origin;
  const { identify } = options;
  const values: ContextValues =
    identify === undefined ? {} : (guard('express identify', () => valuesOf(identify(req))) ?? {});
  values.requestId = requestId;
  if (baggage !== undefined) values.baggage = baggage;
  const mode = captureOf(req, options.capture);
  if (mode !== undefined) values.capture = mode;
  return values;
}
