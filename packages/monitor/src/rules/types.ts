/** How bad it is: `warning` is an early signal, `critical` means act now. */
export type Severity = 'warning' | 'critical';

/** `gt` above, `lt` below, both strict; `gte` and `lte` include the threshold. */
export type Comparison = 'gt' | 'lt' | 'gte' | 'lte';

/**
 * What a rule does while its window holds fewer samples than `minSamples`: `keep` leaves the state as it is, `ok` counts as all is well, `no_data` changes the state in silence, `alert` sends a
 * message about the missing data.
 */
export type NoDataMode = 'keep' | 'ok' | 'no_data' | 'alert';

/** What a threshold may be relative to. */
export type Relation = 'baseline' | 'deviation';

/** One rule. Fields may be written in snake_case as well. */
export interface AlertRule {
  /** Unique among the rules; part of the key by which pagers recognise an alert. */
  name: string;
  /** Name of a metric, such as `latency_p95_ms`; `docs/alerts.md` lists them. */
  metric: string;
  /** In the metric's unit; a multiple of the baseline with `relativeTo`. */
  threshold: number;
  comparison: Comparison;
  /** Length of the sliding window; up to 1440. @defaultValue 15 */
  windowMinutes?: number;
  /** @defaultValue `warning` */
  severity?: Severity;
  /** Name of the channel that is told, beside the log. @defaultValue `slack` */
  notifyChannel?: string;
  /** A milder threshold that gives a warning before `threshold` gives an alert; for critical rules. */
  warningThreshold?: number;
  /** The value has to come back beyond this one before the rule recovers. @defaultValue the threshold that was crossed */
  recoveryThreshold?: number;
  /** So long it has to stay there. @defaultValue 5 */
  recoverAfterMinutes?: number;
  /** Samples that a window needs before its value means anything. @defaultValue 20; 1 for counts, sums and gauges */
  minSamples?: number;
  /** @defaultValue `keep` */
  noData?: NoDataMode;
  /** Minutes after which an alert that goes on is sent again; 0 = never. @defaultValue 60 for critical rules, 0 for warnings */
  renotifyMinutes?: number;
  /** A rule that fires again so soon after its recovery is logged, and sent if it goes on after that. @defaultValue 5 */
  cooldownMinutes?: number;
  /** Most warnings, and most alerts, of the rule that are sent in one UTC day; the next message says how many events were suppressed. @defaultValue 10 */
  maxPerDay?: number;
  /** `baseline`: the threshold is a multiple of what the metric usually is. `deviation`: so many robust standard deviations away from it. */
  relativeTo?: Relation;
  /** What the metric usually is, instead of learning it. Only with `relativeTo: 'baseline'`. */
  baseline?: number;
  /** The rule watches each step (name of a span that is not the root of its request) by itself, steps that appear later included. @defaultValue false */
  perStep?: boolean;
}

type SnakeCase<Name extends string> = Name extends `${infer Letter}${infer Rest}`
  ? `${Letter extends Lowercase<Letter> ? Letter : `_${Lowercase<Letter>}`}${SnakeCase<Rest>}`
  : Name;

/** A rule as it is given: each field in camelCase or in snake_case (`window_minutes`). */
export type AlertRuleInput = AlertRule & {
  readonly [Field in keyof AlertRule as SnakeCase<Field>]?: AlertRule[Field];
};

/** A rule with every default filled in. */
export interface ResolvedRule extends Required<
  Omit<AlertRule, 'warningThreshold' | 'recoveryThreshold' | 'relativeTo' | 'baseline'>
> {
  readonly warningThreshold: number | undefined;
  readonly recoveryThreshold: number | undefined;
  readonly relativeTo: Relation | undefined;
  readonly baseline: number | undefined;
}

/** One rule that the metrics break. */
export interface Breach {
  alert: string;
  severity: Severity;
  metric: string;
  value: number;
  threshold: number;
}
