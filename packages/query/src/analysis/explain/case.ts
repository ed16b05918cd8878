/** One trace of a question: how bad it is, and everything that may be the cause. */

import { selfTimes } from '../../answers/index.ts';
import { type FactRole, type FactValue, roleOf } from './facts.ts';
import { type ExplainQuestion, signOf } from './question.ts';
import type { LeanSpan } from './spans.ts';

/**
 * How the span of a fact is related to the span in question:
 *
 * - `request`: the request that it belongs to
 * - `above`: a span around it
 * - `step`: a span below it, or one that began before it ended
 * - `own`: the span itself
 */
export type Relation = 'request' | 'above' | 'step' | 'own';

/** Something that differs between traces. */
export interface Subject {
  readonly relation: Relation;
  /** Name of the step. */
  readonly step: string;
  /** Key of the record, or one of {@link MADE}. */
  readonly key: string;
}

/** Facts that are made, rather than read: how often a step runs, when the span began, and the hour of the day (UTC). */
export const MADE = { runs: 'runs', time: 'start', hour: 'hour' } as const;

/** A trace in the comparison. */
export interface Case {
  readonly traceId: string;
  /** The measure; 1 and 0 for a failure. */
  readonly value: number;
  /** Start of the span, in milliseconds since the epoch. */
  readonly at: number;
  /** Facts by subject. */
  readonly facts: ReadonlyMap<Subject, FactValue>;
  /** Share of each step in the measure: milliseconds without an open child, dollars, tokens, errors by type. */
  readonly parts: ReadonlyMap<string, number>;
  /** How the span failed. */
  readonly failure: string | undefined;
}

const MAX_SUBJECTS = 2000;

/** Gives each subject one object, and limits their number. */
export function createSubjects(): (relation: Relation, step: string, key: string) => Subject | undefined {
  const known = new Map<string, Subject>();
  return (relation, step, key) => {
    const id = JSON.stringify([relation, step, key]);
    const found = known.get(id);
    if (found !== undefined || known.size >= MAX_SUBJECTS) return found;
    const subject = { relation, step, key };
    known.set(id, subject);
    return subject;
  };
}

/** The spans of a trace around one of them. */
interface Surroundings {
  readonly own: LeanSpan;
  /** Spans around it, from the inside. */
  readonly above: readonly LeanSpan[];
  /** It, and spans below it. */
  readonly below: ReadonlySet<LeanSpan>;
}

type Children = ReadonlyMap<string, readonly LeanSpan[]>;

function childrenOf(spans: readonly LeanSpan[]): Children {
  const children = new Map<string, LeanSpan[]>();
  for (const span of spans) {
    if (span.parent === undefined) continue;
    const siblings = children.get(span.parent);
    if (siblings === undefined) children.set(span.parent, [span]);
    else siblings.push(span);
  }
  return children;
}

function around(own: LeanSpan, byId: ReadonlyMap<string, LeanSpan>, children: Children): Surroundings {
  const above: LeanSpan[] = [];
  const seen = new Set([own.id]);
  let parent = own.parent === undefined ? undefined : byId.get(own.parent);
  while (parent !== undefined && !seen.has(parent.id)) {
    seen.add(parent.id);
    above.push(parent);
    parent = parent.parent === undefined ? undefined : byId.get(parent.parent);
  }
  const below = new Set([own]);
  for (const span of below) for (const child of children.get(span.id) ?? []) below.add(child);
  return { own, above, below };
}

function sum(spans: Iterable<LeanSpan>, read: (span: LeanSpan) => number | undefined): number | undefined {
  let total: number | undefined;
  for (const span of spans) {
    const value = read(span);
    if (value !== undefined) total = (total ?? 0) + value;
  }
  return total;
}

/** The measure of a span; `undefined` if it has none. */
function measure(
  { own, below }: Surroundings,
  { measure: of, errorClass }: ExplainQuestion,
  scoreOf: (span: LeanSpan) => number | undefined,
): number | undefined {
  switch (of) {
    case 'duration':
      return own.end - own.start;
    case 'first_token':
      return own.firstTokenMs;
    case 'cost':
      return sum(below, ({ costUsd }) => costUsd);
    case 'tokens':
      return sum(below, ({ tokens }) => tokens);
    case 'score':
      return scoreOf(own);
    default:
      if (errorClass === undefined) return Number(own.isFailed);
      return Number([...below].some((span) => span.errorClass === errorClass));
  }
}

