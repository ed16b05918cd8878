/** Where two traces part: the first step that got, gave or ended with something else. */

import type { AttributeKey, SpanRecord } from '@spanline/record';
import type { Trace } from '../../answers/index.ts';
import { type ChangedInput, readAlignment } from '../compare/index.ts';
import { atOnce, createPieces } from '../in-pieces.ts';
import { type Chain, type ChainStep, readChain } from './chain.ts';

/** A step that differs between two traces. */
export interface Divergence {
  readonly before: ChainStep | undefined;
  readonly after: ChainStep | undefined;
  /**
   * - `missing`, `added`: one trace lacks it
   * - `got`: its input differs
   * - `gave`: its output differs, and its input does not: this step decided otherwise
   * - `ended`: it went wrong in one of them
   */
  readonly what: 'missing' | 'added' | 'got' | 'gave' | 'ended';
  readonly changes: readonly ChangedInput[];
}

/** Content, which is compared without the ids of calls. */
const CONTENT: ReadonlySet<string> = new Set<AttributeKey>([
  'gen_ai.input.messages',
  'gen_ai.tool.call.arguments',
  'spanline.content.input_bytes',
  'spanline.input',
]);

const textOf = (value: unknown): string => JSON.stringify(value) ?? '';

/** Ids of calls differ from run to run. */
const withoutIds = (value: unknown): string =>
  JSON.stringify(value, (key, inner: unknown) => (key === 'id' || key === 'tool_call_id' ? undefined : inner)) ?? '';

function differenceOf(
  before: ChainStep,
  after: ChainStep,
  changes: readonly ChangedInput[],
): Divergence['what'] | undefined {
  const hasChanged = (one: unknown, other: unknown): boolean =>
    textOf(one) !== textOf(other) && withoutIds(one) !== withoutIds(other);
  const isOwnChange = changes.some(({ key }) => !CONTENT.has(key));
  if (hasChanged(before.got, after.got) || isOwnChange) return 'got';
  if (before.problem !== after.problem) return 'ended';
  return hasChanged(before.gave, after.gave) ? 'gave' : undefined;
}

/** The chains of two traces, where they were read before. */
export interface TwoChains {
  readonly before?: Chain;
  readonly after?: Chain;
}

type Steps = ReadonlyMap<string | undefined, ChainStep>;

const byId = ({ steps }: Chain): Steps => new Map(steps.map((step) => [step.record.span_id, step]));
const find = (steps: Steps, record: SpanRecord | undefined): ChainStep | undefined =>
  record === undefined ? undefined : steps.get(record.span_id);

function divergenceOf(
  from: ChainStep | undefined,
  to: ChainStep | undefined,
  changes: readonly ChangedInput[],
): Divergence | undefined {
  if (from !== undefined && to !== undefined) {
    const what = differenceOf(from, to, changes);
    return what && { before: from, after: to, what, changes };
  }
  if (from !== undefined) return { before: from, after: to, what: 'missing', changes: [] };
  return to && { before: from, after: to, what: 'added', changes: [] };
}

/** Like {@link divergencesOf}, in pieces of 200 steps: for servers, which have others to answer in between. */
export function* readDivergences(before: Trace, after: Trace, chains: TwoChains = {}): Generator<void, Divergence[]> {
  const left = byId(chains.before ?? (yield* readChain(before)));
  yield;
  const right = byId(chains.after ?? (yield* readChain(after)));
  yield;
  const isPieceRead = createPieces();
  const found: Divergence[] = [];
  for (const { before: one, after: other, changes } of yield* readAlignment(before, after)) {
    const divergence = divergenceOf(find(left, one), find(right, other), changes);
    if (divergence !== undefined) found.push(divergence);
    if (isPieceRead()) yield;
  }
  const at = ({ before: one, after: other }: Divergence): number => (one ?? other)?.atMs ?? 0;
  return found.toSorted((a, b) => at(a) - at(b));
}

/** Finds the steps in which two traces differ, in the order of the first. Aligned as {@link alignTraces} does. */
export const divergencesOf = (before: Trace, after: Trace): Divergence[] => atOnce(readDivergences(before, after));
