/** A trace as rows in the order of its tree. */

import { costBoundOf } from '@spanline/pretty/internal';
import type { ReadRecord, Trace, TraceSpan } from '@spanline/query';
import {
  allNodes,
  hasUnknownCost,
  isOwnError,
  readableMessage,
  type SpanRecord,
  titleOf,
  type TreeNode,
} from '@spanline/record';
import type { EventRow, SpanRow, TraceAnswer } from '../../contract/index.ts';
import { badgesOf } from './badges.ts';
import { criticalSpans } from './critical-path.ts';
import { present } from './present.ts';

const MESSAGE_LIMIT = 2000;
const NAME_LIMIT = 500;
const MAX_SERVICES = 20;

const cut = (value: unknown, limit: number): string =>
  typeof value === 'string' ? value.slice(0, limit) : value === undefined ? '' : JSON.stringify(value).slice(0, limit);

const finite = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

function errorOf(record: SpanRecord): string | undefined {
  if (!isOwnError(record)) return undefined;
  const raw: unknown = record['error.message'];
  const message = cut(typeof raw === 'string' ? readableMessage(raw) : raw, MESSAGE_LIMIT);
  return [record['error.type'] ?? 'error', message].filter(Boolean).join(': ');
}

/** How a cost may differ from the bill. `undefined`: it is exact, or there is none. */
export function boundOf(record: SpanRecord): SpanRow['costBound'] | undefined {
  const bound = record['spanline.cost.usd'] === undefined ? 'exact' : costBoundOf(record);
  return bound === 'exact' ? undefined : bound;
}

/** Facts of a span for its row. */
function factsOf(record: SpanRecord): Partial<SpanRow> {
  const ttft = finite(record['gen_ai.response.time_to_first_chunk']);
  const facts = {
    status: record['span.status'],
    model: record['gen_ai.response.model'] ?? record['gen_ai.request.model'],
    inputTokens: finite(record['gen_ai.usage.input_tokens']),
    outputTokens: finite(record['gen_ai.usage.output_tokens']),
    costUsd: finite(record['spanline.cost.usd']),
    costBound: boundOf(record),
    hasUnknownCost: hasUnknownCost(record) ? (true as const) : undefined,
    ttftMs: ttft === undefined ? undefined : ttft * 1000,
    documents: finite(record['spanline.retrieval.count']),
    score: finite(record['gen_ai.evaluation.score.value']),
    error: errorOf(record),
  };
  return present(facts);
}

interface Placement {
  readonly node: TreeNode<TraceSpan>;
  readonly parent: number | undefined;
  readonly depth: number;
}

/** Parents before their children. There is no recursion: a hostile log may be as deep as it has lines. */
function* inOrder(roots: readonly TreeNode<TraceSpan>[]): Generator<Placement> {
  const stack: Placement[] = roots.toReversed().map((node) => ({ node, parent: undefined, depth: 0 }));
  let place = 0;
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    yield top;
    const { node, depth } = top;
    const parent = place++;
    for (const child of node.children.toReversed()) stack.push({ node: child, parent, depth: depth + 1 });
  }
}

function toEvent({ kind, record, rest }: ReadRecord, startMs: number): EventRow {
  const time = Date.parse(record['@timestamp'] ?? '');
  const score = record['gen_ai.evaluation.score.value'];
  const name = record['gen_ai.evaluation.name'];
  const message = name === undefined ? cut(record.message, MESSAGE_LIMIT) : `${name} ${score ?? ''}`.trim();
  const more = Object.keys(rest).length === 0 ? '' : ` ${cut(rest, NAME_LIMIT)}`;
  return {
    kind,
    atMs: Number.isNaN(time) ? 0 : time - startMs,
    message: message + more,
    ...(record.level === undefined ? {} : { level: String(record.level) }),
    ...(record.span_id === undefined ? {} : { spanId: record.span_id }),
  };
}

const sum = (spans: readonly SpanRecord[], key: keyof SpanRecord): number =>
  spans.reduce((total, record) => total + (finite(record[key]) ?? 0), 0);

const firstOf = (spans: readonly SpanRecord[], key: 'http.request.id' | 'session.id' | 'user.id') =>
  spans.find((record) => record[key] !== undefined)?.[key];

/** The answer to `GET /api/v1/trace/<id>`. */
export function toTraceAnswer(trace: Trace): TraceAnswer {
  const nodes = allNodes(trace.roots);
  const starts = nodes.flatMap(({ item }) => item.startMs ?? []);
  const startMs = starts.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
  const from = Number.isFinite(startMs) ? startMs : 0;
  const critical = criticalSpans(trace.roots);
  let toMs = from;
  const placements = [...inOrder(trace.roots)];
  const serviceOf = ({ node }: Placement): string => cut(node.item.record['service.name'], NAME_LIMIT);
  const services = [...new Set(placements.map(serviceOf))].filter((name) => name !== '');
  const hasSeveral = services.length > 1;
  const spans = placements.map((placement): SpanRow => {
    const { node, parent, depth } = placement;
    const service = serviceOf(placement);
    const around = parent === undefined ? undefined : placements[parent];
    const isEntry = hasSeveral && service !== '' && (around === undefined || serviceOf(around) !== service);
    const { record, selfMs, startMs: start = from } = node.item;
    const durationMs = Math.max(0, finite(record.duration_ms) ?? 0);
    toMs = Math.max(toMs, start + durationMs);
    return {
      spanId: record.span_id ?? '',
      ...(parent === undefined ? {} : { parent }),
      depth,
      name: cut(titleOf(record), NAME_LIMIT) || '(no name)',
      type: record['span.type'] ?? 'task',
      ...(isEntry ? { service } : {}),
      fromMs: start - from,
      durationMs,
      ...(selfMs === undefined ? {} : { selfMs }),
      ...factsOf(record),
      ...(critical.has(node) ? { isCritical: true as const } : {}),
    };
  });
  const ids = {
    requestId: firstOf(trace.spans, 'http.request.id'),
    sessionId: firstOf(trace.spans, 'session.id'),
    userId: firstOf(trace.spans, 'user.id'),
  };
  return {
    id: trace.id,
    by: trace.by,
    traceIds: trace.traceIds,
    startMs: from,
    durationMs: toMs - from,
    spans,
    ...badgesOf(spans),
    services: services.slice(0, MAX_SERVICES),
    events: trace.others.filter(({ kind }) => kind !== 'span').map((line) => toEvent(line, from)),
    errors: spans.filter(({ error }) => error !== undefined).length,
    inputTokens: sum(trace.spans, 'gen_ai.usage.input_tokens'),
    outputTokens: sum(trace.spans, 'gen_ai.usage.output_tokens'),
    costUsd: sum(trace.spans, 'spanline.cost.usd'),
    ...present({ ...ids, unknownCosts: spans.filter((span) => span.hasUnknownCost).length || undefined }),
    ...(trace.isCut ? { isCut: true as const } : {}),
  };
}
