/** Two traces, aligned step by step, with the inputs that differ. */

import type { AttributeKey, SpanRecord, TreeNode } from '@spanline/record';
import { ATTRIBUTE_KEYS, attributeRow } from '@spanline/record';
import type { Trace, TraceSpan } from '../../answers/index.ts';
import { roleOf, stepOf } from '../explain/index.ts';

/** An input that differs. */
export interface ChangedInput {
  readonly key: AttributeKey | `labels.${string}`;
  /** As text; `undefined` if the span has none. Content is in full. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** A step of one trace, or the same step of both. */
export interface AlignedStep {
  readonly step: string;
  /** Steps around it. */
  readonly depth: number;
  readonly before: SpanRecord | undefined;
  readonly after: SpanRecord | undefined;
  /** Of steps that both traces have. */
  readonly changes: readonly ChangedInput[];
}

type Node = TreeNode<TraceSpan>;

/** Longest list of siblings that is aligned in full; beyond it, steps are paired in their order. */
const MAX_SIBLINGS = 500;

const nameOf = ({ item }: Node): string => stepOf(item.record);

/** Pairs the equal steps of two lists, as many as possible, in their order. */
function pairs(before: readonly Node[], after: readonly Node[]): (readonly [Node | undefined, Node | undefined])[] {
  if (before.length > MAX_SIBLINGS || after.length > MAX_SIBLINGS) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, index) => [before[index], after[index]] as const);
  }
  const width = after.length + 1;
  const longest = new Uint16Array((before.length + 1) * width);
  for (let row = before.length - 1; row >= 0; row--) {
    for (let column = after.length - 1; column >= 0; column--) {
      const [one, other] = [before[row], after[column]];
      const isSame = one !== undefined && other !== undefined && nameOf(one) === nameOf(other);
      longest[row * width + column] = isSame
        ? (longest[(row + 1) * width + column + 1] ?? 0) + 1
        : Math.max(longest[(row + 1) * width + column] ?? 0, longest[row * width + column + 1] ?? 0);
    }
  }
  const found: (readonly [Node | undefined, Node | undefined])[] = [];
  let [row, column] = [0, 0];
  while (row < before.length || column < after.length) {
    const [one, other] = [before[row], after[column]];
    if (one !== undefined && other !== undefined && nameOf(one) === nameOf(other)) {
      found.push([one, other]);
      row++;
      column++;
    } else if (
      other === undefined ||
      (one !== undefined && (longest[(row + 1) * width + column] ?? 0) >= (longest[row * width + column + 1] ?? 0))
    ) {
      found.push([one, undefined]);
      row++;
    } else {
      found.push([undefined, other]);
      column++;
    }
  }
  return found;
}

const INPUTS: readonly AttributeKey[] = ATTRIBUTE_KEYS.filter((key) => {
  const side = attributeRow(key)?.side;
  return side === 'input' || (side === undefined && roleOf(key) === 'input');
});
/** Facts of the request, which all of its spans have. */
const CONTEXTS: readonly AttributeKey[] = ATTRIBUTE_KEYS.filter((key) => roleOf(key) === 'context');
/** They differ between any two processes, and say nothing about the input. */
const ELSEWHERE: ReadonlySet<string> = new Set<AttributeKey>([
  'process.pid',
  'host.name',
  'client.address',
  'server.port',
]);

function textOf(record: SpanRecord, key: string): string | undefined {
  const value = (record as Readonly<Record<string, unknown>>)[key];
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const isLabel = (key: string): key is `labels.${string}` => key.startsWith('labels.');

/** The inputs that differ between two spans. @param isRoot - the span stands for its request */
function changedInputs(before: SpanRecord, after: SpanRecord, isRoot: boolean): ChangedInput[] {
  const labels = [...new Set([...Object.keys(before), ...Object.keys(after)].filter(isLabel))].toSorted();
  const keys = isRoot ? [...INPUTS, ...CONTEXTS, ...labels] : INPUTS;
  return keys.flatMap((key) => {
    const [one, other] = [textOf(before, key), textOf(after, key)];
    return one === other || ELSEWHERE.has(key) ? [] : [{ key, before: one, after: other }];
  });
}

/** Aligns two traces: their trees from the top, and siblings in the order of their starts. */
export function alignTraces(before: Trace, after: Trace): AlignedStep[] {
  const steps: AlignedStep[] = [];
  const walk = (left: readonly Node[], right: readonly Node[], depth: number): void => {
    for (const [one, other] of pairs(left, right)) {
      const node = one ?? other;
      if (node === undefined) continue;
      const [from, to] = [one?.item.record, other?.item.record];
      const changes = from === undefined || to === undefined ? [] : changedInputs(from, to, depth === 0);
      steps.push({ step: nameOf(node), depth, before: from, after: to, changes });
      walk(one?.children ?? [], other?.children ?? [], depth + 1);
    }
  };
  walk(before.roots, after.roots, 0);
  return steps;
}
