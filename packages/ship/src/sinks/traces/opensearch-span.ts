/** Spans as OpenSearch Dashboards reads them: Agent Traces, Traces of Discover, Trace Analytics. */
import {
  type AttributeKey,
  MAX_TERM_CHARACTERS,
  OPEN_KEY_PREFIXES,
  type SpanRecord,
  type SpanType,
} from '@spanline/record';
import type { SpanFacts, Value } from './span-facts.ts';

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

/** Attributes that the screens read, for a span that has none of its own. A root has the tokens of its whole trace. */
function genAiFacts(record: SpanRecord): [AttributeKey, Value | undefined][] {
  const operation = operationOf(record);
  const isRow = operation !== undefined && isRoot(record);
  return [
    ['gen_ai.operation.name', operation],
    ['gen_ai.conversation.id', record['session.id']],
    ['gen_ai.usage.input_tokens', isRow ? record['spanline.rollup.input_tokens'] : undefined],
    ['gen_ai.usage.output_tokens', isRow ? record['spanline.rollup.output_tokens'] : undefined],
  ];
}

function familyOf(key: string): string | undefined {
  for (const prefix of OPEN_KEY_PREFIXES) if (key.startsWith(prefix)) return prefix;
  return undefined;
}

/**
 * A span's attributes. Members of an open family become one object, because `flat_object` maps it as a whole. It has no
 * `ignore_above`, so terms that no index takes are left out; the log document has them.
 */
function attributesOf({ record, attributes }: SpanFacts): Record<string, unknown> {
  const families = new Map<string, [string, Value][]>();
  const own = Object.entries(attributes).filter((entry) => {
    const [key, value] = entry;
    const prefix = familyOf(key);
    if (prefix === undefined) return true;
    const members = families.get(prefix) ?? [];
    families.set(prefix, members);
    const isTerm = typeof value !== 'string' || value.length <= MAX_TERM_CHARACTERS;
    if (isTerm) members.push([key.slice(prefix.length), value]);
    return false;
  });
  const added = genAiFacts(record).filter(([key, value]) => value !== undefined && attributes[key] === undefined);
  const gathered = [...families].map(
    ([prefix, members]) => [prefix.slice(0, -1), Object.fromEntries(members)] as const,
  );
  return Object.fromEntries<unknown>([...added, ...own, ...gathered]);
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
    attributes: attributesOf(facts),
    events,
    links: [],
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}
