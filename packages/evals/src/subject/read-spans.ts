/** The spans of a trace as evaluators see them, read from its lines. */
import type { ContextValues, Labels } from '@spanline/core';
import {
  type AttributeKey,
  createReconstruction,
  parseContent,
  parseLine,
  type SpanAttributes,
  type SpanRecord,
  type SpanStatus,
  type SpanType,
} from '@spanline/record';
import type { EvaluatedSpan } from './evaluated-span.ts';
import { readContent } from './span-content.ts';

const LABEL = 'labels.';

const parsed = (text: string | undefined): unknown => (text === undefined ? undefined : parseContent(text));

/** Content under the keys that have it before capture: lines have JSON, and references to messages of other spans. */
function contentOf(record: SpanRecord, restored: { input: unknown; output: unknown } | undefined): SpanAttributes {
  const { input, output } = restored ?? {};
  const content: Partial<Record<AttributeKey, unknown>> = {
    'gen_ai.retrieval.documents': parsed(record['gen_ai.retrieval.documents']),
    'gen_ai.tool.definitions': parsed(record['gen_ai.tool.definitions']),
  };
  const sides = [
    ['gen_ai.input.messages', input],
    ['gen_ai.tool.call.arguments', input],
    ['spanline.input', input],
    ['gen_ai.output.messages', output],
    ['gen_ai.tool.call.result', output],
    ['spanline.output', output],
  ] as const satisfies readonly (readonly [AttributeKey, unknown])[];
  for (const [key, value] of sides) if (record[key] !== undefined) content[key] = value;
  return content as SpanAttributes;
}

function labelsOf(record: SpanRecord): Labels {
  const labels = Object.entries(record).filter(([key]) => key.startsWith(LABEL));
  return Object.fromEntries(labels.map(([key, value]) => [key.slice(LABEL.length), value])) as Labels;
}

function valuesOf(record: SpanRecord): ContextValues {
  const values = {
    requestId: record['http.request.id'],
    sessionId: record['session.id'],
    userId: record['user.id'],
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as ContextValues;
}

/** A line of a span, with its content restored. */
function readSpan(
  record: SpanRecord,
  spanIds: ReadonlySet<string>,
  restored: { input: unknown; output: unknown } | undefined,
): EvaluatedSpan {
  const startedMs = Date.parse(record['event.start'] ?? record['@timestamp'] ?? '') || 0;
  const durationMs = record.duration_ms ?? 0;
  const attributes = { ...record, ...contentOf(record, restored) } as SpanAttributes;
  const { parent_span_id: parent } = record;
  return {
    traceId: record.trace_id ?? '',
    spanId: record.span_id ?? '',
    parentSpanId: parent,
    name: record['span.name'] ?? '',
    type: (record['span.type'] ?? 'task') as SpanType,
    status: (record['span.status'] ?? 'ok') as SpanStatus,
    durationMs,
    endedMs: startedMs + durationMs,
    isLocalRoot: parent === undefined || !spanIds.has(parent),
    attributes,
    labels: labelsOf(record),
    values: valuesOf(record),
    content: readContent(attributes),
  };
}

/** Reads the finished spans of lines, in the order of their ends: those below a span stand before it. */
export function readEvaluatedSpans(lines: Iterable<string | object>): EvaluatedSpan[] {
  const all = [...lines];
  const ended = all.flatMap((line) => {
    const found = parseLine(line);
    return found?.kind === 'span' && found.record['event.name'] === 'span.end' ? [found.record] : [];
  });
  const restore = createReconstruction(all);
  const ids = new Set(ended.map(({ span_id: id = '' }) => id));
  const spans = ended.map((record) => readSpan(record, ids, restore(record.span_id ?? '')));
  const above = new Map(spans.map(({ spanId, parentSpanId }) => [spanId, parentSpanId]));
  const depth = (id: string): number => {
    let steps = 0;
    for (let at = above.get(id); at !== undefined && steps < spans.length; at = above.get(at)) steps++;
    return steps;
  };
  // Clocks of several machines differ: a parent stands behind its children in any case.
  return spans
    .map((span) => ({ span, depth: depth(span.spanId) }))
    .toSorted((a, b) => a.span.endedMs - b.span.endedMs || b.depth - a.depth)
    .map(({ span }) => span);
}
