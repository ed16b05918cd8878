import { allNodes, type Forest, type TreeNode } from '@spanline/record';
import { formatDuration } from './format.ts';
import type { Glyphs } from './style.ts';
import type { SpanView } from './view.ts';

/** Maximum length of a run of equal siblings that are printed one by one. */
const MAX_RUN = 20;

function isPlain(node: TreeNode<SpanView>): boolean {
  return node.children.length === 0 && node.item.status === 'ok';
}

function isSame(a: TreeNode<SpanView>, b: TreeNode<SpanView>): boolean {
  return a.item.name === b.item.name && a.item.type === b.item.type && isPlain(a) && isPlain(b);
}

function merge(run: readonly TreeNode<SpanView>[], glyphs: Glyphs): TreeNode<SpanView>[] {
  const first = run[0]?.item;
  if (first === undefined || run.length <= MAX_RUN) return [...run];
  let endMs = first.startMs;
  let longestMs = 0;
  for (const { item } of run) {
    endMs = Math.max(endMs, item.startMs + item.durationMs);
    longestMs = Math.max(longestMs, item.durationMs);
  }
  const item: SpanView = {
    ...first,
    name: `${run.length} ${glyphs.times} ${first.name}`,
    durationMs: endMs - first.startMs,
    firstTokenMs: undefined,
    details: [{ text: `longest ${formatDuration(longestMs)}`, tone: 'plain' }],
  };
  return [{ item, children: [] }];
}

function mergeRuns(nodes: readonly TreeNode<SpanView>[], glyphs: Glyphs): TreeNode<SpanView>[] {
  const merged: TreeNode<SpanView>[] = [];
  let run: TreeNode<SpanView>[] = [];
  for (const node of nodes) {
    const last = run.at(-1);
    if (last !== undefined && !isSame(last, node)) {
      merged.push(...merge(run, glyphs));
      run = [];
    }
    run.push(node);
  }
  merged.push(...merge(run, glyphs));
  return merged;
}

/**
 * Replaces each run of more than 20 equal, childless, successful siblings by one line, from the first start to the last
 * end.
 */
export function collapse(forest: Forest<SpanView>, glyphs: Glyphs): void {
  for (const node of allNodes([...forest.roots, ...forest.orphans])) {
    if (node.children.length > MAX_RUN) node.children = mergeRuns(node.children, glyphs);
  }
}
