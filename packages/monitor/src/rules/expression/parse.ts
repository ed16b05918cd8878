/**
 * Reads an expression: requirements on metrics, such as `p95(rerank) < 2s and cost/request < 0.02`. One grammar serves
 * `spanline check` and the rules of alerts.
 *
 * ```text
 * expression   requirement { ("and" | "&&" | ",") requirement }
 * requirement  metric [ "(" step ")" ] ( "<" | "<=" | ">" | ">=" ) value
 * ```
 */

import type { Comparison } from '../types.ts';
import { ExpressionError } from './error.ts';
import { metricOf, suggestMetric, type Unit, unitOf } from './names.ts';

/** A requirement: a metric that must be on one side of a value. */
export interface Requirement {
  /** Full name of the metric: `latency_p95_ms`. */
  readonly metric: string;
  /** Name of the step; `undefined` for all requests. */
  readonly step: string | undefined;
  /** The comparison that must hold. */
  readonly comparison: Comparison;
  /** In the unit of the metric. */
  readonly threshold: number;
  /** As it was written. */
  readonly text: string;
}

interface Cursor {
  readonly text: string;
  at: number;
}

const MAX_LENGTH = 2000;
const SPACES = /\s*/y;
const NAME = /[A-Za-z][\w.]*(?:\/\w+)?/y;
const STEP = /\(\s*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<plain>[^()"]*?))\s*\)/y;
const OPERATOR = /[<>]=?/y;
const VALUE = /(?<dollar>\$?)(?<digits>[+-]?\d+(?:\.\d+)?(?:e[+-]?\d{1,3})?)(?<unit>\s*%|[a-zµ]*)/iy;
const AND = /(?:and\b|&&|,)/iy;
const COMPARISONS: Readonly<Record<string, Comparison>> = { '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' };
/** Steps that are all requests. */
const REQUESTS = new Set(['', 'request', 'requests']);

function take(cursor: Cursor, expression: RegExp): RegExpExecArray | undefined {
  const sticky = expression;
  sticky.lastIndex = cursor.at;
  const found = sticky.exec(cursor.text) ?? undefined;
  cursor.at += found?.[0].length ?? 0;
  return found;
}

function fail({ text, at }: Cursor, problem: string, length?: number, suggestion?: string): never {
  throw new ExpressionError({ text, at, problem, ...(length === undefined ? {} : { length }), suggestion });
}

/** The word at the cursor, for messages. */
const wordAt = ({ text, at }: Cursor): string => /^\S+/.exec(text.slice(at))?.[0] ?? '';

function readMetric(cursor: Cursor): { name: string; metric: string } {
  const { at } = cursor;
  const name = take(cursor, NAME)?.[0];
  if (name === undefined) {
    return fail(cursor, 'a metric is expected here, such as p95, error_rate or cost/request', wordAt(cursor).length);
  }
  const metric = metricOf(name);
  if (metric !== undefined) return { name, metric };
  return fail({ ...cursor, at }, `there is no metric "${name}"`, name.length, suggestMetric(name));
}

function readStep(cursor: Cursor): string | undefined {
  if (cursor.text[cursor.at] !== '(') return undefined;
  const found = take(cursor, STEP)?.groups;
  if (found === undefined) return fail(cursor, 'this bracket is never closed; put a name with brackets in quotes');
  const quoted = found['quoted']?.replaceAll(/\\(.)/g, '$1');
  const step = quoted ?? found['plain'] ?? '';
  return quoted === undefined && REQUESTS.has(step) ? undefined : step;
}

function readComparison(cursor: Cursor): Comparison {
  const operator = take(cursor, OPERATOR)?.[0];
  const comparison = operator === undefined ? undefined : COMPARISONS[operator];
  return comparison ?? fail(cursor, 'a comparison is expected here: <, <=, > or >=', wordAt(cursor).length || 1);
}

function factorOf(given: string, { factors, isNeeded }: Unit): number | undefined {
  if (given === '') return isNeeded ? undefined : 1;
  return Object.hasOwn(factors, given) ? factors[given] : undefined;
}

function readValue(cursor: Cursor, name: string, metric: string): number {
  const { at } = cursor;
  const unit = unitOf(name, metric);
  const found = take(cursor, VALUE);
  const { dollar = '', digits = '', unit: written = '' } = found?.groups ?? {};
  const given = written.trim();
  const factor = factorOf(given, unit);
  const isWrong = found === undefined || factor === undefined || (dollar !== '' && !unit.mayHaveDollar);
  if (isWrong && !(found !== undefined && given === '' && Number(digits) === 0)) {
    const length = Math.max(1, found?.[0].trimEnd().length ?? wordAt(cursor).length);
    return fail({ ...cursor, at }, `${name} takes a value such as ${unit.example}`, length);
  }
  return Number(digits) * (factor ?? 1);
}

function readRequirement(cursor: Cursor): Requirement {
  const { at } = cursor;
  const { name, metric } = readMetric(cursor);
  take(cursor, SPACES);
  const stepAt = cursor.at;
  const step = readStep(cursor);
  if (step !== undefined && metric.startsWith('daily_')) {
    fail({ ...cursor, at: stepAt }, `${name} is a metric of a day, and not of a step`, cursor.at - stepAt);
  }
  take(cursor, SPACES);
  const comparison = readComparison(cursor);
  take(cursor, SPACES);
  const threshold = readValue(cursor, name, metric);
  return { metric, step, comparison, threshold, text: cursor.text.slice(at, cursor.at).trim() };
}

/**
 * Reads an expression.
 *
 * @returns its requirements; all of them must hold
 * @throws ExpressionError that points at the character
 */
export function parseExpression(text: string): Requirement[] {
  const cursor: Cursor = { text, at: 0 };
  if (text.length > MAX_LENGTH) fail({ text, at: MAX_LENGTH }, `an expression has at most ${MAX_LENGTH} characters`);
  const requirements: Requirement[] = [];
  for (;;) {
    take(cursor, SPACES);
    requirements.push(readRequirement(cursor));
    take(cursor, SPACES);
    if (cursor.at >= text.length) return requirements;
    const isOr = /^(?:or\b|\|\|)/i.test(text.slice(cursor.at));
    if (isOr) fail(cursor, 'all requirements must hold: join them with "and"', wordAt(cursor).length);
    if (take(cursor, AND) === undefined) fail(cursor, '"and" or the end is expected here', wordAt(cursor).length);
  }
}
