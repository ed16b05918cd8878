/** Two traces, aligned step by step, with the inputs that differ. */

import type { SpanRecord, TreeNode } from '@spanline/record';
import type { Trace, TraceSpan } from '../../answers/index.ts';
import { stepOf } from '../explain/index.ts';
import { atOnce, createPieces } from '../in-pieces.ts';
import { type ChangedInput, changedInputs, createInputReader } from './inputs.ts';

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

/** Like {@link alignTraces}, in pieces of 200 steps: for servers, which have others to answer in between. */
export function* readAlignment(before: Trace, after: Trace): Generator<void, AlignedStep[]> {
  const steps: AlignedStep[] = [];
  const isPieceRead = createPieces();
  const left = createInputReader(before);
  yield;
  const right = createInputReader(after);
  yield;
  const changesOf = (from: SpanRecord | undefined, to: SpanRecord | undefined, isRoot: boolean): ChangedInput[] =>
    from === undefined || to === undefined ? [] : changedInputs(left(from), right(to), isRoot);
  // A stack of its own: traces may be deeper than that of the engine.
  const waiting = pairs(before.roots, after.roots)
    .map((pair) => ({ pair, depth: 0 }))
    .toReversed();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const {
      pair: [one, other],
      depth,
    } = next;
    const node = one ?? other;
    if (node === undefined) continue;
    const [from, to] = [one?.item.record, other?.item.record];
    steps.push({ step: nameOf(node), depth, before: from, after: to, changes: changesOf(from, to, depth === 0) });
    const below = pairs(one?.children ?? [], other?.children ?? []);
    for (const pair of below.toReversed()) waiting.push({ pair, depth: depth + 1 });
    if (isPieceRead()) yield;
  }
  return steps;
}

/**
 * Aligns two traces: their trees from the top, and siblings in the order of their starts. Messages are compared as they
 * were sent: references are resolved, and content that is kept apart counts.
 */
export const alignTraces = (before: Trace, after: Trace): AlignedStep[] => atOnce(readAlignment(before, after));
