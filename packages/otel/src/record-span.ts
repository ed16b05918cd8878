/** From an OpenTelemetry span to a span of ours: its start, and all it says at its end. */
import type {
  CaptureSetting,
  ContextValues,
  InstrumentationScope,
  Span,
  SpanAttributes,
  SpanOptions,
  Tracer,
} from '@spanline/core';
import {
  addAdoptedValues,
  adoptSpan,
  hasUsageBelow,
  isSpanId,
  isTraceId,
  labelAdopted,
  mostExact,
  type NormalizedUsage,
  normalizeUsage,
  observedUsage,
  providerOf,
  retype,
  sharedState,
  usageAttributes,
} from '@spanline/instrumentation';
import { text } from '@spanline/record';
import { epochMsOf, type OtelContext, type OtelSpan } from './host/otel-span.ts';
import { placeOf } from './place.ts';
import { CLAUDE_CODE_PREFIX, type ReadException, SpanFacts, spanKindOf, spanTypeOf } from './reading/index.ts';
import { takeEvents } from './span-events.ts';

const STATUS_ERROR = 2;
/** Message queues have kinds of their own, which a record has not. */
const QUEUE_KINDS: Readonly<Record<number, string>> = { 3: 'producer', 4: 'consumer' };

/** Scopes by those of OpenTelemetry. Lines of one scope share its JSON. */
const scopes = sharedState('otel-scopes', () => new WeakMap<object, InstrumentationScope>());
const NO_SCOPE: InstrumentationScope = Object.freeze({ name: '', version: '' });

function scopeOf({ instrumentationScope: given }: OtelSpan): InstrumentationScope {
  if (given === undefined) return NO_SCOPE;
  let scope = scopes.get(given);
  if (scope === undefined) scopes.set(given, (scope = { name: given.name, version: given.version ?? '' }));
  return scope;
}

/** Starts the record of a span. */
export function startRecord(
  tracer: Tracer,
  capture: CaptureSetting | undefined,
  otel: OtelSpan,
  context: Pick<OtelContext, 'getValue'>,
): Span {
  const { traceId, spanId, traceFlags, traceState } = otel.spanContext();
  const { parent, otelParent } = placeOf(otel, context);
  const kind = spanKindOf(otel.kind);
  const given = otelParent?.spanContext();
  // A context may hold a span without valid ids. The SDK begins a trace then.
  const above = given !== undefined && isTraceId(given.traceId) && isSpanId(given.spanId) ? given : undefined;
  const [link] = otel.links;
  const linked = parent !== undefined && parent.traceId !== traceId ? traceId : link?.context.traceId;
  const options: SpanOptions = {
    name: otel.name,
    type: spanTypeOf(otel.name, kind, otel.attributes),
    kind,
    parent,
    startTime: epochMsOf(otel.startTime),
    capture,
    scope: scopeOf(otel),
    ...(linked === undefined ? {} : { link: { traceId: linked } }),
  };
  // No SDK makes such ids; a line needs valid ones.
  if (!isTraceId(traceId) || !isSpanId(spanId)) return tracer.startSpan(options);
  return adoptSpan(tracer, options, {
    traceId,
    spanId,
    parentSpanId: above?.spanId,
    isRemote: above?.isRemote === true,
    traceFlags,
    traceState: traceState?.serialize(),
  });
}

/**
 * @param observed - what the client of the provider received for this call, where it is wrapped. Instrumentations may
 * drop the usage of streams, or parts of it
 */
function setUsage(span: Span, read: SpanFacts, isCall: boolean, observed: NormalizedUsage | undefined): void {
  const { usage, hasUsage, facts } = read;
  if (!hasUsage && observed === undefined) return;
  const model = text(facts['gen_ai.response.model']) ?? text(facts['gen_ai.request.model']);
  const provider = text(facts['gen_ai.provider.name']);
  // A framework writes the sum of its calls on the span around them.
  const reported =
    hasUsage && (isCall || !hasUsageBelow(span)) ? normalizeUsage(usage, { provider, model }) : undefined;
  const exact = mostExact([isCall ? observed : undefined, reported]);
  if (exact !== undefined) span.set(usageAttributes(exact));
}

/** A provider's name in the conventions' words: `openai.chat` of the AI SDK is `openai`. */
function setProvider(facts: Record<string, unknown>): void {
  const named = text(facts['gen_ai.provider.name']);
  if (named === undefined) return;
  const [name = named] = /^[a-z-]+\.(?:chat|responses|completion|embedding|messages|image)$/.test(named)
    ? named.split('.')
    : [named];
  const provider = providerOf({ id: name });
  if (provider !== undefined) facts['gen_ai.provider.name'] = provider;
}

