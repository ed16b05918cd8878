import { attributeKeys, type AttributeKind, attributeRow, FORMS, type SpanRecord } from '../schema/index.ts';
import { lazy } from '../values/lazy.ts';
import type { OtlpAttribute, OtlpValue } from './otlp-attribute.ts';
import { type OtlpSpelling, spell } from './otlp-spelling.ts';

/** A span of OTLP/JSON (opentelemetry-proto `trace.proto`). */
interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: OtlpAttribute[];
  events?: { name: string; timeUnixNano: string; attributes: OtlpAttribute[] }[];
  status: { code: number; message?: string };
  flags?: number;
}

/** Body of `POST /v1/traces`. */
export interface OtlpTraces {
  resourceSpans: {
    resource: { attributes: OtlpAttribute[] };
    scopeSpans: { scope: { name: string; version?: string }; spans: OtlpSpan[] }[];
  }[];
}

/** Keys that OTLP keeps in the resource. */
const RESOURCE_KEYS = lazy(() => attributeKeys(({ otlp }) => otlp === 'resource'));

/** Keys that have a place of their own in an OTLP span, or that only a line needs. */
const OWN_PLACE = lazy((): ReadonlySet<string> => new Set(attributeKeys(({ otlp }) => otlp !== undefined)));

const KINDS: ReadonlyMap<unknown, number> = new Map([
  ['INTERNAL', 1],
  ['SERVER', 2],
  ['CLIENT', 3],
]);
const NANOS_PER_MS = 1e6;
const STATUS_OK = 1;
const STATUS_ERROR = 2;

/** Our span types in OpenInference's words, which Phoenix and others read. */
const OPENINFERENCE: Readonly<Record<string, string>> = {
  chain: 'CHAIN',
  agent: 'AGENT',
  llm: 'LLM',
  embedding: 'EMBEDDING',
  retriever: 'RETRIEVER',
  reranker: 'RERANKER',
  tool: 'TOOL',
  guardrail: 'GUARDRAIL',
  evaluator: 'EVALUATOR',
  prompt: 'PROMPT',
};

/** Our span types in LangSmith's words. */
const LANGSMITH: Readonly<Record<string, string>> = {
  chain: 'chain',
  agent: 'chain',
  llm: 'llm',
  embedding: 'embedding',
  retriever: 'retriever',
  tool: 'tool',
  prompt: 'prompt',
  parser: 'parser',
};

function toValue(value: unknown, kind: AttributeKind | undefined): OtlpValue | undefined {
  switch (typeof value) {
    case 'string':
      return { stringValue: value };
    case 'boolean':
      return { boolValue: value };
    case 'number':
      if (!Number.isFinite(value)) return undefined;
      return kind === 'double' || !Number.isSafeInteger(value) ? { doubleValue: value } : { intValue: String(value) };
    default:
      if (!Array.isArray(value)) return undefined;
      return { arrayValue: { values: value.map((entry) => ({ stringValue: String(entry) })) } };
  }
}

function toAttributes(record: SpanRecord, keys: readonly string[]): OtlpAttribute[] {
  const source = record as Readonly<Record<string, unknown>>;
  return keys.flatMap((key) => {
    const value = toValue(source[key], attributeRow(key)?.kind);
    return value === undefined ? [] : [{ key, value }];
  });
}

/** Converts `2026-11-23T09:12:34.123456Z` to nanoseconds since the epoch. `undefined` if it is not a time. */
function unixNanos(iso: string | undefined): bigint | undefined {
  const ms = Date.parse(iso ?? '');
  if (Number.isNaN(ms)) return undefined;
  const micros = /\.\d{3}(\d{3})Z$/.exec(iso ?? '')?.[1] ?? '0';
  return BigInt(ms) * 1_000_000n + BigInt(micros) * 1000n;
}

function exceptionEvent(record: SpanRecord, end: bigint): OtlpSpan['events'] {
  if (record['error.message'] === undefined && record['error.stack'] === undefined) return undefined;
  const attributes: OtlpAttribute[] = [];
  const add = (key: string, value: string | undefined): void => {
    if (value !== undefined) attributes.push({ key, value: { stringValue: value } });
  };
  add('exception.type', record['error.type']);
  add('exception.message', record['error.message']);
  add('exception.stacktrace', record['error.stack']);
  return [{ name: 'exception', timeUnixNano: String(end), attributes }];
}

