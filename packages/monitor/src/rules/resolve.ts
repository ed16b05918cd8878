import { type Check, checkOptions, option, type Shape, SpanlineError } from '@spanline/record';
import { metricReader } from '../metrics/catalogue.ts';
import { isUpward } from './compare.ts';
import { completeRule } from './complete.ts';
import { conditionOf } from './expression/condition.ts';
import { ExpressionError } from './expression/error.ts';
import { parseExpression, type Requirement } from './expression/parse.ts';
import { ANY_METRIC_RULE, RULE, rulesOption } from './shape.ts';
import type { AlertRule, AlertRuleInput, Comparison, ResolvedRule } from './types.ts';
import { isOnSteps } from './watched.ts';

const CODE = 'ERR_INVALID_RULE';
const MAX_RULES = 1000;
const MAX_SHOWN_NAME = 60;

/** A rule as it was given, for messages. */
interface Given {
  /** `rules[3] "Slow Answers"`. */
  readonly label: string;
  /** Fields as they were spelled. */
  readonly fields: Readonly<Record<string, unknown>>;
}

const toCamelCase = (key: string): string => key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

function fail(option: string, expected: string, got: unknown): never {
  throw new SpanlineError({ code: CODE, option, expected, got });
}

function failField({ label, fields }: Given, field: keyof AlertRule | 'expect', expected: string): never {
  const spelled = Object.keys(fields).find((key) => toCamelCase(key) === field) ?? field;
  return fail(`${label}.${spelled}`, expected, fields[spelled]);
}

/** Copies a rule. It may come from anywhere, so that reading a field may throw. */
function readGiven(rule: unknown, index: number): Given {
  const label = `rules[${index}]`;
  if (typeof rule === 'function') fail(label, 'an object (call the function with its threshold: dailySpend(50))', rule);
  if (!option.isObject(rule)) fail(label, 'an object', rule);
  try {
    const fields = Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined));
    const { name } = fields;
    const isNamed = typeof name === 'string' && name !== '';
    return { label: isNamed ? `${label} "${name.slice(0, MAX_SHOWN_NAME)}"` : label, fields };
  } catch (cause) {
    throw new SpanlineError({ code: CODE, option: label, expected: 'readable', cause });
  }
}

/** Checks each field under the name it was given with, and returns the fields in camelCase. */
function readFields(given: Given, shape: Shape<AlertRule>): AlertRule {
  const rules: Record<string, Check<unknown>> = { ...shape };
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given.fields)) {
    const field = toCamelCase(key);
    if (!Object.hasOwn(shape, field)) continue;
    if (Object.hasOwn(fields, field)) fail(`${given.label}.${key}`, 'given in one spelling', value);
    rules[key] = shape[field as keyof AlertRule];
    fields[field] = value;
  }
  checkOptions(rules, given.fields, given.label, CODE);
  return fields as unknown as AlertRule;
}

/** True if `a` is beyond `b` in the direction in which the rule fires. */
function isBeyond(a: number, b: number, comparison: Comparison): boolean {
  return isUpward(comparison) ? a > b : a < b;
}

function checkCombinations(given: Given, rule: ResolvedRule): void {
  const { comparison, threshold, warningThreshold, recoveryThreshold, severity } = rule;
  if (warningThreshold !== undefined && severity !== 'critical') {
    failField(given, 'warningThreshold', "left out, or given together with severity: 'critical'");
  }
  if (warningThreshold !== undefined && !isBeyond(threshold, warningThreshold, comparison)) {
    failField(given, 'warningThreshold', `milder than the threshold ${threshold}`);
  }
  if (recoveryThreshold !== undefined && isBeyond(recoveryThreshold, warningThreshold ?? threshold, comparison)) {
    failField(given, 'recoveryThreshold', 'on the good side of the threshold');
  }
  if (isOnSteps(rule) && metricReader(rule.metric)?.isDaily === true) {
    failField(given, rule.perStep ? 'perStep' : 'step', 'left out for a daily metric');
  }
  if (metricReader(rule.metric)?.scores !== undefined) {
    if (isOnSteps(rule)) failField(given, rule.perStep ? 'perStep' : 'step', 'left out: scores belong to no step');
    if (rule.relativeTo !== undefined)
      failField(given, 'relativeTo', 'left out: a drift is relative to the usual scores');
  }
  if (rule.perStep && rule.step !== undefined) failField(given, 'step', 'left out beside perStep');
  if (rule.baseline !== undefined && rule.relativeTo !== 'baseline') {
    failField(given, 'baseline', "given together with relativeTo: 'baseline'");
  }
}

