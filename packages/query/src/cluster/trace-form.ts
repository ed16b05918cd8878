/** Trace documents: what the sinks of Elasticsearch and OpenSearch write with `traces: true`, beside those of lines. */

import { type AttributeKey, props, type SpanRecord, SpanlineError } from '@spanline/record';

/** How the documents of some streams are written. */
export interface TraceForm {
  /** Every stream that a sink may write to. */
  readonly pattern: string;
  /** The field that has the value of a key. */
  nameOf(key: string): string;
  /** Every field is in the mapping. Without it, a field that no document has is not. */
  readonly isMapped: boolean;
}

/** Every trace document of Spanline has it, and none of another tracer. */
const MARK = 'spanline.schema' satisfies AttributeKey;

const naming =
  (own: Readonly<Record<string, string>>) =>
  (key: string): string =>
    own[key] ?? `attributes.${key}`;

const OPENSEARCH: TraceForm = {
  pattern: 'otel-v1-apm-span-*',
  nameOf: naming({
    '@timestamp': '@timestamp',
    trace_id: 'traceId',
    span_id: 'spanId',
    parent_span_id: 'parentSpanId',
  }),
  isMapped: true,
};

const ELASTIC: TraceForm = {
  pattern: 'traces-*.otel-*',
  nameOf: naming({
    '@timestamp': '@timestamp',
    trace_id: 'trace_id',
    span_id: 'span_id',
    parent_span_id: 'parent_span_id',
  }),
  isMapped: false,
};

/** The field by which documents of Spanline are known. */
export const markOf = ({ nameOf }: TraceForm): string => nameOf(MARK);

/** The form that a sink writes to a server. */
export const traceFormFor = (isOpenSearch: boolean): TraceForm => (isOpenSearch ? OPENSEARCH : ELASTIC);

/** The form of named streams. @throws SpanlineError `ERR_INVALID_OPTION` for other names than a sink writes to */
export function traceFormOf(streams: string): TraceForm {
  const names = streams.split(',');
  if (names.every((name) => /^otel-v1-apm-span[^\s"\\<>|/?#A-Z,]*$/.test(name))) return OPENSEARCH;
  if (names.every((name) => /^traces-[^\s"\\<>|/?#A-Z,]*$/.test(name))) return ELASTIC;
  const expected = `names of streams of trace documents, such as ${OPENSEARCH.pattern} or ${ELASTIC.pattern}`;
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'traces', expected });
}

/** Keys by which a span is given to a user, session or trace. */
const KEYS = ['trace_id', 'span_id', 'parent_span_id', 'user.id', 'session.id'] as const satisfies AttributeKey[];

/** Fields that {@link readTraceDocument} reads. */
export const fieldsOf = ({ nameOf }: TraceForm): readonly string[] => KEYS.map(nameOf);

/** A document has `a.b` as a field of an object, or under this name. */
function valueAt(source: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(source, name)) return source[name];
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const head = name.slice(0, dot);
    const found = Object.hasOwn(source, head) ? valueAt(props(source[head]), name.slice(dot + 1)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The ids of a document. */
export type SpanIds = Pick<SpanRecord, (typeof KEYS)[number]>;

/** Reads the ids of a document. */
export function readTraceDocument(hit: unknown, { nameOf }: TraceForm): SpanIds {
  const source = props(props(hit)['_source']);
  const ids: { -readonly [Key in keyof SpanIds]: SpanIds[Key] } = {};
  for (const key of KEYS) {
    const value = valueAt(source, nameOf(key));
    // OpenSearch's roots have an empty text as their parent.
    if (typeof value === 'string' && value !== '') ids[key] = value;
  }
  return ids;
}
