/** Starting a span: checks what was given, resolves the parent and creates the state. */
import { isObject, SPAN_KINDS, SPAN_TYPES, type SpanKind, type SpanType } from '@spanline/record';
import type { Labels, SpanOptions } from '../api/index.ts';
import { newSpanId } from '../context/index.ts';
import { admitInstant, admitText, eachField, LABELS, noteLeftOut, readFields, readProperty } from '../gate/index.ts';
import {
  addTags,
  expectSecondRecords,
  type AdoptedIds,
  linkTo,
  noteOuterCall,
  noteUnknownOptions,
  promptAttributes,
  type OptionNames,
  type RecordedSpan,
  createSpan,
  type SpanOwner,
  type SpanState,
  STATE,
} from '../trace/index.ts';
import type { OpenSpans } from './open-spans.ts';
import { inheritedValues, type ParentResolver } from './resolve-parent.ts';

const NO_TYPE = `not one of ${SPAN_TYPES.join(', ')}`;
const KNOWN_KINDS: ReadonlySet<string> = new Set(SPAN_KINDS);
const CLIENT_TYPES: readonly SpanType[] = ['llm', 'embedding', 'retriever'];

function defaultKind(type: SpanType): SpanKind {
  if (type === 'http') return 'SERVER';
  return CLIENT_TYPES.includes(type) ? 'CLIENT' : 'INTERNAL';
}

/** The kinds of spans that are given none. */
const DEFAULT_KINDS: ReadonlyMap<SpanType, SpanKind> = new Map(SPAN_TYPES.map((type) => [type, defaultKind(type)]));

const OPTIONS: OptionNames<SpanOptions> = {
  name: true,
  type: true,
  kind: true,
  parent: true,
  link: true,
  attributes: true,
  labels: true,
  tags: true,
  input: true,
  startTime: true,
  capture: true,
  scope: true,
};

function typeFrom({ type }: SpanOptions): SpanType {
  return type !== undefined && DEFAULT_KINDS.has(type) ? type : 'task';
}

/** Of the wall clock of another tracer, which may have whole milliseconds, from ours, which may drift by two. */
const MAX_CLOCK_DIFFERENCE_MS = 3;

function kindFrom({ kind }: SpanOptions, type: SpanType): SpanKind {
  return kind !== undefined && KNOWN_KINDS.has(kind) ? kind : (DEFAULT_KINDS.get(type) ?? 'INTERNAL');
}

function addSpanLabels(span: RecordedSpan, labels: Labels): void {
  const isWhole = eachField(labels, (key, value) => {
    if (value !== undefined && value !== null) span.label(key, value as Labels[string]);
  });
  if (!isWhole) noteLeftOut(span[STATE], LABELS);
}

/** Starts spans of one tracer. */
export type SpanStarter = (options: SpanOptions, ids?: AdoptedIds) => RecordedSpan;

/** Creates the part of a tracer that starts spans. */
export function createSpanStarter(owner: SpanOwner, resolveParent: ParentResolver, openSpans: OpenSpans): SpanStarter {
  // One literal with every field. After a spread, V8 defines each further field of a literal on its slow path
  // (measured: 10 µs a span).
  function createState(options: SpanOptions, ids: AdoptedIds | undefined): SpanState {
    const type = typeFrom(options);
    const kind = kindFrom(options, type);
    if (options.type !== undefined && options.type !== type) owner.internalError('span type', NO_TYPE);
    const resolved = resolveParent(options.parent, kind, ids);
    const { parent } = resolved;
    const now = owner.now();
    const monotonic = owner.monotonic();
    const startEpochMs = admitInstant(options.startTime) ?? now;
    const sinceStart = Math.max(0, now - startEpochMs);
    const isLive = options.startTime === undefined || (ids !== undefined && sinceStart <= MAX_CLOCK_DIFFERENCE_MS);
    const startMonotonicMs = isLive ? monotonic : monotonic - sinceStart;
    return {
      owner,
      traceId: resolved.traceId,
      spanId: ids?.spanId ?? newSpanId(),
      parentSpanId: resolved.parentSpanId,
      traceFlags: resolved.traceFlags,
      traceState: resolved.traceState,
      hasRemoteParent: resolved.hasRemoteParent,
      foreign: resolved.foreign,
      parent,
      outerCall: undefined,
      depth: parent === undefined ? 0 : parent[STATE].depth + 1,
      localRoot: resolved.localRoot,
      type,
      kind,
      scope: isObject(options.scope) ? options.scope : undefined,
      values: inheritedValues(parent),
      capture: options.capture,
      startEpochMs,
      startMonotonicMs,
      isLive,
      isRecording: true,
      name: admitText(options.name) || type,
      attributes: {},
      content: undefined,
      labels: undefined,
      tags: undefined,
      error: undefined,
      status: 'ok',
      agentName: parent?.[STATE].agentName,
      linkedTraceId: undefined,
      onForcedEnd: undefined,
      notes: undefined,
      leftOut: undefined,
      hasInnerCall: false,
      openInnerCalls: 0,
      hasInnerUsage: false,
      hasUsageBelow: false,
      openChildren: 0,
      selfMs: 0,
      idleSinceMs: startMonotonicMs,
      childFailures: undefined,
      level: undefined,
      durationMs: 0,
      isLate: false,
      openBefore: undefined,
      openAfter: undefined,
    };
  }

  function start(options: SpanOptions, ids: AdoptedIds | undefined): RecordedSpan {
    // Everything is read before the span exists, because a getter may throw.
    const { link, attributes, labels, tags, input, scope } = options;
    // An instrumentation, which names itself, is typed.
    if (scope === undefined) noteUnknownOptions('startSpan', options, OPTIONS, owner.internalError);
    const state = createState(options, ids);
    if (ids !== undefined) expectSecondRecords();
    const span = createSpan(state);
    openSpans.add(span);
    noteOuterCall(state);
    if (state.type === 'llm' && state.values.prompt !== undefined) span.set(promptAttributes(state.values.prompt));
    if (link !== undefined) linkTo(span, readProperty(link, 'traceId'));
    if (attributes !== undefined) span.set(attributes);
    if (labels !== undefined) addSpanLabels(span, labels);
    if (tags !== undefined) addTags(state, tags);
    if (input !== undefined) span.input(input);
    return span;
  }

  return (options, ids) => {
    try {
      return start(options, ids);
    } catch (error) {
      owner.internalError('startSpan', error);
      return start(readFields(options) as unknown as SpanOptions, ids);
    }
  };
}
