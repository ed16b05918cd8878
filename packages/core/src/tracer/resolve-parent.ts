/** Parent resolution: which trace a new span belongs to, and below which span. */
import { isObject, type SpanKind } from '@spanline/record';
import type { ContextValues, ForeignContext, RemoteContext, Span, SpanOptions } from '../api/index.ts';
import {
  callerSpan,
  currentValues,
  FLAG_RANDOM,
  FLAG_SAMPLED,
  isSpanId,
  isTraceId,
  newTraceId,
  valuesContext,
  parseTracestate,
} from '../context/index.ts';
import type { Sampler } from '../pipeline/index.ts';
import {
  type AdoptedIds,
  createLocalRoot,
  isRecorded,
  type RecordedSpan,
  type SpanState,
  STATE,
} from '../trace/index.ts';

/** The part of a span's state that says where in which trace it is. */
type ResolvedParent = Pick<
  SpanState,
  'traceId' | 'parentSpanId' | 'traceFlags' | 'traceState' | 'hasRemoteParent' | 'foreign' | 'parent' | 'localRoot'
>;

/** Resolves the parent of a new span. */
export type ParentResolver = (given: SpanOptions['parent'], kind: SpanKind, ids?: AdoptedIds) => ResolvedParent;

/**
 * Returns the context values of a span below `parent`. A span with an explicit parent may start where the async context
 * belongs to another request or to none. It then inherits its parent's values.
 */
export function inheritedValues(parent: RecordedSpan | undefined): ContextValues {
  if (parent === undefined) return currentValues();
  const state = valuesContext();
  return state?.span?.traceId === parent.traceId ? state.values : parent[STATE].values;
}

function childOf(parent: RecordedSpan): ResolvedParent {
  const { traceId, spanId, traceFlags, traceState, localRoot } = parent[STATE];
  return {
    traceId,
    parentSpanId: spanId,
    traceFlags,
    traceState,
    hasRemoteParent: false,
    foreign: undefined,
    parent,
    localRoot,
  };
}

function flagsOf({ sampled }: ForeignContext): number {
  return sampled === false ? 0 : FLAG_SAMPLED;
}

function isSpan(parent: Span | RemoteContext): parent is Span {
  return 'isRecording' in parent;
}

/**
 * Creates the parent resolution of one tracer. The first of these that exists is the parent:
 *
 * 1. the given parent; `null` asks for a new trace
 * 2. the current span, unless the new span is a `SERVER` span: a request is caused from outside, whatever is current
 *    where it arrives
 * 3. the active span of another tracer
 *
 * Otherwise the span starts a new trace.
 *
 * @param foreignContext - returns the active span of another tracer; never throws
 */
export function createParentResolver(
  sampler: Sampler,
  foreignContext: () => ForeignContext | undefined,
): ParentResolver {
  function localRoot(remote: RemoteContext | undefined, foreign: ForeignContext | undefined): ResolvedParent {
    const traceId = remote?.traceId ?? foreign?.traceId ?? newTraceId();
    const parentFlags = remote?.traceFlags ?? (foreign === undefined ? undefined : flagsOf(foreign));
    const isSampled = sampler.decide(traceId, parentFlags);
    const random = parentFlags === undefined ? FLAG_RANDOM : parentFlags & FLAG_RANDOM;
    return {
      traceId,
      parentSpanId: remote?.spanId ?? foreign?.spanId,
      traceFlags: (isSampled ? FLAG_SAMPLED : 0) | random,
      traceState: remote?.traceState,
      hasRemoteParent: remote !== undefined,
      foreign,
      parent: undefined,
      localRoot: createLocalRoot(isSampled, sampler.ratio),
    };
  }

  /** A parent may be of another tracer, of another version of this package, or of the application's own making. */
  function below(parent: Span | RemoteContext): ResolvedParent {
    if (isRecorded(parent) && isObject(parent[STATE])) return childOf(parent);
    const { traceId, spanId } = parent;
    if (!isTraceId(traceId) || !isSpanId(spanId)) return localRoot(undefined, undefined);
    if (isSpan(parent)) return localRoot(undefined, { traceId, spanId });
    const foreign = foreignContext();
    if (foreign?.traceId === traceId) return localRoot(undefined, foreign);
    const { traceFlags, traceState } = parent;
    const state = typeof traceState === 'string' ? parseTracestate(traceState) : undefined;
    return localRoot(
      {
        traceId,
        spanId,
        traceFlags: typeof traceFlags === 'number' ? traceFlags : 0,
        ...(state === undefined ? {} : { traceState: state }),
      },
      undefined,
    );
  }

  /** The place of another tracer's span, which has decided on sampling. Only its parent may be recorded here. */
  function adopted(given: SpanOptions['parent'], ids: AdoptedIds): ResolvedParent {
    if (given !== null && given !== undefined && isRecorded(given)) return childOf(given);
    const { traceId, traceFlags, parentSpanId, isRemote, traceState } = ids;
    const isSampled = sampler.decide(traceId, traceFlags);
    return {
      traceId,
      parentSpanId,
      traceFlags: (isSampled ? FLAG_SAMPLED : 0) | (traceFlags & FLAG_RANDOM),
      traceState: traceState === undefined ? undefined : parseTracestate(traceState),
      hasRemoteParent: isRemote,
      foreign: undefined,
      parent: undefined,
      localRoot: createLocalRoot(isSampled, sampler.ratio),
    };
  }

  return (given, kind, ids) => {
    if (ids !== undefined) return adopted(given, ids);
    if (given === null) return localRoot(undefined, undefined);
    try {
      const parent = given ?? (kind === 'SERVER' ? undefined : callerSpan());
      return parent === undefined ? localRoot(undefined, foreignContext()) : below(parent);
    } catch {
      // The parent cannot be read.
      return localRoot(undefined, undefined);
    }
  };
}
