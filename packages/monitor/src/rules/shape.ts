import { type Check, option, type Shape } from '@spanline/record';
import { metricReader } from '../metrics/catalogue.ts';
import type { AlertRule, AlertRuleInput } from './types.ts';

const MAX_TEXT = 200;
const MAX_WINDOW_MINUTES = 1440;
const WEEK_MINUTES = 10_080;

const text = option.like<string>(
  `a string of 1 to ${MAX_TEXT} characters`,
  (value) => typeof value === 'string' && value !== '' && value.length <= MAX_TEXT,
);
const metricName = option.like<string>(
  'the name of a metric, <evaluation>_score, <evaluation>_rate, <evaluation>_drift or gauge.<name>',
  (value) => typeof value === 'string' && metricReader(value) !== undefined,
);
const minutes = option.number({ min: 0, max: WEEK_MINUTES });
const count = option.number({ min: 1 });

/** Rules of the fields of an alert rule on any metric. */
export const ANY_METRIC_RULE: Shape<AlertRule> = {
  name: option.required(text),
  metric: option.required(text),
  threshold: option.required(option.number()),
  comparison: option.required(option.oneOf(['gt', 'lt', 'gte', 'lte'])),
  windowMinutes: option.number({ min: 1, max: MAX_WINDOW_MINUTES }),
  severity: option.oneOf(['warning', 'critical']),
  notifyChannel: text,
  warningThreshold: option.number(),
  recoveryThreshold: option.number(),
  recoverAfterMinutes: minutes,
  minSamples: count,
  noData: option.oneOf(['keep', 'ok', 'no_data', 'alert']),
  renotifyMinutes: minutes,
  cooldownMinutes: minutes,
  maxPerDay: count,
  relativeTo: option.oneOf(['baseline', 'deviation']),
  baseline: option.number(),
  step: text,
  perStep: option.boolean(),
};

/** Rules of the fields of an alert rule on a metric that a monitor measures. */
export const RULE: Shape<AlertRule> = { ...ANY_METRIC_RULE, metric: option.required(metricName) };

/** Rule of an option `rules`. `resolveRules` checks each of them. */
export const rulesOption: Check<readonly AlertRuleInput[]> = option.like<readonly AlertRuleInput[]>(
  'an array of rules',
  Array.isArray,
);
