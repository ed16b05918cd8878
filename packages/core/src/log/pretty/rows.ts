import type { Forest, TreeNode } from './forest.ts';
import type { Glyphs } from './style.ts';
import type { SpanView } from './view.ts';

/** A line of the tree. */
export interface Row {
  /** Guides before the name. */
  readonly guides: string;
  /** Guides before a further line below the same name. */
  readonly under: string;
  /** `undefined`: a heading. */
  readonly node: TreeNode<SpanView> | undefined;
  readonly name: string;
}

interface Pending {
  readonly node: TreeNode<SpanView>;
  readonly depth: number;
  readonly last: boolean;
  /** Guides of the levels above, without the branch of this one. */
  readonly above: string;
}

const MISSING = '(parent not in the log)';

function pushAll(stack: Pending[], nodes: readonly TreeNode<SpanView>[], depth: number, above: string): void {
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index];
    if (node !== undefined) stack.push({ node, depth, last: index === nodes.length - 1, above });
  }
}

function walk(
  nodes: readonly TreeNode<SpanView>[],
  depth: number,
  maxDepth: number,
  glyphs: Glyphs,
  rows: Row[],
): void {
  const stack: Pending[] = [];
  pushAll(stack, nodes, depth, '');
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, last, above } = top;
    const branched = top.depth > 0;
    const branch = last ? glyphs.lastBranch : glyphs.branch;
    const below = branched && top.depth < maxDepth ? above + (last ? '   ' : glyphs.pipe) : above;
    const under = below + (node.children.length > 0 ? glyphs.pipe : '   ');
    rows.push({ guides: branched ? above + branch : '', under, node, name: node.item.name });
    pushAll(stack, node.children, top.depth + 1, below);
  }
}

/** The lines of a forest from top to bottom. Below `maxDepth` levels nothing is indented further. */
export function rowsOf(
  forest: Forest<SpanView>,
  maxDepth: number,
  glyphs: Glyphs,
  orphansHeading: string = MISSING,
): Row[] {
  const rows: Row[] = [];
  walk(forest.roots, 0, maxDepth, glyphs, rows);
  if (forest.orphans.length > 0) rows.push({ guides: '', under: '', node: undefined, name: orphansHeading });
  walk(forest.orphans, 1, maxDepth, glyphs, rows);
  return rows;
}
