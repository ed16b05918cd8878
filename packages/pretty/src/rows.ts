import { depthOf, type Forest, type TreeNode } from '@spanline/record';
import type { Glyphs } from './style.ts';
import type { SpanView } from './view.ts';

/** A line of the tree. */
export interface Row {
  /** Guides before the name. */
  readonly guides: string;
  /** Guides before another line below the same name. */
  readonly under: string;
  /** `undefined` for a heading. */
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

/** Depth and signs of the indentation. */
interface Indent {
  readonly maxDepth: number;
  readonly branch: string;
  readonly lastBranch: string;
  readonly pipe: string;
  readonly blank: string;
}

const MISSING = '(parent not in the log)';

/**
 * Chooses three columns a level if the deepest name then still has half of `room`, else two. Levels beyond that are not
 * indented further.
 */
function chooseIndent(depth: number, room: number, { branch, lastBranch, pipe }: Glyphs): Indent {
  const guides = Math.floor(room / 2);
  if (depth * 3 <= guides) return { maxDepth: depth, branch, lastBranch, pipe, blank: '   ' };
  return {
    maxDepth: Math.max(1, Math.floor(guides / 2) - 1),
    branch: `${branch.charAt(0)} `,
    lastBranch: `${lastBranch.charAt(0)} `,
    pipe: `${pipe.charAt(0)} `,
    blank: '  ',
  };
}

function pushAll(stack: Pending[], nodes: readonly TreeNode<SpanView>[], depth: number, above: string): void {
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index];
    if (node !== undefined) stack.push({ node, depth, last: index === nodes.length - 1, above });
  }
}

function walk(nodes: readonly TreeNode<SpanView>[], depth: number, indent: Indent, rows: Row[]): void {
  const stack: Pending[] = [];
  pushAll(stack, nodes, depth, '');
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, last, above } = top;
    const branched = top.depth > 0;
    const below = branched && top.depth <= indent.maxDepth ? above + (last ? indent.blank : indent.pipe) : above;
    const under = below + (node.children.length > 0 ? indent.pipe : indent.blank);
    const guides = branched ? above + (last ? indent.lastBranch : indent.branch) : '';
    rows.push({ guides, under, node, name: node.item.name });
    pushAll(stack, node.children, top.depth + 1, below);
  }
}

/** The rows of a forest from top to bottom, for a name column of `room` columns. */
export function rowsOf(
  forest: Forest<SpanView>,
  room: number,
  glyphs: Glyphs,
  orphansHeading: string = MISSING,
): Row[] {
  const depth = Math.max(depthOf(forest.roots) - 1, depthOf(forest.orphans));
  const indent = chooseIndent(depth, room, glyphs);
  const rows: Row[] = [];
  walk(forest.roots, 0, indent, rows);
  if (forest.orphans.length > 0) rows.push({ guides: '', under: '', node: undefined, name: orphansHeading });
  walk(forest.orphans, 1, indent, rows);
  return rows;
}
