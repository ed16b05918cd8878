/**
 * Compares bad traces with good ones, and finds what the bad ones have in common. On data without a cause it names one
 * in at most 5 % of the cases.
 */

import type { SpanRecord } from '@spanline/record';
import { createOpenTraces } from '../../answers/index.ts';
import { isSpanEnd } from '../../records/index.ts';
import { type Interval, wilson } from '../statistics.ts';
import { createCaseSample, type WeightedCase } from './case-sample.ts';
import { createSubjects, type Subject, toCase } from './case.ts';
import { type Column, columnsOf, type Condition, type Split } from './columns.ts';
import { findLimit, type Limit } from './limit.ts';
import { type ExplainQuestion, signOf } from './question.ts';
import { search, type TestedSplit } from './search.ts';
import { type LeanSpan, toLeanSpan } from './spans.ts';
import { targetTest } from './target.ts';
import { describe } from './words.ts';

/** A condition that bad traces fulfil more often than good ones. */
export interface CauseSplit {
  readonly subject: Subject;
  readonly condition: Condition;
  /** The condition in words: `more than 30 documents`. */
  readonly text: string;
  /** Bad and good traces that fulfil it. Good ones are estimated where only a sample was kept. */
  readonly bad: number;
  readonly good: number;
  /** Share of the bad traces that it covers, 0 to 1. */
  readonly support: number;
  /** Share of bad ones among the traces that fulfil it, divided by their share among all. 1 is no difference. */
  readonly lift: number;
  /** Interval of the lift, 95 %. */
  readonly liftInterval: Interval;
  /** Probability of a split as good as this one, of all that were tried, if nothing were a cause. */
  readonly p: number;
}

/** A likely cause. */
export interface Cause extends CauseSplit {
  /** Conditions that pick much the same traces. The data cannot tell them apart. */
  readonly like: readonly CauseSplit[];
}

/** A step's part in the difference. */
export interface Part {
  /** Name of the step; for failures, with the type of the error. */
  readonly step: string;
  /** Mean of bad and of good traces: milliseconds without an open child, dollars, tokens, or traces with the error. */
  readonly bad: number;
  readonly good: number;
  /** Share of the whole difference. */
  readonly share: number;
}

/** The answer to a question for causes. */
export interface Explanation {
  readonly question: ExplainQuestion;
  /** Traces with a span in question. */
  readonly traces: number;
  readonly bad: number;
  readonly good: number;
  /** Values beyond it are bad. `undefined` if there was nothing to divide. */
  readonly limit: Limit | undefined;
  /** Median of the measure. */
  readonly badMedian: number | undefined;
  readonly goodMedian: number | undefined;
  /** Worst first; at most five. */
  readonly traceIds: readonly string[];
  /** How the spans in question failed, and how many did. */
  readonly failures: readonly { readonly type: string; readonly bad: number }[];
  /** Steps that make up the difference, the largest first. */
  readonly parts: readonly Part[];
  /** Likely causes, the strongest first. None means that no cause was found. */
  readonly causes: readonly Cause[];
  /** Number of conditions that were tried. */
  readonly tested: number;
}

/** Collects the traces of a question. */
export interface Explainer {
  /**
   * Adds a line.
   *
   * @param passes - the question may be about it; all other spans are only the surroundings of those
   */
  add(kind: string, record: SpanRecord, passes: boolean): void;
  /** Adds the score of a line alone. */
  addScore(record: SpanRecord): void;
  end(): Explanation;
}

const ALPHA = 0.05;
const MIN_BAD = 2;
const MIN_SUPPORT = 0.1;
const MAX_CAUSES = 3;
const MAX_LIKE = 8;
const MAX_PARTS = 5;
const MAX_TRACE_IDS = 5;
const MAX_SCORES = 500_000;
/** Facts of a span take about a kilobyte. */
const LIMITS = { maxOpen: 20_000, maxHeld: 60_000 };

const weigh = (rows: readonly WeightedCase[]): number => rows.reduce((total, { weight }) => total + weight, 0);

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/** Bad and good cases, in one order. */
interface Sides {
  readonly rows: readonly WeightedCase[];
  readonly isBad: readonly boolean[];
}

function picks({ column, from, to }: Split, row: number): boolean {
  const code = column.codes[row] ?? 0;
  return code >= from && code < to;
}