function partsOf({ below }: Surroundings, { measure: of }: ExplainQuestion): Map<string, number> {
  const parts = new Map<string, number>();
  const add = (name: string, amount: number | undefined): void => {
    if (amount !== undefined) parts.set(name, (parts.get(name) ?? 0) + amount);
  };
  if (of === 'duration') selfTimes([...below], ({ step }, selfMs) => add(step, selfMs));
  for (const { step, costUsd, tokens, errorType } of below) {
    if (of === 'cost') add(step, costUsd);
    else if (of === 'tokens') add(step, tokens);
    else if (of === 'failure' && errorType !== undefined) parts.set(`${step}: ${errorType}`, 1);
  }
  return parts;
}

/** The larger number; several texts next to each other. */
function merge(known: FactValue | undefined, value: FactValue): FactValue {
  if (known === undefined || known === value) return value;
  if (typeof known === 'number' && typeof value === 'number') return Math.max(known, value);
  return [...new Set([...String(known).split(' + '), String(value)])].toSorted().join(' + ').slice(0, 200);
}

/** True if a fact of this role was there before the bad value was. */
function isBefore(role: FactRole, hasEnded: boolean): boolean {
  return role === 'input' || (hasEnded && (role === 'outcome' || role === 'failure'));
}

function factsAround(
  spans: readonly LeanSpan[],
  surroundings: Surroundings,
  { measure: of }: ExplainQuestion,
  subjects: ReturnType<typeof createSubjects>,
): Map<Subject, FactValue> {
  const { own, above, below } = surroundings;
  const facts = new Map<Subject, FactValue>();
  const set = (relation: Relation, step: string, key: string, value: FactValue): void => {
    const subject = subjects(relation, step, key);
    if (subject !== undefined) facts.set(subject, merge(facts.get(subject), value));
  };
  const request = above.find((span) => span.isRequest) ?? above.at(-1);
  const context = new Set<string>();
  for (const [key, value] of own.facts) {
    const role = roleOf(key);
    if (role === 'context') context.add(key);
    if (role === 'failure' || (of === 'tokens' && key.includes('.usage.'))) continue;
    set('own', own.step, key, value);
  }
  for (const span of above) {
    const relation = span === request ? 'request' : 'above';
    for (const [key, value] of span.facts) {
      const role = roleOf(key);
      if (role === 'input') set(relation, span.step, key, value);
      else if (role === 'context' && span === request && !context.has(key)) set('own', own.step, key, value);
    }
  }
  const runs = new Map<string, number>([[own.step, 0]]);
  for (const span of spans) {
    const isBelow = below.has(span);
    if (!isBelow && span.start >= own.end) continue;
    if (above.includes(span)) continue;
    runs.set(span.step, (runs.get(span.step) ?? 0) + 1);
    if (span === own || span.step === own.step) continue;
    const hasEnded = isBelow || span.end <= own.end;
    for (const [key, value] of span.facts) {
      if (isBefore(roleOf(key), hasEnded)) set('step', span.step, key, value);
    }
  }
  for (const [step, count] of runs) set(step === own.step ? 'own' : 'step', step, MADE.runs, count);
  set('own', own.step, MADE.time, own.start);
  set('own', own.step, MADE.hour, `${new Date(own.start).getUTCHours()}`);
  return facts;
}

/** The case of a trace: its worst span of those in question. `undefined` if there is none. */
export function toCase(
  traceId: string,
  spans: readonly LeanSpan[],
  question: ExplainQuestion,
  scoreOf: (span: LeanSpan) => number | undefined,
  subjects: ReturnType<typeof createSubjects>,
): Case | undefined {
  const byId = new Map(spans.map((span) => [span.id, span]));
  const children = childrenOf(spans);
  let worst: { surroundings: Surroundings; value: number } | undefined;
  const sign = signOf(question);
  for (const span of spans) {
    if (!span.isTarget) continue;
    const surroundings = around(span, byId, children);
    const value = measure(surroundings, question, scoreOf);
    if (value === undefined) continue;
    if (worst === undefined || sign * value > sign * worst.value) worst = { surroundings, value };
  }
  if (worst === undefined) return undefined;
  const { own } = worst.surroundings;
  return {
    traceId,
    value: worst.value,
    at: own.start,
    facts: factsAround(spans, worst.surroundings, question, subjects),
    parts: partsOf(worst.surroundings, question),
    failure: own.isFailed
      ? (own.errorType ?? own.facts.find(([key]) => key === 'error.type')?.[1].toString())
      : undefined,
  };
}
