/** The one place where the ids of the context become fields of a line. There they pass the policy of a tracer. */
import { type CorrelationKeys, correlationKeys, type ProfileName } from '@spanline/record';
import type { CaptureSetting, ContextValues } from '../api/index.ts';
import { createCapture, createTraceMemory, type IdCapture, type TraceMemory } from '../capture/index.ts';
import { currentValues, enclosingSpan } from '../context/index.ts';
import { captureSettingOf, isOwning, knownTracer, OWNER, stateOf } from '../trace/index.ts';

/** An id as a field of a line. */
interface IdField {
  readonly key: string;
  /** As it may be written; `undefined` if a path removes it. */
  readonly value: string | undefined;
  /** As the context has it. */
  readonly given: string;
}

/** The part of a line that comes from the context in which it is written. */
export interface LineContext {
  readonly ids: readonly IdField[];
  /** The memory of the current request, so that a value has the same placeholder on its spans and on its lines. */
  readonly memory: TraceMemory;
}

let withoutTracer: IdCapture | undefined;

/** The policy of the current span's tracer, else of the tracer of the process, else the default one. */
const currentPolicy: IdCapture = (ids, memory) => {
  const tracer = stateOf(enclosingSpan())?.owner.tracer ?? knownTracer();
  if (tracer !== undefined && isOwning(tracer)) return tracer[OWNER].captureIds(ids, memory);
  withoutTracer ??= createCapture({ capture: 'redacted', destination: 'small' }).ids();
  return withoutTracer(ids, memory);
};

const NAMES = [
  ['requestId', 'http.request.id'],
  ['sessionId', 'session.id'],
  ['userId', 'user.id'],
] as const satisfies readonly (readonly [keyof ContextValues, keyof CorrelationKeys])[];

/** The values of a context in which a span has a capture setting of its own. */
function withCapture(values: ContextValues, capture: CaptureSetting | undefined): ContextValues {
  const { capture: _context, ...others } = values;
  return capture === undefined ? others : { ...others, capture };
}

/** Creates a function that reads the ids of the current span, request, session and user in a profile's spelling. */
export function createContextIds(profile: ProfileName): (policy: IdCapture | undefined) => LineContext {
  const keys = correlationKeys(profile);
  return (policy = currentPolicy) => {
    const span = enclosingSpan();
    const state = stateOf(span);
    const root = state?.localRoot;
    const memory = root === undefined ? createTraceMemory() : (root.captureMemory ??= createTraceMemory());
    const ids: IdField[] = [];
    if (span !== undefined) {
      ids.push({ key: keys.trace_id, value: span.traceId, given: span.traceId });
      ids.push({ key: keys.span_id, value: span.spanId, given: span.spanId });
    }
    const values = currentValues();
    const capture = captureSettingOf(state, values);
    const captured = policy(capture === values.capture ? values : withCapture(values, capture), memory);
    for (const [name, key] of NAMES) {
      const given = values[name];
      if (given !== undefined) ids.push({ key: keys[key], value: captured[name], given });
    }
    return { ids, memory };
  };
}

/** Applies one policy after another. */
export function bothPolicies(first: IdCapture | undefined, second: IdCapture): IdCapture {
  return (ids, memory) => second((first ?? currentPolicy)(ids, memory), memory);
}
