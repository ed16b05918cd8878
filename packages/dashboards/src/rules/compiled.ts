/** An alert rule in the language of an engine: exactly, with named losses, or refused with the reason. */

/** Differences from the monitor in the process, by name. */
export const LOSSES = {
  scrapes:
    'The engine reads totals at intervals. An alert begins and ends up to two intervals later, and the calls of a process that ends between two readings may be missing.',
  'histogram-buckets': 'A quantile is interpolated within a bucket of a histogram, instead of being known within 1 %.',
  minutes: 'The engine evaluates once a minute, and sees lines once they are shipped and indexed.',
  'estimated-quantiles': 'The engine estimates quantiles of many values, in its own way.',
  'min-samples': 'The engine does not count samples: a value of fewer than minSamples fires as well.',
  'recovers-at-once': 'An alert ends with the first good value, instead of after recoverAfterMinutes.',
  labels: 'A result of an evaluation that has a label and no value is not counted.',
  'rolling-day': 'A daily metric covers the last 24 hours, instead of the UTC day.',
  'gauge-last': 'A gauge is seen when it is read. Lower or higher values in between are not.',
  'gap-restarts-recovery':
    'While an alert recovers, a window with too few samples begins the minutes of recoverAfterMinutes anew.',
  'own-clocks': 'The warning and the alert of a rule recover each on a clock of its own.',
  'no-data-state': 'Without enough samples, an alert that fires stays as it is. There is no state for it.',
  'recovery-threshold': 'An alert ends at the threshold. The engine has no recoveryThreshold.',
  'gap-recovers': 'A window with too few samples counts as good.',
  'missing-results':
    'A window with too few samples has no result. The engine has its own rules for results that are missing.',
  start: 'A count that is low because the application has just begun may fire.',
  unpriced: 'Where no model has a price, the cost is 0 instead of unknown.',
} as const;

/** Name of a loss. */
export type LossName = keyof typeof LOSSES;

/** A rule that an engine can say. Without losses, it fires and recovers as in the monitor. */
export interface Accepted<Body> {
  readonly kind: 'compiled';
  /** Name of the rule. */
  readonly rule: string;
  readonly losses: readonly LossName[];
  /** The rule's objects in the engine; more than one for a rule with a `warningThreshold` or `noData: 'alert'`. */
  readonly bodies: readonly Body[];
}

/** A rule that an engine cannot say. */
export interface Refused {
  readonly kind: 'refused';
  /** Name of the rule. */
  readonly rule: string;
  /** A sentence. */
  readonly reason: string;
}

/** A rule in the language of an engine. */
export type Compilation<Body> = Accepted<Body> | Refused;

/** Thrown within a compiler, and turned into {@link Refused} by {@link compileEach}. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** Compiles each rule; the one that throws a {@link Refusal} is refused. */
export function compileEach<Rule extends { readonly name: string }, Body>(
  rules: readonly Rule[],
  compile: (rule: Rule) => { readonly losses: readonly LossName[]; readonly bodies: readonly Body[] },
): Compilation<Body>[] {
  return rules.map((rule) => {
    try {
      const { losses, bodies } = compile(rule);
      return { kind: 'compiled', rule: rule.name, losses: [...new Set(losses)], bodies };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { kind: 'refused', rule: rule.name, reason: error.message };
    }
  });
}

/** How an engine says a rule, for a table or a program. */
export interface Explanation {
  readonly rule: string;
  /** None for a rule without a difference. */
  readonly losses?: readonly LossName[];
  /** The reason of a refusal. */
  readonly refused?: string;
}

/** A compiled rule without its objects. */
export function explainRule(result: Compilation<unknown>): Explanation {
  const { rule } = result;
  return result.kind === 'refused' ? { rule, refused: result.reason } : { rule, losses: result.losses };
}
