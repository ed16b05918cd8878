import { SpanlineError } from '@spanline/core';
import { isUpward } from './compare.ts';
import { isDailyMetric, isMetricName, leastSamples } from './names.ts';
import type { AlertRule, AlertRuleInput, Comparison, NoDataMode, Relation, ResolvedRule, Severity } from './types.ts';

type Fields = Readonly<Record<string, unknown>>;

const COMPARISONS: readonly Comparison[] = ['gt', 'lt', 'gte', 'lte'];
const SEVERITIES: readonly Severity[] = ['warning', 'critical'];
const NO_DATA_MODES: readonly NoDataMode[] = ['keep', 'ok', 'no_data', 'alert'];
const RELATIONS: readonly Relation[] = ['baseline', 'deviation'];
const MAX_RULES = 1000;
const MAX_NAME = 200;
const MAX_WINDOW_MINUTES = 1440;
const MAX_MINUTES = 10_080;

const FIELDS: ReadonlySet<string> = new Set<keyof AlertRule>([
  'name',
  'metric',
  'threshold',
  'comparison',
  'windowMinutes',
  'severity',
  'notifyChannel',
  'warningThreshold',
  'recoveryThreshold',
  'recoverAfterMinutes',
  'minSamples',
  'noData',
  'renotifyMinutes',
  'cooldownMinutes',
  'maxPerDay',
  'relativeTo',
  'baseline',
  'perStep',
]);

/** Reads the fields of one rule; every error names the rule and the field. */
class RuleReader {
  readonly #fields: Fields;
  readonly #label: string;
  /** Fields as the rule spells them. */
  readonly #spelling: Record<string, string> = Object.create(null) as Record<string, string>;

  constructor(rule: unknown, index: number) {
    this.#label = `rules[${index}]`;
    if (typeof rule === 'function')
      this.fail('', 'an object (what CATALOG has as a function is called with its threshold)', rule);
    if (typeof rule !== 'object' || rule === null || Array.isArray(rule)) this.fail('', 'an object', rule);
    const entries = this.#entries(rule);
    const name = entries.find(([key]) => key === 'name')?.[1];
    if (typeof name === 'string' && name !== '') this.#label += ` "${name.slice(0, 60)}"`;
    const fields: Record<string, unknown> = Object.create(null);
    for (const [key, value] of entries) {
      const field = key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      if (!FIELDS.has(field)) this.fail(key, `a field of a rule (${[...FIELDS].join(', ')})`, 'an unknown one');
      if (field in fields) this.fail(key, 'given in one spelling', value);
      this.#spelling[field] = key;
      if (value !== undefined) fields[field] = value;
    }
    this.#fields = fields;
  }

