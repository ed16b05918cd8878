/** Figures of one side of a comparison: observations of each step, in the order of their traces. */

import { hasUnknownCost, type SpanRecord } from '@spanline/record';
import { isSpanEnd } from '../../records/index.ts';
import { isRequest, stepOf, tokensOf } from '../explain/index.ts';
import type { Sample } from './intervals.ts';

/** A growing list of observations. */
export interface Observations {
  add(value: number, trace: number): void;
  read(): Sample;
}

const FIRST = 64;

/** Creates an empty list. An observation takes twelve bytes. */
export function createObservations(): Observations {
  let values = new Float64Array(FIRST);
  let traces = new Uint32Array(FIRST);
  let count = 0;
  return {
    add(value, trace) {
      if (count === values.length) {
        const [larger, longer] = [new Float64Array(count * 2), new Uint32Array(count * 2)];
        larger.set(values);
        longer.set(traces);
        [values, traces] = [larger, longer];
      }
      values[count] = value;
      traces[count++] = trace;
    },
    read: () => ({ values: values.slice(0, count), traces: traces.slice(0, count) }),
  };
}

/** Kinds of observations. Errors are 1 and 0. */
export type Figure = 'durationMs' | 'error' | 'tokens' | 'costUsd' | `score ${string}`;

/** Observations of one step, or of all requests. */
export type StepFigures = ReadonlyMap<Figure, Sample>;

/** Observations by step. */
export interface Side {
  readonly traces: number;
  /** Requests with a model call whose cost is not known: their costs are lower bounds. */
  readonly unknownCosts: number;
  /** `undefined` is all requests: their tokens and costs are sums of their traces. */
  readonly steps: ReadonlyMap<string | undefined, StepFigures>;
}

/** Collects one side. */
export interface SideCollector {
  add(kind: string, record: SpanRecord): void;
  end(): Side;
}

const MAX_STEPS = 1000;
const MAX_SPANS = 2_000_000;

const finite = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** Sums over one trace. */
interface Totals {
  readonly trace: number;
  tokens: number | undefined;
  costUsd: number | undefined;
  hasUnknownCost: boolean;
  hasRequest: boolean;
}

/** Creates the collector of one side. */
export function createSide(): SideCollector {
  const steps = new Map<string | undefined, Map<Figure, Observations>>();
  const totals = new Map<string, Totals>();
  /** Steps of spans, for the scores that name them. */
  const names = new Map<string, string>();

  function observe(step: string | undefined, figure: Figure, value: number | undefined, trace: number): void {
    if (value === undefined) return;
    let figures = steps.get(step);
    if (figures === undefined) {
      if (steps.size > MAX_STEPS) return;
      steps.set(step, (figures = new Map<Figure, Observations>()));
    }
    let list = figures.get(figure);
    if (list === undefined) figures.set(figure, (list = createObservations()));
    list.add(value, trace);
  }

  function totalsOf(traceId: string): Totals {
    let one = totals.get(traceId);
    if (one === undefined) {
      one = { trace: totals.size, tokens: undefined, costUsd: undefined, hasUnknownCost: false, hasRequest: false };
      totals.set(traceId, one);
    }
    return one;
  }

  function addSpan(record: SpanRecord, total: Totals): void {
    const step = stepOf(record);
    const tokens = tokensOf(record);
    const costUsd = finite(record['spanline.cost.usd']);
    const duration = finite(record.duration_ms);
    const failed = Number(record['span.status'] === 'error');
    if (tokens !== undefined) total.tokens = (total.tokens ?? 0) + tokens;
    if (costUsd !== undefined) total.costUsd = (total.costUsd ?? 0) + costUsd;
    for (const name of isRequest(record) ? [step, undefined] : [step]) {
      observe(name, 'durationMs', duration, total.trace);
      observe(name, 'error', failed, total.trace);
    }
    total.hasUnknownCost ||= hasUnknownCost(record);
    total.hasRequest ||= isRequest(record);
    observe(step, 'tokens', tokens, total.trace);
    observe(step, 'costUsd', costUsd, total.trace);
    if (record.span_id !== undefined && names.size < MAX_SPANS) names.set(record.span_id, step);
  }

  const scores: { name: string; value: number; spanId: string | undefined; trace: number }[] = [];

  function addScore(record: SpanRecord, trace: number): void {
    const name = record['gen_ai.evaluation.name'];
    const value = finite(record['gen_ai.evaluation.score.value']);
    if (name !== undefined && value !== undefined) scores.push({ name, value, spanId: record.span_id, trace });
  }

  return {
    add(kind, record) {
      const { trace_id: traceId } = record;
      if (typeof traceId !== 'string') return;
      if (isSpanEnd(kind, record)) addSpan(record, totalsOf(traceId));
      else if (record['event.name'] === 'gen_ai.evaluation.result') addScore(record, totalsOf(traceId).trace);
    },
    end() {
      for (const { trace, tokens, costUsd, hasRequest } of totals.values()) {
        if (!hasRequest) continue;
        observe(undefined, 'tokens', tokens, trace);
        observe(undefined, 'costUsd', costUsd, trace);
      }
      for (const { name, value, spanId, trace } of scores) {
        observe(spanId === undefined ? undefined : names.get(spanId), `score ${name}`, value, trace);
      }
      const read = [...steps].map(
        ([step, figures]) => [step, new Map([...figures].map(([figure, list]) => [figure, list.read()]))] as const,
      );
      const unknownCosts = [...totals.values()].filter((one) => one.hasRequest && one.hasUnknownCost).length;
      return { traces: totals.size, unknownCosts, steps: new Map(read) };
    },
  };
}