function toSplit({ rows, isBad }: Sides, { split, p }: TestedSplit): CauseSplit {
  const { subject } = split.column;
  const picked = rows.filter((_, row) => picks(split, row));
  const bad = weigh(rows.filter((_, row) => isBad[row] && picks(split, row)));
  const allBad = weigh(rows.filter((_, row) => isBad[row]));
  const weight = weigh(picked);
  const base = allBad / weigh(rows);
  // Kish: the number of observations that weighted ones are worth.
  const effective = weight ** 2 / picked.reduce((sum, one) => sum + one.weight ** 2, 0);
  const { low, high } = wilson(bad / weight, effective);
  return {
    subject,
    condition: split.condition,
    text: describe(subject, split.condition),
    bad: Math.round(bad),
    good: Math.round(weight - bad),
    support: bad / allBad,
    lift: bad / weight / base,
    liftInterval: { low: low / base, high: high / base },
    p,
  };
}

/** Correlation of two splits. */
function phi(rows: number, one: Split, other: Split): number {
  let [both, first, second] = [0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const [a, b] = [picks(one, row), picks(other, row)];
    both += Number(a && b);
    first += Number(a);
    second += Number(b);
  }
  const spread = Math.sqrt(first * (rows - first) * second * (rows - second));
  return spread === 0 ? 0 : (rows * both - first * second) / spread;
}

interface Found {
  readonly cause: TestedSplit;
  readonly like: { readonly split: TestedSplit; readonly phi: number }[];
}

/**
 * Finds the strongest cause, sets its traces aside, and goes on with the rest. A condition that no longer helps there
 * goes along with the cause that it resembles.
 */
function findCauses(columns: readonly Column[], { rows, isBad }: Sides): { found: Found[]; tested: number } {
  const allBad = isBad.filter(Boolean).length;
  const found: Found[] = [];
  const others: TestedSplit[] = [];
  let left = rows.map((_, row) => row);
  let tested = 0;
  while (found.length < MAX_CAUSES && left.filter((row) => isBad[row]).length >= MIN_BAD) {
    const result = search(columns, left, isBad);
    tested ||= result.tested;
    const good = result.best.filter(({ p, bad }) => p <= ALPHA && bad >= Math.max(MIN_BAD, allBad * MIN_SUPPORT));
    const [cause, ...rest] = good;
    if (cause === undefined) break;
    found.push({ cause, like: [] });
    if (found.length === 1) others.push(...rest);
    left = left.filter((row) => !picks(cause.split, row));
  }
  for (const split of others) {
    if (found.some(({ cause }) => cause.split.column === split.split.column)) continue;
    const [closest] = found
      .map((one) => ({ one, phi: phi(rows.length, one.cause.split, split.split) }))
      .toSorted((a, b) => b.phi - a.phi);
    closest?.one.like.push({ split, phi: closest.phi });
  }
  return { found, tested };
}

function partsOf({ rows, isBad }: Sides): Part[] {
  const sums = new Map<string, { bad: number; good: number }>();
  const totals = { bad: 0, good: 0 };
  for (const [row, { item, weight }] of rows.entries()) {
    const side = isBad[row] ? 'bad' : 'good';
    totals[side] += weight;
    for (const [step, amount] of item.parts) {
      const one = sums.get(step) ?? { bad: 0, good: 0 };
      one[side] += amount * weight;
      sums.set(step, one);
    }
  }
  const means = [...sums].map(([step, { bad, good }]) => ({
    step,
    bad: totals.bad === 0 ? 0 : bad / totals.bad,
    good: totals.good === 0 ? 0 : good / totals.good,
  }));
  const whole = means.reduce((sum, { bad, good }) => sum + bad - good, 0);
  return means
    .map((part) => ({ ...part, share: whole === 0 ? 0 : (part.bad - part.good) / whole }))
    .toSorted((a, b) => b.share - a.share || (a.step < b.step ? -1 : 1))
    .slice(0, MAX_PARTS);
}

function failuresOf({ rows, isBad }: Sides): Explanation['failures'] {
  const counts = new Map<string, number>();
  for (const [row, { item, weight }] of rows.entries()) {
    if (isBad[row] && item.failure !== undefined) counts.set(item.failure, (counts.get(item.failure) ?? 0) + weight);
  }
  return [...counts]
    .map(([type, bad]) => ({ type, bad: Math.round(bad) }))
    .toSorted((a, b) => b.bad - a.bad || (a.type < b.type ? -1 : 1));
}

