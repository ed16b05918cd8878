import { createHash } from 'node:crypto';
import { describeAlert } from './alert-text.ts';
import { likelyCauses } from './causes.ts';
import { type Observation, type Outcome, stateOf } from './state.ts';
import type { RecentTraces } from './trace-facts.ts';
import type { Alert } from './types.ts';
import type { Watch } from './watch.ts';
import { weighsValues } from './weigh.ts';

const MAX_TRACE_IDS = 5;

/** Who the alerts are about. */
export interface Identity {
  readonly service: string;
  readonly environment: string | undefined;
}

/** What an alert is made of, beside what is watched. */
export interface AlertParts {
  readonly identity: Identity;
  readonly seen: Observation;
  readonly outcome: Outcome;
  readonly event: Alert['event'];
  /** What is usual. */
  readonly baseline: number | undefined;
  /** Beginning of the window. */
  readonly from: number;
  readonly now: number;
  readonly traces: RecentTraces;
  readonly command: (traceIds: readonly string[]) => string;
}

function keyOf({ rule, step }: Watch, { service, environment }: Identity): string {
  const text = JSON.stringify([service, environment, rule.name, step]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function openTraces(command: AlertParts['command'], traceIds: readonly string[]): string {
  if (traceIds.length === 0) return '';
  try {
    return String(command(traceIds));
  } catch {
    // The application's function: an alert without it is better than none.
    return '';
  }
}

/** The threshold that was crossed. */
function crossed({ rule, state }: Watch, { threshold, warningThreshold }: Observation): number {
  const isMild = stateOf(state) === 'WARNING' && warningThreshold !== undefined;
  return (isMild ? warningThreshold : threshold) ?? rule.threshold;
}

/** What is told about a rule whose state is known. */
export function makeAlert(watch: Watch, parts: AlertParts): Alert {
  const { rule, step, state, top } = watch;
  const { identity, seen, outcome, event, from, now, traces } = parts;
  const threshold = crossed(watch, seen);
  const isOver = event === 'recovered' || event === 'no_data';
  const worst = isOver ? [] : top.since(from, MAX_TRACE_IDS, weighsValues(rule) ? threshold : undefined);
  const traceIds = worst.map(({ traceId }) => traceId);
  const suspect = { metric: rule.metric, step, exemplars: worst.map(({ facts }) => facts), from };
  const facts = {
    key: keyOf(watch, identity),
    name: rule.name,
    event,
    state: stateOf(state),
    severity: outcome.severity,
    metric: rule.metric,
    value: seen.isEnough ? seen.value : undefined,
    threshold,
    comparison: rule.comparison,
    baseline: parts.baseline,
    step,
    windowMinutes: rule.windowMinutes,
    samples: seen.samples,
    traceIds,
    causes: worst.length === 0 ? [] : likelyCauses(traces, suspect),
    command: openTraces(parts.command, traceIds),
    at: now,
    since: state.since,
    suppressed: outcome.suppressed,
    ...identity,
  };
  return { ...facts, message: describeAlert(facts) };
}
