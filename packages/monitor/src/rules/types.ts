/** `warning` is an early signal; `critical` means act now. */
export type Severity = 'warning' | 'critical';

/** `gt` above and `lt` below are strict; `gte` and `lte` include the threshold. */
export type Comparison = 'gt' | 'lt' | 'gte' | 'lte';

/**
 * The effect of a window with fewer than `minSamples` samples:
 *
 * - `keep`: the state stays as it is.
 * - `ok`: the window counts as good.
 * - `no_data`: the state becomes `NO_DATA`, without a message.
 * - `alert`: the state becomes `NO_DATA`, and a message is sent.
 */
export type NoDataMode = 'keep' | 'ok' | 'no_data' | 'alert';

/** Reference of a relative threshold. */
export type Relation = 'baseline' | 'deviation';

/** An alert rule on a metric. Fields can also be written in snake_case. */
export interface AlertRule {
  /** Unique among the rules. Part of the alert's key. */
  name: string;
  /** Name of a metric, such as `latency_p95_ms`; `docs/alerts.md` lists them. */
  metric: string;
  /** In the metric's unit. With `relativeTo`, a multiple of the baseline or a number of deviations. */
  threshold: number;
  comparison: Comparison;
  /** Length of the sliding window, 1 to 1440. @defaultValue 15 */
  windowMinutes?: number;
  /** @defaultValue `warning` */
  severity?: Severity;
  /** Name of the channel that gets the alerts. `log` writes the alert line only. @defaultValue `slack` */
  notifyChannel?: string;
  /** A milder threshold that fires a warning before `threshold` fires an alert. Only with `severity: 'critical'`. */
  warningThreshold?: number;
  /** The rule recovers when the value is on the good side of this. @defaultValue the threshold that was crossed */
  recoveryThreshold?: number;
  /** Minutes for which the value must stay good before the rule recovers. @defaultValue 5 */
  recoverAfterMinutes?: number;
  /** Samples a window needs before its value counts. @defaultValue 20; 100 for a p99; 1 for counts, sums and gauges */
  minSamples?: number;
  /** @defaultValue `keep` */
  noData?: NoDataMode;
  /** Minutes after which the message of a lasting alert is repeated; 0 = never. @defaultValue 60 if critical, else 0 */
  renotifyMinutes?: number;
  /** An alert that fires again within this many minutes of a recovery is sent only if it lasts. @defaultValue 5 */
  cooldownMinutes?: number;
  /**
   * Limits what flaps and what repeats itself: most warnings, most alerts and most repetitions that are sent in a UTC
   * day. The start of a new incident is always sent: one that begins half an hour or more after the last, or lasts as
   * long. The next message contains the number of suppressed events. @defaultValue 10
   */
  maxPerDay?: number;
  /** `baseline`: a multiple of the usual value. `deviation`: robust standard deviations from the usual value. */
  relativeTo?: Relation;
  /** The usual value, instead of a learned one. Only with `relativeTo: 'baseline'`. */
  baseline?: number;
  /** Evaluates the spans of this name instead of the requests. Only without `perStep`. */
  step?: string;
  /** Evaluates each step (each name of a span that is not a request's root) separately. @defaultValue false */
  perStep?: boolean;
}

/**
 * An alert rule that states what must hold, as an expression: `p95(rerank) < 2s and error_rate < 1%`. It fires when
 * that does not hold. An expression of several requirements makes one rule of each.
 */
export interface ExpectRule extends Omit<AlertRule, 'name' | 'metric' | 'threshold' | 'comparison' | 'step'> {
  /** The expression; `docs/alerts.md` describes it. */
  expect: string;
  /** Unique among the rules. With several requirements, each is added to it. @defaultValue the requirement */
  name?: string;
}

type SnakeCase<Name extends string> = Name extends `${infer Letter}${infer Rest}`
  ? `${Letter extends Lowercase<Letter> ? Letter : `_${Lowercase<Letter>}`}${SnakeCase<Rest>}`
  : Name;

/** A rule with each field in camelCase or in snake_case (`window_minutes`). */
export type AlertRuleInput = (AlertRule | ExpectRule) & {
  readonly [Field in keyof AlertRule as SnakeCase<Field>]?: AlertRule[Field];
};

/** Fields that a rule may lack. All others have a default. */
type OptionalField = 'warningThreshold' | 'recoveryThreshold' | 'relativeTo' | 'baseline' | 'step';

/** A rule that states every field, so that what is read is what holds. */
export type CompleteRule = Required<Omit<AlertRule, OptionalField>> & Pick<AlertRule, OptionalField>;

/** A rule that was checked, with all defaults filled in. */
export interface ResolvedRule extends Required<Omit<AlertRule, OptionalField>> {
  readonly warningThreshold: number | undefined;
  readonly recoveryThreshold: number | undefined;
  readonly relativeTo: Relation | undefined;
  readonly baseline: number | undefined;
  readonly step: string | undefined;
}

/** A rule that is broken by a set of metrics. */
export interface Breach {
  alert: string;
  severity: Severity;
  metric: string;
  value: number;
  threshold: number;
}