function setContent(span: Span, { content, input, output }: SpanFacts, isCall: boolean): void {
  if (input !== undefined && !(isCall && content['gen_ai.input.messages'] !== undefined)) span.input(input);
  if (output !== undefined && !(isCall && content['gen_ai.output.messages'] !== undefined)) span.output(output);
  span.set(content as SpanAttributes);
}

function setSurroundings(span: Span, { sessionId, userId }: SpanFacts): void {
  if (sessionId === undefined && userId === undefined) return;
  const values: ContextValues = {};
  if (sessionId !== undefined) values.sessionId = sessionId;
  if (userId !== undefined) values.userId = userId;
  addAdoptedValues(span, values);
}

function setLabels(span: Span, { labels, tags }: SpanFacts): void {
  for (const [key, value] of labels) labelAdopted(span, key, Array.isArray(value) ? value.join(', ') : value);
  if (tags.length > 0) span.tag(...tags);
}

/** Facts about a span that a record has no key for. */
function setCircumstances(span: Span, { kind, links }: OtelSpan): void {
  const queue = QUEUE_KINDS[kind];
  if (queue !== undefined) labelAdopted(span, 'otel_span_kind', queue);
  if (links.length > 1) labelAdopted(span, 'otel_links', links.length);
}

function writeFacts(span: Span, read: SpanFacts, observed?: NormalizedUsage): void {
  read.finish();
  setProvider(read.facts);
  const isCall = span.type === 'llm' || span.type === 'embedding';
  span.set(read.facts);
  setUsage(span, read, isCall, observed);
  setContent(span, read, isCall);
  setSurroundings(span, read);
  setLabels(span, read);
}

/** Keeps as labels what attributes say of a failure and the line does not. */
function noteFailure(span: Span, read: SpanFacts, type?: string, message?: string): void {
  if (read.failureType !== undefined && read.failureType !== type) labelAdopted(span, 'error_type', read.failureType);
  if (read.failure !== undefined && read.failure !== message) labelAdopted(span, 'error_message', read.failure);
}

/** Writes attributes of OpenTelemetry on a span. */
export function writeAttributes(span: Span, attributes: Readonly<Record<string, unknown>>): void {
  const read = new SpanFacts(false);
  read.addAll(attributes);
  writeFacts(span, read);
  noteFailure(span, read);
}

/** The HTTP status in `error.type` or in an attribute of its own. */
function statusCodeOf(value: unknown): number | undefined {
  const code = typeof value === 'string' ? Number(value) : value;
  return typeof code === 'number' && Number.isInteger(code) && code >= 100 && code < 600 ? code : undefined;
}

/** Records the failure of a span. An exception that was only noted is no failure. */
function setStatus(span: Span, otel: OtelSpan, read: SpanFacts, exception: ReadException | undefined): void {
  if (otel.status.code !== STATUS_ERROR) return noteFailure(span, read);
  const { failureType: type } = read;
  // The status that a server answers with does not tell the reason.
  const status =
    span.type === 'http' ? undefined : (statusCodeOf(type) ?? statusCodeOf(read.facts['http.response.status_code']));
  const name = exception?.name ?? type ?? (status === undefined ? 'Error' : String(status));
  const message = exception?.message ?? text(otel.status.message) ?? read.failure ?? type ?? '';
  const code = exception?.code ?? type;
  span.fail({
    name,
    message,
    ...(exception?.stack === undefined ? {} : { stack: exception.stack }),
    ...(code === undefined ? {} : { code }),
    ...(status === undefined ? {} : { status }),
  });
  noteFailure(span, read, name, message);
}

/** Writes on the span all that the OpenTelemetry span says, and ends it: also if something about it cannot be read. */
export function endRecord(span: Span, otel: OtelSpan): void {
  try {
    readSpan(span, otel);
  } finally {
    const endTime = epochMsOf(otel.endTime);
    span.end(endTime === undefined ? {} : { endTime });
  }
}

function readSpan(span: Span, otel: OtelSpan): void {
  const { name, attributes } = otel;
  if (name !== span.name) span.updateName(name);
  const type = spanTypeOf(name, spanKindOf(otel.kind), attributes);
  if (type !== span.type) retype(span, type);
  const read = new SpanFacts(name.startsWith(CLAUDE_CODE_PREFIX));
  read.addAll(attributes);
  const taken = takeEvents(span);
  const events = taken.length === 0 ? otel.events : [...otel.events, ...taken];
  const exception = events.length === 0 ? undefined : read.addEvents(events).exception;
  setCircumstances(span, otel);
  writeFacts(span, read, observedUsage(span, otel.status.code === STATUS_ERROR));
  setStatus(span, otel, read, exception);
}