interface Indexed {
  readonly rule: unknown;
  readonly index: number;
}

const CONDITION_FIELDS = ['metric', 'threshold', 'comparison', 'step', 'relativeTo'] as const;

function readExpectation(given: Given): Requirement[] {
  const { expect } = given.fields;
  if (typeof expect !== 'string') return failField(given, 'expect', 'an expression, such as "p95 < 2s"');
  const beside = CONDITION_FIELDS.find((field) => Object.keys(given.fields).some((key) => toCamelCase(key) === field));
  if (beside !== undefined) failField(given, beside, 'left out beside expect');
  try {
    return parseExpression(expect);
  } catch (cause) {
    if (!(cause instanceof ExpressionError)) throw cause;
    throw new SpanlineError({ code: CODE, problem: `${given.label}.expect: ${cause.problem}`, cause });
  }
}

/** Makes a rule of each requirement of a rule that has an expression. */
function expand(rule: unknown, index: number): Indexed[] {
  const given = readGiven(rule, index);
  const { expect, name, ...fields } = given.fields;
  if (expect === undefined) return [{ rule, index }];
  const requirements = readExpectation(given);
  return requirements.map((requirement) => {
    const whole = requirements.length > 1 && typeof name === 'string' ? `${name}: ${requirement.text}` : name;
    return { rule: { ...fields, name: whole ?? requirement.text, ...conditionOf(requirement) }, index };
  });
}

function resolveRule(rule: unknown, index: number, shape: Shape<AlertRule>): ResolvedRule {
  const given = readGiven(rule, index);
  const fields = readFields(given, shape);
  const resolved: ResolvedRule = {
    warningThreshold: undefined,
    recoveryThreshold: undefined,
    relativeTo: undefined,
    baseline: undefined,
    step: undefined,
    ...completeRule(fields),
  };
  checkCombinations(given, resolved);
  return resolved;
}

/** Copies the list. Reading it may throw. */
function readList(rules: unknown): readonly unknown[] {
  const expected = `an array of at most ${MAX_RULES} rules`;
  if (!rulesOption.accepts(rules)) return fail('rules', expected, rules);
  try {
    return rules.length > MAX_RULES ? fail('rules', expected, rules) : [...rules];
  } catch (cause) {
    if (cause instanceof SpanlineError) throw cause;
    throw new SpanlineError({ code: CODE, option: 'rules', expected: 'readable', cause });
  }
}

/** Options of {@link resolveRules}. */
export interface ResolveOptions {
  /** Accepts only metrics that a monitor measures. @defaultValue true */
  knownMetricsOnly?: boolean;
}

/**
 * Checks rules and fills in the defaults.
 *
 * @throws SpanlineError `ERR_INVALID_RULE`; the message names the rule and the field
 */
export function resolveRules(
  rules: readonly AlertRuleInput[],
  { knownMetricsOnly = true }: ResolveOptions = {},
): ResolvedRule[] {
  const names = new Set<string>();
  return readList(rules)
    .flatMap((rule, index) => expand(rule, index))
    .map(({ rule, index }) => {
      const resolved = resolveRule(rule, index, knownMetricsOnly ? RULE : ANY_METRIC_RULE);
      if (names.has(resolved.name)) fail(`rules[${index}] "${resolved.name}".name`, 'unique', resolved.name);
      names.add(resolved.name);
      return resolved;
    });
}
