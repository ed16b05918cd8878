/** The trace of a remote caller, as far as the caller is trusted. */

import type { SpanOptions, Tracer } from '@spanline/core';

type Extracted = NonNullable<ReturnType<Tracer['extract']>>;

/** The origin of a request in another process. */
export interface RemoteCaller {
  /** The trusted caller whose trace is continued. */
  readonly parent: Extracted | undefined;
  /** The trace of a caller that is not trusted. */
  readonly link: SpanOptions['link'];
  /** Allow-listed baggage of a trusted caller. */
  readonly baggage: Record<string, string> | undefined;
}

const UNKNOWN: RemoteCaller = Object.freeze({ parent: undefined, link: undefined, baggage: undefined });

function pick(baggage: Extracted['baggage'], allowed: readonly string[]): Record<string, string> | undefined {
  if (baggage === undefined || allowed.length === 0) return undefined;
  const picked = allowed.filter((key) => Object.hasOwn(baggage, key)).map((key) => [key, baggage[key] ?? ''] as const);
  return picked.length === 0 ? undefined : Object.fromEntries(picked);
}

/** Calls a predicate of the application. One that throws counts as false. */
export function holds<T>(predicate: (subject: T) => boolean, subject: T): boolean {
  try {
    return predicate(subject);
  } catch {
    return false;
  }
}

/**
 * Decides what is kept of a remote caller. Of one that is not trusted, that is only the trace id.
 *
 * @param remote - the caller, as `tracer.extract` read it
 * @param isTrusted - asked only if there is a caller
 * @param allowed - keys of baggage that are kept
 */
export function remoteCaller(
  remote: Extracted | undefined,
  isTrusted: () => boolean,
  allowed: readonly string[],
): RemoteCaller {
  if (remote === undefined) return UNKNOWN;
  if (!isTrusted()) return { parent: undefined, link: { traceId: remote.traceId }, baggage: undefined };
  return { parent: remote, link: undefined, baggage: pick(remote.baggage, allowed) };
}