function statusOf(record: SpanRecord): OtlpSpan['status'] {
  if (record['span.status'] === 'ok') return { code: STATUS_OK };
  if (record['span.status'] !== 'error') return { code: 0 };
  const message = record['error.message'];
  return message === undefined ? { code: STATUS_ERROR } : { code: STATUS_ERROR, message };
}

/** The id if it is valid. A receiver rejects a whole request for one invalid id. */
function validId(key: 'trace_id' | 'span_id' | 'parent_span_id', record: SpanRecord): string | undefined {
  const id = record[key];
  return typeof id === 'string' && FORMS[key === 'trace_id' ? 'trace_id' : 'span_id'].test(id) ? id : undefined;
}

const wordFor = (names: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(names, name) ? names[name] : undefined;

function toSpan(record: SpanRecord, spelling: OtlpSpelling): OtlpSpan | undefined {
  const start = unixNanos(record['event.start']);
  const traceId = validId('trace_id', record);
  const spanId = validId('span_id', record);
  if (record['event.name'] !== 'span.end' || start === undefined || traceId === undefined || spanId === undefined) {
    return undefined;
  }
  const duration = record['event.duration'] ?? (record.duration_ms ?? 0) * NANOS_PER_MS;
  const end = start + BigInt(Number.isFinite(duration) ? Math.max(0, Math.round(duration)) : 0);
  const own = toAttributes(
    record,
    Object.keys(record).filter((key) => !OWN_PLACE().has(key)),
  );
  const attributes = spelling === 'conventions' ? own : spell(own, spelling);
  const type = record['span.type'] ?? '';
  const parentSpanId = validId('parent_span_id', record);
  const kindAttribute = (key: string, value: string | undefined): void => {
    if (value !== undefined) attributes.push({ key, value: { stringValue: value } });
  };
  kindAttribute('openinference.span.kind', wordFor(OPENINFERENCE, type));
  kindAttribute('langsmith.span.kind', wordFor(LANGSMITH, type));
  const events = exceptionEvent(record, end);
  const flags = Number.parseInt(record.trace_flags ?? '', 16);
  return {
    traceId,
    spanId,
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name: record['span.name'] ?? '',
    kind: KINDS.get(record['span.kind']) ?? 1,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(end),
    attributes,
    ...(events === undefined ? {} : { events }),
    status: statusOf(record),
    ...(Number.isNaN(flags) ? {} : { flags }),
  };
}

/** Returns the value of a key. Creates it on first use. */
function getOrAdd<T>(groups: Map<string, T>, key: string, make: () => T): T {
  let group = groups.get(key);
  if (group === undefined) {
    group = make();
    groups.set(key, group);
  }
  return group;
}

interface Group {
  readonly resource: SpanRecord;
  readonly scopes: Map<string, { name: string; version?: string; spans: OtlpSpan[] }>;
}

/**
 * Converts ended spans to the body of an OTLP/JSON `POST /v1/traces`, grouped by resource and scope.
 *
 * - Other lines (`span.start`, scores, alerts, stats) and spans without valid ids and start are left out.
 * - A linked trace (`spanline.link.trace_id`) stays an attribute, because an OTLP link needs a span id.
 *
 * @param spelling - the names of attributes
 */
export function toOtlp(records: readonly SpanRecord[], spelling: OtlpSpelling = 'conventions'): OtlpTraces {
  const groups = new Map<string, Group>();
  for (const record of records) {
    const span = toSpan(record, spelling);
    if (span === undefined) continue;
    const identity = RESOURCE_KEYS()
      .map((key) => record[key])
      .join('\n');
    const { scopes } = getOrAdd(groups, identity, () => ({ resource: record, scopes: new Map() }));
    const name = record['otel.scope.name'] ?? '';
    const version = record['otel.scope.version'];
    getOrAdd(scopes, `${name}@${version}`, () => ({
      name,
      ...(version === undefined ? {} : { version }),
      spans: [],
    })).spans.push(span);
  }
  return {
    resourceSpans: [...groups.values()].map(({ resource, scopes }) => ({
      resource: { attributes: toAttributes(resource, RESOURCE_KEYS()) },
      scopeSpans: [...scopes.values()].map(({ spans, ...scope }) => ({ scope, spans })),
    })),
  };
}
