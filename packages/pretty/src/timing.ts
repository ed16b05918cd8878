import type { TreeNode } from '@spanline/record';
import type { SpanView } from './view.ts';

/** The time axis of a drawing, in milliseconds since the epoch. */
export interface Axis {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The axis from the first start to the last end. */
export function axisOf(spans: readonly SpanView[]): Axis {
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = Number.NEGATIVE_INFINITY;
  for (const span of spans) {
    fromMs = Math.min(fromMs, span.startMs);
    toMs = Math.max(toMs, span.startMs + span.durationMs);
  }
  return { fromMs, toMs };
}

/** Time of a span in which none of its children ran. */
function selfMs(node: TreeNode<SpanView>): number {
  const { startMs, durationMs } = node.item;
  const endMs = startMs + durationMs;
  let covered = 0;
  let reachedMs = startMs;
  const children = node.children.map(({ item }) => item).sort((a, b) => a.startMs - b.startMs);
  for (const child of children) {
    const from = Math.max(child.startMs, reachedMs);
    const to = Math.min(child.startMs + child.durationMs, endMs);
    if (to <= from) continue;
    covered += to - from;
    reachedMs = to;
  }
  return durationMs - covered;
}

/** The step with the longest self time, if there are several steps. Roots are not steps, but the sum of the steps. */
export function slowestStep(
  steps: readonly TreeNode<SpanView>[],
): { node: TreeNode<SpanView>; selfMs: number } | undefined {
  if (steps.length < 2) return undefined;
  let slowest: { node: TreeNode<SpanView>; selfMs: number } | undefined;
  for (const node of steps) {
    const own = selfMs(node);
    if (own > (slowest?.selfMs ?? 0)) slowest = { node, selfMs: own };
  }
  return slowest;
}
