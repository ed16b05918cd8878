/**
 * The critical path: the spans on which the end of a trace depends. From the end of a span backwards, the child that
 * ended last is waited for; before that one began, the child that ended last of those that had begun; and so on. A
 * model call that streams into a parser is on the path as well as the parser.
 */

import type { TraceSpan } from '@spanline/query';
import type { TreeNode } from '@spanline/record';

type Node = TreeNode<TraceSpan>;

const startOf = ({ item }: Node): number => item.startMs ?? 0;
const endOf = ({ item }: Node): number => startOf({ item } as Node) + Math.max(0, item.record.duration_ms ?? 0);

/** Children that their parent waited for, the last one first. */
function waitedFor(node: Node): Node[] {
  const byEnd = node.children.toSorted((a, b) => endOf(b) - endOf(a));
  const waited: Node[] = [];
  let reached = endOf(node);
  for (const child of byEnd) {
    if (startOf(child) >= reached) continue;
    waited.push(child);
    reached = startOf(child);
  }
  return waited;
}

/** The spans on the critical paths of trees. */
export function criticalSpans(roots: readonly Node[]): ReadonlySet<Node> {
  const last = roots.toSorted((a, b) => endOf(b) - endOf(a))[0];
  const critical = new Set<Node>();
  const stack = last === undefined ? [] : [last];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    critical.add(node);
    stack.push(...waitedFor(node));
  }
  return critical;
}
