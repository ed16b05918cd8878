/** A trace for programs: its spans in the order of the tree, without content. */

import type { Trace, TraceSpan } from '@spanline/query';
import { titleOf, type TreeNode } from '@spanline/record';

/** One span. */
interface SpanData {
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly parentId: string | undefined;
  /** 0 for a root. */
  readonly depth: number;
  readonly name: string | undefined;
  readonly type: string | undefined;
  readonly status: string | undefined;
  readonly startMs: number | undefined;
  readonly durationMs: number | undefined;
  readonly selfMs: number | undefined;
  readonly model: string | undefined;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  readonly costUsd: number | undefined;
  readonly documents: number | undefined;
  readonly error: { readonly type: string | undefined; readonly message: string | undefined } | undefined;
}

function toData({ record, startMs, selfMs }: TraceSpan, depth: number): SpanData {
  return {
    traceId: record.trace_id,
    spanId: record.span_id,
    parentId: record.parent_span_id,
    depth,
    name: titleOf(record),
    type: record['span.type'],
    status: record['span.status'],
    startMs,
    durationMs: record.duration_ms,
    selfMs,
    model: record['gen_ai.response.model'] ?? record['gen_ai.request.model'],
    inputTokens: record['gen_ai.usage.input_tokens'],
    outputTokens: record['gen_ai.usage.output_tokens'],
    costUsd: record['spanline.cost.usd'],
    documents: record['spanline.retrieval.count'],
    error:
      record['span.status'] === 'error' ? { type: record['error.type'], message: record['error.message'] } : undefined,
  };
}

/** The spans of the trees, parents before their children. */
export function spanData({ roots }: Pick<Trace, 'roots'>): SpanData[] {
  const spans: SpanData[] = [];
  const stack: { node: TreeNode<TraceSpan>; depth: number }[] = [];
  const push = (nodes: readonly TreeNode<TraceSpan>[], depth: number): void => {
    for (const node of nodes.toReversed()) stack.push({ node, depth });
  };
  push(roots, 0);
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    spans.push(toData(top.node.item, top.depth));
    push(top.node.children, top.depth + 1);
  }
  return spans;
}