function limitOf(rows: readonly WeightedCase[], question: ExplainQuestion): Limit | undefined {
  const sign = signOf(question);
  if (question.measure === 'failure') return { above: 0, from: 'given' };
  if (question.limit !== undefined) return { above: sign * question.limit, from: 'given' };
  return findLimit(rows.map(({ item }) => sign * item.value));
}

/** Divides the cases, compares them, and answers. */
function answer(all: readonly WeightedCase[], traces: number, question: ExplainQuestion): Explanation {
  const sign = signOf(question);
  const limit = limitOf(all, question);
  const isBeyond = ({ item }: WeightedCase): boolean => limit !== undefined && sign * item.value > limit.above;
  const { from, to } = question.during ?? { from: -Infinity, to: Infinity };
  const rows = all.filter((one) => !isBeyond(one) || (one.item.at >= from && one.item.at <= to));
  const sides: Sides = { rows, isBad: rows.map(isBeyond) };
  const bad = rows.filter(isBeyond);
  const good = rows.filter((one) => !isBeyond(one));
  const isComparable = bad.length >= MIN_BAD && good.length >= MIN_BAD;
  const columns = isComparable ? columnsOf(rows.map(({ item }) => item)) : [];
  const { found, tested } = isComparable ? findCauses(columns, sides) : { found: [], tested: 0 };
  const worst = bad.toSorted((a, b) => sign * (b.item.value - a.item.value) || b.item.at - a.item.at);
  return {
    question,
    traces,
    bad: Math.round(weigh(bad)),
    good: Math.round(weigh(good)),
    limit: limit === undefined ? undefined : { ...limit, above: sign * limit.above },
    badMedian: median(bad.map(({ item }) => item.value)),
    goodMedian: median(good.map(({ item }) => item.value)),
    traceIds: worst.slice(0, MAX_TRACE_IDS).map(({ item }) => item.traceId),
    failures: failuresOf(sides),
    parts: isComparable ? partsOf(sides) : [],
    causes: found.map(({ cause, like }) => ({
      ...toSplit(sides, cause),
      like: like
        .toSorted((a, b) => b.phi - a.phi)
        .slice(0, MAX_LIKE)
        .map(({ split }) => toSplit(sides, split)),
    })),
    tested,
  };
}

/** Creates a collector for a question. Lines may come in any order; those of a trace should stand close together. */
export function createExplainer(question: ExplainQuestion): Explainer {
  const isTarget = targetTest(question);
  const sample = createCaseSample(signOf(question));
  const subjects = createSubjects();
  /** Scores by span; of scores without a span, by trace. */
  const scores = new Map<string, number>();
  const scoreOf = (traceId: string) => (span: LeanSpan) =>
    scores.get(span.id) ?? (span.parent === undefined || span.isRequest ? scores.get(traceId) : undefined);
  const traces = createOpenTraces<{ id: string; spans: LeanSpan[] }>(
    (id) => ({ id, spans: [] }),
    ({ id, spans }) => {
      const found = toCase(id, spans, question, scoreOf(id), subjects);
      if (found !== undefined) sample.add(found);
      return spans.length;
    },
    LIMITS,
  );

  function addScore(record: SpanRecord): void {
    if (record['event.name'] !== 'gen_ai.evaluation.result') return;
    if (question.measure !== 'score' || record['gen_ai.evaluation.name'] !== question.score) return;
    const value = record['gen_ai.evaluation.score.value'];
    const id = record.span_id ?? record.trace_id;
    if (id === undefined || typeof value !== 'number' || !Number.isFinite(value)) return;
    if (scores.size < MAX_SCORES || scores.has(id)) scores.set(id, value);
  }

  return {
    addScore,
    add(kind, record, passes) {
      addScore(record);
      const { trace_id: traceId } = record;
      if (typeof traceId !== 'string' || !isSpanEnd(kind, record)) return;
      const span = toLeanSpan(record, passes && isTarget(record));
      if (span === undefined) return;
      traces.get(traceId).spans.push(span);
      traces.hold(1);
    },
    end() {
      traces.end();
      return answer(sample.read(), sample.count, question);
    },
  };
}
