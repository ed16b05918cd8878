/**
 * The steps of a trace as a graph. A step is an agent, a model, a tool, a retrieval and the like; steps of one name and
 * one agent are one node. An edge leads from a step to the one that came after it within the same step, or from a step to
 * the first ones within it. Steps that ran side by side follow the same one.
 */

import type { SpanRow } from '../../../src/contract/index.ts';

/** Steps of one name, type and agent. */
export interface GraphNode {
  /** The type of its spans, `start` for a root that is no step, `more` for names that have no node of their own. */
  readonly type: string;
  readonly name: string;
  /** Name of the agent that the steps belong to. */
  readonly agent?: string;
  /** Places of its spans in the trace. */
  readonly spans: number[];
  durationMs: number;
  costUsd: number;
  /** Model calls whose cost is not known, or only its least. */
  unknownCosts: number;
  errors: number;
}

/** How often one step came after another; both by place in the list of nodes. */
export interface GraphEdge {
  readonly from: number;
  readonly to: number;
  count: number;
}

export interface StepsGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

const STEPS: ReadonlySet<string> = new Set([
  'agent',
  'llm',
  'tool',
  'retriever',
  'reranker',
  'embedding',
  'guardrail',
  'evaluator',
]);
/** Nodes at most; the steps of further names are one node. */
const MAX_NODES = 40;
const MORE = { type: 'more', name: 'other steps' };
/** Steps at the same time whose followers are looked for. */
const MAX_OPEN = 64;

/** The spans that are steps. A trace without any has those without children. */
function stepsOf(spans: readonly SpanRow[]): readonly boolean[] {
  const known = spans.map(({ type }) => STEPS.has(type));
  if (known.includes(true)) return known;
  const parents = new Set(spans.map(({ parent }) => parent));
  return spans.map(({ parent }, index) => parent !== undefined && !parents.has(index));
}

/** `gpt-4o` for a model call, `search` for `execute_tool search`. */
function nameOf({ type, name, model }: SpanRow): string {
  if ((type === 'llm' || type === 'embedding') && model !== undefined) return model;
  return type === 'tool' || type === 'agent' ? name.replace(/^(?:execute_tool|invoke_agent) (?=.)/, '') : name;
}

/** Nodes by key, in the order of their first step. */
function createNodes() {
  const nodes: GraphNode[] = [];
  const places = new Map<string, number>();
  return {
    nodes,
    /** The place of the node of a step. */
    placeOf(type: string, name: string, agent: string | undefined): number {
      const own = JSON.stringify([type, name, agent]);
      const key = places.has(own) || nodes.length < MAX_NODES - 1 ? own : 'more';
      const known = places.get(key);
      if (known !== undefined) return known;
      const words = key === own ? { type, name, ...(agent !== undefined && { agent }) } : MORE;
      places.set(key, nodes.length);
      return nodes.push({ ...words, spans: [], durationMs: 0, costUsd: 0, unknownCosts: 0, errors: 0 }) - 1;
    },
  };
}

/** A step that has not been followed yet. */
interface Open {
  readonly node: number;
  readonly endMs: number;
}

/** Calls back for every step of a sequence and each one that it follows. @param inTime - steps by their start */
function follow(
  inTime: readonly number[],
  nodeOf: (index: number) => number,
  spans: readonly SpanRow[],
  first: number,
  link: (from: number, to: number) => void,
): void {
  let open: Open[] = [];
  let before: readonly number[] = [first];
  for (const index of inTime) {
    const { fromMs = 0, durationMs = 0 } = spans[index] ?? {};
    const node = nodeOf(index);
    const ended = open.filter(({ endMs }) => endMs <= fromMs);
    if (ended.length > 0) {
      before = [...new Set(ended.map((one) => one.node))];
      open = open.filter(({ endMs }) => endMs > fromMs);
    }
    for (const from of before) link(from, node);
    if (open.length < MAX_OPEN) open.push({ node, endMs: fromMs + durationMs });
  }
}

/** @param spans - parents before their children */
export function stepsGraph(spans: readonly SpanRow[]): StepsGraph {
  const isStep = stepsOf(spans);
  const { nodes, placeOf } = createNodes();
  /** The node of each step, and of each root. */
  const nodeOf = new Map<number, number>();
  /** The step or root that a span stands in, and the agent. */
  const frames: number[] = [];
  const agents: (string | undefined)[] = [];
  const inside = new Map<number, number[]>();
  spans.forEach((span, index) => {
    const { parent, type, durationMs, costUsd = 0, costBound, hasUnknownCost, error } = span;
    const isRoot = parent === undefined;
    const above = isRoot ? undefined : spans[parent];
    frames[index] =
      isRoot || above === undefined ? index : isStep[parent] === true ? parent : (frames[parent] ?? parent);
    agents[index] = isRoot ? undefined : above?.type === 'agent' ? nameOf(above) : agents[parent];
    if (isStep[index] !== true && !isRoot) return;
    const place =
      isStep[index] === true ? placeOf(type, nameOf(span), agents[index]) : placeOf('start', span.name, undefined);
    const node = nodes[place];
    if (node === undefined) return;
    nodeOf.set(index, place);
    node.spans.push(index);
    node.durationMs += durationMs;
    node.costUsd += costUsd;
    if (hasUnknownCost === true || costBound === 'least') node.unknownCosts++;
    if (error !== undefined) node.errors++;
    const frame = frames[index] ?? index;
    if (frame === index) return;
    const known = inside.get(frame);
    if (known === undefined) inside.set(frame, [index]);
    else known.push(index);
  });
  const edges = new Map<number, GraphEdge>();
  const link = (from: number, to: number): void => {
    const key = from * MAX_NODES + to;
    const edge = edges.get(key);
    if (edge === undefined) edges.set(key, { from, to, count: 1 });
    else edge.count++;
  };
  for (const [frame, steps] of inside) {
    const inTime = steps.toSorted((a, b) => (spans[a]?.fromMs ?? 0) - (spans[b]?.fromMs ?? 0) || a - b);
    follow(inTime, (index) => nodeOf.get(index) ?? 0, spans, nodeOf.get(frame) ?? 0, link);
  }
  return { nodes, edges: [...edges.values()] };
}
