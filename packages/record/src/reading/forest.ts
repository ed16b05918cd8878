/** Puts the spans of a trace into trees. */

/** The position of a span in its trace. */
export interface Placed {
  readonly spanId: string;
  readonly parentId: string | undefined;
  /** True if the parent belongs to another process or tracer, so that it is expected to be missing. */
  readonly remoteParent: boolean;
  /** `event.start`, in ISO 8601 and UTC, which sorts as text. */
  readonly start: string;
  /** `event.id`: `<boot id>-<seq>`. */
  readonly eventId: string;
}

/** A span and its children in the order of their start. */
export interface TreeNode<T> {
  readonly item: T;
  children: TreeNode<T>[];
}

/** The trees of one trace. */
export interface Forest<T> {
  /** Spans without a parent, and spans whose parent belongs to another process and is missing. */
  roots: TreeNode<T>[];
  /** Spans whose parent is missing unexpectedly. */
  orphans: TreeNode<T>[];
}

function sequence(eventId: string): number {
  const number = Number.parseInt(eventId.slice(eventId.lastIndexOf('-') + 1), 10);
  return Number.isFinite(number) ? number : 0;
}

function byStart(a: Placed, b: Placed): number {
  if (a.start !== b.start) return a.start < b.start ? -1 : 1;
  return sequence(a.eventId) - sequence(b.eventId);
}

/** Marks everything below `start` as reached. Removes a link that closes a circle. */
function reach<T>(start: TreeNode<T>, reached: Set<TreeNode<T>>): void {
  reached.add(start);
  const stack = [start];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.children.some((child) => reached.has(child))) {
      node.children = node.children.filter((child) => !reached.has(child));
    }
    for (const child of node.children) {
      reached.add(child);
      stack.push(child);
    }
  }
}

/**
 * Arranges the spans of one trace as trees. The spans may come in any order.
 *
 * - Siblings are sorted by start, then by `event.id`, then by their order in the input.
 * - The last of several items with one id counts.
 * - Parents that form a circle are separated, so that the result has every span exactly once.
 */
export function buildForest<T extends Placed>(items: readonly T[]): Forest<T> {
  const nodes = new Map<string, TreeNode<T>>();
  for (const item of items) nodes.set(item.spanId, { item, children: [] });
  const sorted = [...nodes.values()].sort((a, b) => byStart(a.item, b.item));
  const forest: Forest<T> = { roots: [], orphans: [] };
  for (const node of sorted) {
    const { parentId, remoteParent } = node.item;
    const parent = parentId === undefined ? undefined : nodes.get(parentId);
    if (parent !== undefined) parent.children.push(node);
    else (parentId === undefined || remoteParent ? forest.roots : forest.orphans).push(node);
  }
  const reached = new Set<TreeNode<T>>();
  for (const root of [...forest.roots, ...forest.orphans]) reach(root, reached);
  for (const node of sorted) {
    if (reached.has(node)) continue;
    forest.orphans.push(node);
    reach(node, reached);
  }
  return forest;
}

/** All nodes of some trees, parents before children. */
export function allNodes<T>(tops: readonly TreeNode<T>[]): TreeNode<T>[] {
  const found = [...tops];
  for (const node of found) for (const child of node.children) found.push(child);
  return found;
}

/** Number of levels of the deepest tree; 0 without trees. */
export function depthOf<T>(tops: readonly TreeNode<T>[]): number {
  let depth = 0;
  for (let level = tops; level.length > 0; level = level.flatMap((node) => node.children)) depth++;
  return depth;
}
