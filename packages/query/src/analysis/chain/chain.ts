/** The decision chain of a trace: its steps in the order of time, with what each got and what it gave. */

import {
  type ContentFault,
  contentFaults,
  createRecordReconstruction,
  parseContent,
  type SpanRecord,
  type TreeNode,
} from '@spanline/record';
import type { Trace, TraceSpan } from '../../answers/index.ts';
import { endMs, startMs } from '../../records/index.ts';
import { stepOf } from '../explain/index.ts';
import { atOnce, createPieces } from '../in-pieces.ts';
import { problemOf } from './problem.ts';

/** A step of a chain. */
export interface ChainStep {
  /** Its place in the chain, from 1. */
  readonly number: number;
  readonly record: SpanRecord;
  /** Its name, without that of a model. */
  readonly step: string;
  /** Milliseconds from the start of the trace. */
  readonly atMs: number | undefined;
  /** Messages with the system instructions first, arguments, a query, or any other input. References are resolved. */
  readonly got: unknown;
  /** Messages, a result, documents, or any other output. */
  readonly gave: unknown;
  /** Content that the lines do not have as it was. */
  readonly faults: readonly ContentFault[];
  /** How it went wrong; `undefined` if it did not. */
  readonly problem: string | undefined;
}

/** The steps of a trace. */
export interface Chain {
  readonly root: ChainStep | undefined;
  readonly steps: readonly ChainStep[];
  /** The step that went wrong first: of those that ended badly, the one that ended first. */
  readonly failed: ChainStep | undefined;
}

/** Types of spans that are steps even if there are spans below them. */
const DECISIONS: ReadonlySet<string> = new Set(['tool', 'retriever', 'reranker', 'guardrail']);

function isStep({ item: { record }, children }: TreeNode<TraceSpan>): boolean {
  return children.length === 0 || DECISIONS.has(record['span.type'] ?? '') || problemOf(record) !== undefined;
}

const parsed = (value: string | undefined): unknown => (value === undefined ? undefined : parseContent(value));

/** Reads the content of spans. It may stand on lines of its own. */
function createContentReader({
  spans,
  others,
}: Trace): (record: SpanRecord) => Pick<ChainStep, 'got' | 'gave' | 'faults'> {
  const apart = new Map(others.flatMap(({ kind, record }) => (kind === 'span' ? [[record.span_id, record]] : [])));
  const restore = createRecordReconstruction([...spans, ...others.map(({ record }) => record)]);
  return (record) => {
    const { input, output, missing } = restore(record.span_id ?? '') ?? {};
    const whole: SpanRecord = { ...apart.get(record.span_id), ...record };
    const system = parsed(whole['gen_ai.system_instructions']);
    const instructions =
      Array.isArray(system) && system.length > 0 ? [{ role: 'system', parts: system as unknown }] : [];
    return {
      got: Array.isArray(input)
        ? [...instructions, ...(input as unknown[])]
        : (input ?? whole['gen_ai.retrieval.query.text']),
      gave: output ?? parsed(whole['gen_ai.retrieval.documents']),
      faults: contentFaults(whole, missing),
    };
  };
}

/** The steps in the order of the tree. A stack of its own: traces may be deeper than that of the engine. */
function stepsIn(roots: readonly TreeNode<TraceSpan>[]): SpanRecord[] {
  const found: SpanRecord[] = [];
  const waiting = roots.toReversed();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (isStep(node)) found.push(node.item.record);
    for (const child of node.children.toReversed()) waiting.push(child);
  }
  return found;
}

/** Milliseconds at which a step ended; steps without a time come last. */
const endOf = ({ record }: ChainStep): number => endMs(record) ?? Number.POSITIVE_INFINITY;

/** Like {@link chainOf}, in pieces of 200 steps: for servers, which have others to answer in between. */
export function* readChain(trace: Trace): Generator<void, Chain> {
  const read = createContentReader(trace);
  yield;
  const isPieceRead = createPieces();
  const [top] = trace.roots;
  const begin = top?.item.startMs;
  const toStep = (record: SpanRecord, index: number): ChainStep => {
    const start = startMs(record);
    return {
      number: index + 1,
      record,
      step: stepOf(record),
      atMs: start === undefined || begin === undefined ? undefined : start - begin,
      ...read(record),
      problem: problemOf(record),
    };
  };
  const found = stepsIn(trace.roots);
  yield;
  const timed = found.map((record) => ({ record, time: startMs(record) ?? Number.POSITIVE_INFINITY }));
  yield;
  timed.sort((a, b) => a.time - b.time || 0);
  yield;
  const steps: ChainStep[] = [];
  for (const { record } of timed) {
    steps.push(toStep(record, steps.length));
    if (isPieceRead()) yield;
  }
  const failed = steps
    .filter(({ problem }) => problem !== undefined)
    .toSorted((a, b) => endOf(a) - endOf(b) || b.number - a.number)[0];
  return { root: top === undefined ? undefined : toStep(top.item.record, -1), steps, failed };
}

/**
 * Reads the chain of a trace: the spans with no span below them, tools, retrievers, rerankers and guardrails, and every
 * span that went wrong.
 */
export const chainOf = (trace: Trace): Chain => atOnce(readChain(trace));
