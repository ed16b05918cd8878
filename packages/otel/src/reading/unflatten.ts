/** Lists that a vocabulary writes as one attribute for each field become lists again. */

/** Of more entries only these are read. A conversation has fewer; a hostile number must not make a long list. */
const MAX_ENTRIES = 2000;
const MAX_DEPTH = 8;

type Node = Map<string, Node | { readonly leaf: unknown }>;

const isNode = (value: Node | { readonly leaf: unknown }): value is Node => value instanceof Map;
const isIndex = (step: string): boolean => /^\d{1,6}$/.test(step);

/** A tree of the steps of attributes. It is built as they come, and read once at the end. */
export interface FlatList {
  /**
   * @param path - the attribute without the prefix of its family: `0.message.role`
   * @returns false if the value is left out
   */
  add(path: string, value: unknown): boolean;
  /** The entries in the order of their numbers. */
  entries(): unknown[];
}

function toValue(node: Node | { readonly leaf: unknown }): unknown {
  if (!isNode(node)) return node.leaf;
  const steps = [...node.keys()];
  if (steps.every(isIndex)) return inOrder(node).map(toValue);
  // Without a prototype, and defined one by one: `__proto__` is a field like any other.
  return Object.fromEntries([...node].map(([step, child]) => [step, toValue(child)]));
}

function inOrder(node: Node): (Node | { readonly leaf: unknown })[] {
  return [...node].toSorted(([a], [b]) => Number(a) - Number(b)).map(([, child]) => child);
}

/** Creates an empty list. */
export function createFlatList(): FlatList {
  const root: Node = new Map();
  return {
    add(path, value): boolean {
      const steps = path.split('.', MAX_DEPTH + 1);
      const [first = ''] = steps;
      if (steps.length > MAX_DEPTH || !isIndex(first) || (root.size >= MAX_ENTRIES && !root.has(first))) return false;
      const last = steps.pop() ?? '';
      let node = root;
      for (const step of steps) {
        let next = node.get(step);
        if (next === undefined || !isNode(next)) node.set(step, (next = new Map()));
        node = next;
      }
      if (!node.has(last)) node.set(last, { leaf: value });
      return true;
    },
    entries: () => inOrder(root).map(toValue),
  };
}
