/**
 * Places of nodes and edges, from top to bottom: each node is below those that lead to it. Edges that close a circle lead
 * up. An edge that passes other rows has a place of its own in each of them, so that it crosses no node.
 */

/** Sizes, in pixels. */
export const NODE = { width: 196, height: 46 } as const;
const GAP = { x: 32, y: 46, passing: 18 } as const;
/** How often the order of each row is improved. */
const SWEEPS = 8;

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** An edge between two nodes, by their places in the list. */
export interface Link {
  readonly from: number;
  readonly to: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** The middle of the upper side of each node. */
  readonly nodes: readonly Point[];
  /** The points that each edge leads through, in the direction of the edge; empty for an edge to its own node. */
  readonly links: readonly (readonly Point[])[];
}

/** Edges that lead to a node that leads to them. */
function backLinks(count: number, links: readonly Link[]): ReadonlySet<Link> {
  const back = new Set<Link>();
  const state = Array.from({ length: count }, (): 'new' | 'open' | 'done' => 'new');
  const visit = (node: number): void => {
    state[node] = 'open';
    for (const link of links) {
      if (link.from !== node) continue;
      if (state[link.to] === 'open') back.add(link);
      else if (state[link.to] === 'new') visit(link.to);
    }
    state[node] = 'done';
  };
  for (let node = 0; node < count; node++) if (state[node] === 'new') visit(node);
  return back;
}

/** The row of each node: one below the lowest node that leads to it. */
function rowsOf(count: number, links: readonly Link[]): number[] {
  const rows = Array.from({ length: count }, () => 0);
  // No path has more edges than there are nodes.
  for (let round = 0; round < count; round++)
    for (const { from, to } of links) rows[to] = Math.max(rows[to] ?? 0, (rows[from] ?? 0) + 1);
  return rows;
}

/** A place in a row: of a node, or of an edge that passes. */
interface Cell {
  readonly width: number;
  readonly row: number;
  readonly above: Cell[];
  readonly below: Cell[];
  x: number;
}

const middle = (cells: readonly Cell[], otherwise: number): number =>
  cells.length === 0 ? otherwise : cells.reduce((sum, { x }) => sum + x, 0) / cells.length;

/** Puts the cells of a row side by side, around 0. */
function spread(row: readonly Cell[]): void {
  const gapOf = (cell: Cell): number => (cell.width > 0 ? GAP.x : GAP.passing);
  let x = -row.reduce((sum, cell) => sum + cell.width + gapOf(cell), 0) / 2;
  for (const cell of row) {
    cell.x = x + (cell.width + gapOf(cell)) / 2;
    x += cell.width + gapOf(cell);
  }
}

/** Orders each row by where its neighbours are. */
function arrange(rows: Cell[][]): void {
  for (const row of rows) spread(row);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isDown = sweep % 2 === 0;
    for (const row of isDown ? rows : rows.toReversed()) {
      const wanted = new Map(row.map((cell) => [cell, middle(isDown ? cell.above : cell.below, cell.x)]));
      row.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0));
      spread(row);
    }
  }
}

const isPair = (links: readonly Link[], { from, to }: Link): boolean =>
  links.some((other) => other.from === to && other.to === from);

/** Lays out a graph of some dozens of nodes. */
export function layOut(count: number, links: readonly Link[]): Layout {
  const others = links.filter(({ from, to }) => from !== to);
  const back = backLinks(count, others);
  const down = others.map((link) => (back.has(link) ? { from: link.to, to: link.from } : link));
  const rowOf = rowsOf(count, down);
  const cell = (row: number, width: number): Cell => ({ width, row, above: [], below: [], x: 0 });
  const nodes = rowOf.map((row) => cell(row, NODE.width));
  const rows: Cell[][] = Array.from({ length: Math.max(0, ...rowOf) + 1 }, () => []);
  for (const node of nodes) rows[node.row]?.push(node);
  /** Cells of each edge from top to bottom. */
  const paths = new Map<Link, readonly Cell[]>();
  others.forEach((link, index) => {
    const [top, bottom] = [nodes[down[index]?.from ?? 0], nodes[down[index]?.to ?? 0]];
    if (top === undefined || bottom === undefined) return;
    const passing = Array.from({ length: bottom.row - top.row - 1 }, (_, at) => cell(top.row + at + 1, 0));
    for (const one of passing) rows[one.row]?.push(one);
    const path = [top, ...passing, bottom];
    path.forEach((one, at) => {
      const next = path[at + 1];
      if (next === undefined) return;
      one.below.push(next);
      next.above.push(one);
    });
    paths.set(link, path);
  });
  arrange(rows);
  const sides = rows.flat().flatMap(({ x, width }) => [x - width / 2, x + width / 2]);
  // On the right there is room for edges of a node to itself.
  const left = Math.min(0, ...sides) - GAP.x;
  const width = Math.max(0, ...sides) + 2 * GAP.x - left;
  const pointOf = ({ x, row }: Cell): Point => ({ x: x - left, y: GAP.y / 2 + row * (NODE.height + GAP.y) });
  return {
    width,
    height: rows.length * (NODE.height + GAP.y),
    nodes: nodes.map(pointOf),
    links: links.map((link) => {
      const path = paths.get(link) ?? [];
      // The two directions of a pair stand beside each other.
      const aside = !isPair(links, link) ? 0 : back.has(link) ? 14 : -14;
      const points = path.flatMap((one, at): Point[] => {
        const { x, y } = pointOf(one);
        const isFirst = at === 0;
        const isLast = at === path.length - 1;
        if (isFirst) return [{ x: x + aside, y: y + NODE.height }];
        return isLast
          ? [{ x: x + aside, y }]
          : [
              { x: x + aside, y },
              { x: x + aside, y: y + NODE.height },
            ];
      });
      return back.has(link) ? points.toReversed() : points;
    }),
  };
}

/** An edge as the path of an SVG: a curve that is vertical at each point. */
export function curve(points: readonly Point[]): string {
  return points
    .map(({ x, y }, index) => {
      const before = points[index - 1];
      if (before === undefined) return `M${x} ${y}`;
      const half = (before.y + y) / 2;
      return before.x === x ? `L${x} ${y}` : `C${before.x} ${half} ${x} ${half} ${x} ${y}`;
    })
    .join('');
}

/** An edge from a node to itself, on its right. */
export const loop = ({ x, y }: Point): string => {
  const side = x + NODE.width / 2;
  return `M${side} ${y + 12}C${side + 30} ${y + 4} ${side + 30} ${y + NODE.height - 4} ${side} ${y + NODE.height - 12}`;
};
