import type { SpanKind } from '@spanline/record';
import type { ContextValues, ForeignContext, RemoteContext, SpanOptions } from '../api/index.ts';
import {
  FLAG_RANDOM,
  FLAG_SAMPLED,
  activeState,
  activeValues,
  callerSpan,
  isSpanId,
  isTraceId,
  newTraceId,
} from '../context/index.ts';
import type { Sampler } from '../pipeline/sampler.ts';
import { createLocalRoot } from '../trace/local-root.ts';
import { isSpan, type RecordedSpan, type SpanSeed } from '../trace/span.ts';

/** The part of a seed that says where in which trace the span stands. */
export type Placement = Pick<
  SpanSeed,
  'traceId' | 'parentSpanId' | 'traceFlags' | 'traceState' | 'remoteParent' | 'foreign' | 'parent' | 'local'
>;

/** Finds out where a new span belongs. */
export type Place = (given: SpanOptions['parent'], kind: SpanKind) => Placement;

/** A span with an explicit parent may start where the async context is another request's or nobody's: then the parent's values hold. */
export function valuesFor(parent: RecordedSpan | undefined): ContextValues {
  if (parent === undefined) return activeValues();
  const state = activeState();
  return state?.span?.traceId === parent.traceId ? state.values : parent.seed.values;
}

/**
 * How the spans of one tracer find their place: below an explicit parent, else below the current span, else below a foreign active one, else in a new trace.
 *
 * @param foreignContext - the active span of another tracer; never throws
 */
export function createPlace(sampler: Sampler, foreignContext: () => ForeignContext | undefined): Place {
  function below(parent: RecordedSpan): Placement {
    return {
      traceId: parent.traceId,
      parentSpanId: parent.spanId,
      traceFlags: parent.seed.traceFlags,
      traceState: parent.seed.traceState,
      remoteParent: false,
      foreign: undefined,
      parent,
      local: parent.local,
    };
  }

  function localRoot(remote: RemoteContext | undefined, foreign: ForeignContext | undefined): Placement {
    const traceId = remote?.traceId ?? foreign?.traceId ?? newTraceId();
    const joined = foreign === undefined ? undefined : foreign.sampled === false ? 0 : FLAG_SAMPLED;
    const parentFlags = remote?.traceFlags ?? joined;
    const sampled = sampler.decide(traceId, parentFlags);
    const random = parentFlags === undefined ? FLAG_RANDOM : parentFlags & FLAG_RANDOM;
    return {
      traceId,
      parentSpanId: remote?.spanId ?? foreign?.spanId,
      traceFlags: (sampled ? FLAG_SAMPLED : 0) | random,
      traceState: remote?.traceState,
      remoteParent: remote !== undefined,
      foreign,
      parent: undefined,
      local: createLocalRoot(sampled, sampler.ratio),
    };
  }

  /** A server's span is caused from outside; what happens to be current where a request arrives is not its parent. */
  return function place(given, kind): Placement {
    if (given === null) return localRoot(undefined, undefined);
    const parent = given ?? (kind === 'SERVER' ? undefined : callerSpan());
    if (parent === undefined) return localRoot(undefined, foreignContext());
    if (isSpan(parent)) return below(parent);
    if ('isRecording' in parent || !isTraceId(parent.traceId) || !isSpanId(parent.spanId)) {
      return localRoot(undefined, undefined);
    }
    const foreign = foreignContext();
    return foreign?.traceId === parent.traceId ? localRoot(undefined, foreign) : localRoot(parent, undefined);
  };
}