  /** A rule may have been read from anywhere, and run code of its own. */
  #entries(rule: object): [string, unknown][] {
    try {
      return Object.entries(rule);
    } catch (cause) {
      throw new SpanlineError({ code: 'ERR_INVALID_RULE', option: this.#label, expected: 'readable', cause });
    }
  }

  fail(field: string, expected: string, got: unknown): never {
    const option = field === '' ? this.#label : `${this.#label}.${this.#spelling[field] ?? field}`;
    throw new SpanlineError({ code: 'ERR_INVALID_RULE', option, expected, got });
  }

  has(field: string): boolean {
    return field in this.#fields;
  }

  text(field: string, byDefault?: string): string {
    const value = this.#fields[field] ?? byDefault;
    if (typeof value === 'string' && value !== '' && value.length <= MAX_NAME) return value;
    return this.fail(field, `a string of 1 to ${MAX_NAME} characters`, value);
  }

  oneOf<T extends string | boolean>(field: string, allowed: readonly T[], byDefault?: T): T {
    const value = this.#fields[field] ?? byDefault;
    if (allowed.includes(value as T)) return value as T;
    return this.fail(field, `one of ${allowed.join(', ')}`, value);
  }

  number(field: string, least: number, most: number, byDefault?: number): number {
    const value = this.#fields[field] ?? byDefault;
    if (typeof value === 'number' && value >= least && value <= most) return value;
    const range = least === -Number.MAX_VALUE ? 'a finite number' : `a number from ${least} to ${most}`;
    return this.fail(field, range, value);
  }

  finite(field: string): number {
    return this.number(field, -Number.MAX_VALUE, Number.MAX_VALUE);
  }

  optional(field: string): number | undefined {
    return this.has(field) ? this.finite(field) : undefined;
  }
}

/** True when `a` lies beyond `b` in the direction in which the rule looks. */
function isBeyond(a: number, b: number, comparison: Comparison): boolean {
  return isUpward(comparison) ? a > b : a < b;
}

function checkThresholds(reader: RuleReader, rule: ResolvedRule): void {
  const { comparison, threshold, warningThreshold, recoveryThreshold } = rule;
  if (warningThreshold !== undefined) {
    if (rule.severity !== 'critical') reader.fail('warningThreshold', 'left out of a warning', warningThreshold);
    if (!isBeyond(threshold, warningThreshold, comparison)) {
      reader.fail('warningThreshold', `milder than the threshold ${threshold}`, warningThreshold);
    }
  }
  if (recoveryThreshold !== undefined && isBeyond(recoveryThreshold, warningThreshold ?? threshold, comparison)) {
    reader.fail('recoveryThreshold', 'on the good side of the threshold', recoveryThreshold);
  }
  if (rule.perStep && isDailyMetric(rule.metric)) reader.fail('perStep', 'left out of a daily metric', true);
  if (rule.relativeTo !== 'baseline' && rule.baseline !== undefined) {
    reader.fail('baseline', "given together with relativeTo: 'baseline'", rule.baseline);
  }
}

function resolveRule(given: unknown, index: number, knownMetricsOnly: boolean): ResolvedRule {
  const reader = new RuleReader(given, index);
  const metric = reader.text('metric');
  if (knownMetricsOnly && !isMetricName(metric)) {
    reader.fail('metric', 'the name of a metric, <evaluation>_score, <evaluation>_rate or gauge.<name>', metric);
  }
  const severity = reader.oneOf('severity', SEVERITIES, 'warning');
  const rule: ResolvedRule = {
    name: reader.text('name'),
    metric,
    threshold: reader.finite('threshold'),
    comparison: reader.oneOf('comparison', COMPARISONS),
    windowMinutes: reader.number('windowMinutes', 1, MAX_WINDOW_MINUTES, 15),
    severity,
    notifyChannel: reader.text('notifyChannel', 'slack'),
    warningThreshold: reader.optional('warningThreshold'),
    recoveryThreshold: reader.optional('recoveryThreshold'),
    recoverAfterMinutes: reader.number('recoverAfterMinutes', 0, MAX_MINUTES, 5),
    minSamples: reader.number('minSamples', 1, Number.MAX_SAFE_INTEGER, leastSamples(metric)),
    noData: reader.oneOf('noData', NO_DATA_MODES, 'keep'),
    renotifyMinutes: reader.number('renotifyMinutes', 0, MAX_MINUTES, severity === 'critical' ? 60 : 0),
    cooldownMinutes: reader.number('cooldownMinutes', 0, MAX_MINUTES, 5),
    maxPerDay: reader.number('maxPerDay', 1, Number.MAX_SAFE_INTEGER, 10),
    relativeTo: reader.has('relativeTo') ? reader.oneOf('relativeTo', RELATIONS) : undefined,
    baseline: reader.optional('baseline'),
    perStep: reader.oneOf('perStep', [true, false], false),
  };
  checkThresholds(reader, rule);
  return rule;
}

/** What `resolveRules` insists on. */
export interface ResolveOptions {
  /** Only metrics that a monitor measures. @defaultValue true */
  knownMetricsOnly?: boolean;
}

/**
 * Checks rules and fills in defaults.
 *
 * @throws SpanlineError `ERR_INVALID_RULE`, naming rule and field
 */
export function resolveRules(rules: readonly AlertRuleInput[], options: ResolveOptions = {}): ResolvedRule[] {
  if (!Array.isArray(rules) || rules.length > MAX_RULES) {
    const expected = `an array of at most ${MAX_RULES} rules`;
    throw new SpanlineError({ code: 'ERR_INVALID_RULE', option: 'rules', expected, got: rules });
  }
  const names = new Set<string>();
  return rules.map((given, index) => {
    const rule = resolveRule(given, index, options.knownMetricsOnly ?? true);
    if (names.has(rule.name)) {
      const option = `rules[${index}] "${rule.name}".name`;
      throw new SpanlineError({ code: 'ERR_INVALID_RULE', option, expected: 'unique', got: rule.name });
    }
    names.add(rule.name);
    return rule;
  });
}
