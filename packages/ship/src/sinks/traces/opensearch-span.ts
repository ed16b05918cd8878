/** Spans as OpenSearch Dashboards reads them: Agent Traces, Traces of Discover, Trace Analytics. */
import { MAX_TERM_CHARACTERS, OPEN_KEY_PREFIXES, type SpanRecord, type SpanType } from '@spanline/record';
import type { Facts, SpanFacts } from './span-facts.ts';

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT'] as const;

/** Operations of steps that name none. The screens leave out a span without an operation. */
const OPERATIONS: ReadonlyMap<unknown, string> = new Map<SpanType, string>([
  ['llm', 'chat'],
  ['embedding', 'embeddings'],
  ['retriever', 'retrieval'],
  ['reranker', 'retrieval'],
  ['tool', 'execute_tool'],
  ['agent', 'invoke_agent'],
  ['chain', 'invoke_agent'],
]);

const isRoot = (record: SpanRecord): boolean => record['parent_span_id'] === undefined;

/** The screens list a trace by its root, so the root of a trace with model calls needs an operation. */
function operationOf(record: SpanRecord): string | undefined {
  const own = OPERATIONS.get(record['span.type']);
  return own ?? (isRoot(record) && (record['spanline.rollup.llm_calls'] ?? 0) > 0 ? 'invoke_agent' : undefined);
}

/** Attributes that the screens read, where the span has none of its own. A root has the tokens of its whole trace. */
function genAiFacts(record: SpanRecord): Facts {
  const facts: Facts = {};
  const add = (key: string, value: string | number | undefined): void => {
    if (value !== undefined) facts[key] = value;
  };
  const operation = operationOf(record);
  add('gen_ai.operation.name', operation);
  add('gen_ai.conversation.id', record['session.id']);
  if (isRoot(record) && operation !== undefined) {
    add('gen_ai.usage.input_tokens', record['spanline.rollup.input_tokens']);
    add('gen_ai.usage.output_tokens', record['spanline.rollup.output_tokens']);
  }
  return facts;
}

/**
 * Members of an open family become one object, because `flat_object` maps it as a whole. It has no `ignore_above`, so
 * terms that no index takes are left out; the log document has them.
 */
function withFamilies(attributes: Facts): Record<string, unknown> {
  const nested: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(attributes)) {
    const prefix = OPEN_KEY_PREFIXES.find((family) => key.startsWith(family));
    if (prefix === undefined) nested[key] = value;
    else if (typeof value !== 'string' || value.length <= MAX_TERM_CHARACTERS) {
      const family = prefix.slice(0, -1);
      nested[family] = { ...(nested[family] as object | undefined), [key.slice(prefix.length)]: value };
    }
  }
  return nested;
}

/** The name of the local root, which begins the path of every span below it. */
const rootName = ({ record, span }: SpanFacts): string => record['span.path']?.split(' > ', 1)[0] ?? span.name;

/** A document of `otel-v1-apm-span-*`, with the fields of Data Prepper. */
export function openSearchSpan(facts: SpanFacts): Record<string, unknown> {
  const { record, span, start, end, durationNanos, events } = facts;
  const { code } = span.status;
  return {
    '@timestamp': end,
    traceId: span.traceId,
    spanId: span.spanId,
    // The screens look for roots by an empty text.
    parentSpanId: span.parentSpanId ?? '',
    traceState: '',
    name: span.name,
    kind: `SPAN_KIND_${KINDS[span.kind] ?? KINDS[0]}`,
    startTime: start,
    endTime: end,
    durationInNanos: durationNanos,
    serviceName: record['service.name'] ?? '',
    traceGroup: rootName(facts),
    ...(isRoot(record) ? { traceGroupFields: { endTime: end, durationInNanos: durationNanos, statusCode: code } } : {}),
    status: { code, message: span.status.message ?? '' },
    instrumentationScope: facts.scope,
    resource: { attributes: facts.resource },
    attributes: withFamilies({ ...genAiFacts(record), ...facts.attributes }),
    events,
    links: [],
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}
