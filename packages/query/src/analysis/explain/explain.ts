/**
 * Compares bad traces with good ones, and finds what the bad ones have in common. On data without a cause it names one
 * in at most 5 % of the cases.
 */

import type { SpanRecord } from '@spanline/record';
import { createOpenTraces } from '../../answers/index.ts';
import { isSpanEnd } from '../../records/index.ts';
import { createCaseSample, type WeightedCase } from './case-sample.ts';
import { createSubjects, toCase } from './case.ts';
import { findCauses, toSplit } from './causes.ts';
import { columnsOf } from './columns.ts';
import type { Explanation } from './explanation.ts';
import { createKnownNames } from './known-names.ts';
import { findLimit, type Limit } from './limit.ts';
import { type ExplainQuestion, signOf } from './question.ts';
import { failuresOf, partsOf, type Sides, spreadOf, weigh } from './sides.ts';
import { type LeanSpan, stepOf, toLeanSpan } from './spans.ts';
import { nameTest, targetTest } from './target.ts';

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

/** Traces on each side that a comparison needs. */
const MIN_SIDE = 2;
const MAX_LIKE = 8;
const MAX_TRACE_IDS = 5;
const MAX_SCORES = 500_000;
/** Facts of a span take about a kilobyte. */
const LIMITS = { maxOpen: 20_000, maxHeld: 60_000 };

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
  const isComparable = bad.length >= MIN_SIDE && good.length >= MIN_SIDE;
  const columns = isComparable ? columnsOf(rows.map(({ item }) => item)) : [];
  const { found, tested } = isComparable ? findCauses(columns, sides) : { found: [], tested: 0 };
  const worst = bad.toSorted((a, b) => sign * (b.item.value - a.item.value) || b.item.at - a.item.at);
  return {
    question,
    traces,
    bad: Math.round(weigh(bad)),
    good: Math.round(weigh(good)),
    limit: limit === undefined ? undefined : { ...limit, above: sign * limit.above },
    badSpread: spreadOf(bad),
    goodSpread: spreadOf(good),
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
  const { step, score } = question;
  const steps = createKnownNames('step', step, nameTest(step ?? ''));
  const scoreNames = createKnownNames('score', score, (known) => known === score);
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
    const name = record['gen_ai.evaluation.name'];
    if (question.measure !== 'score' || name === undefined) return;
    scoreNames.add(name);
    if (name !== score) return;
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
      steps.add(stepOf(record));
      steps.add(record['span.name'] ?? '');
      const span = toLeanSpan(record, passes && isTarget(record));
      if (span === undefined) return;
      traces.get(traceId).spans.push(span);
      traces.hold(1);
    },
    end() {
      traces.end();
      const unknown = sample.count === 0 ? (steps.unknown() ?? scoreNames.unknown()) : undefined;
      return { ...answer(sample.read(), sample.count, question), ...(unknown === undefined ? {} : { unknown }) };
    },
  };
}
