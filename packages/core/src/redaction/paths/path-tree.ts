/** Paths in pino's syntax as a tree, which a walk over a value descends with each key. */

const WILDCARD = '*';

/** A step of a path: a name, or anything in brackets. The pattern is that of pino's `lib/redaction.js`. */
const STEP = /[^.[\]]+|\[([^[\]]*?)\]/g;
const QUOTED = /^(["'`])(.*)\1$/s;

/** No empty steps, no commas, brackets that close. */
const PATH = /^(?!.*(?:\.\.|,))(?:[^[\]]|\[[^[\]]+\])+$/s;

/** True for a path that pino's `redact` takes as well: `a.b`, `a["b-c"]`, `a[*].b`, `*.b`. */
export function isRedactPath(value: unknown): value is string {
  return typeof value === 'string' && PATH.test(value) && parsePath(value).length > 0;
}

/** The steps of a path: `a.b[*]["c.d"]` has the steps `a`, `b`, `*` and `c.d`. */
export function parsePath(path: string): string[] {
  return Array.from(path.matchAll(STEP), ([step, inBrackets]) => inBrackets?.replace(QUOTED, '$2') ?? step);
}

class PathNode {
  readonly children = new Map<string, PathNode>();
  isEnd = false;
}

/** Where some paths are after a few steps: a node for each path that may still match. */
export type PathPosition = readonly PathNode[];

/** Builds the tree of some paths; returns the position before their first step. */
export function buildPathTree(paths: readonly string[]): PathPosition {
  const root = new PathNode();
  for (const path of paths) {
    let node = root;
    for (const step of parsePath(path)) {
      let child = node.children.get(step);
      if (child === undefined) node.children.set(step, (child = new PathNode()));
      node = child;
    }
    node.isEnd = true;
  }
  return [root];
}

/** The position one key further. It is empty if no path leads there. */
export function stepInto(position: PathPosition, key: string): PathPosition {
  const next: PathNode[] = [];
  for (const { children } of position) {
    const named = children.get(key);
    const any = children.get(WILDCARD);
    if (named !== undefined) next.push(named);
    if (any !== undefined && any !== named) next.push(any);
  }
  return next;
}

/** True if a path ends here: the value is redacted. */
export function isPathEnd(position: PathPosition): boolean {
  return position.some(({ isEnd }) => isEnd);
}
