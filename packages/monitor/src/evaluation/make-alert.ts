import { createHash } from 'node:crypto';
import { describeAlert, type Moved, type Projection } from '../alerts/alert-text.ts';
import type { Alert } from '../alerts/alert.ts';
import { isScoredByValue } from '../causes/exemplar-score.ts';
import { likelyCauses } from '../causes/likely-causes.ts';
import type { RecentTraces } from '../causes/recent-traces.ts';
import type { Cell } from '../metrics/cell.ts';
import type { ScoreCounts } from '../metrics/score-counts.ts';
import { isUpward } from '../rules/compare.ts';
import type { Outcome } from './advance.ts';
import { stateOf } from './rule-state.ts';
import type { Observation } from './transition.ts';
import type { Watch } from './watch.ts';

const MAX_TRACE_IDS = 5;
const DAY_MS = 86_400_000;

/** The service whose spans are watched. */
export interface ServiceIdentity {
  readonly service: string;
  readonly environment: string | undefined;
  readonly instance: string;
}

/** The event that an alert describes. */
export interface AlertParts {
  /** The process that has the incident. */
  readonly owner: string;
  readonly identity: ServiceIdentity;
  readonly seen: Observation;
  readonly outcome: Outcome;
  readonly event: Alert['event'];
  readonly baseline: number | undefined;
  /** For a rule on the distribution of scores. */
  readonly moved: Moved | undefined;
  /** Start of the window. */
  readonly from: number;
  readonly now: number;
  /** How far the times of the state are ahead of `now`. */
  readonly aheadMs: number;
  readonly traces: RecentTraces;
  readonly command: (traceIds: readonly string[]) => string;
}

function keyOf({ rule, step }: Watch, { service, environment }: ServiceIdentity, owner: string): string {
  const text = JSON.stringify([service, environment, rule.name, step, owner]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function commandFor(traceIds: readonly string[], command: AlertParts['command']): string {
  if (traceIds.length === 0) return '';
  try {
    return String(command(traceIds));
  } catch {
    // The application's function failed: an alert without a command is better than none.
    return '';
  }
}

function crossedThreshold({ rule, state }: Watch, { threshold, warningThreshold }: Observation): number {
  const isMild = stateOf(state) === 'WARNING' && warningThreshold !== undefined;
  return (isMild ? warningThreshold : threshold) ?? rule.threshold;
}

/** The time at which a daily value reaches the threshold, if the day goes on as it began. */
function project({ reader, rule }: Watch, { value, threshold }: Observation, from: number, now: number) {
  if (!reader.isDaily || !isUpward(rule.comparison) || value === undefined || threshold === undefined) return undefined;
  if (value <= 0 || value >= threshold || now <= from) return undefined;
  const at = now + ((threshold - value) * (now - from)) / value;
  return at < from + DAY_MS ? ({ limit: threshold, at } satisfies Projection) : undefined;
}

/** The mean scores of a rule on their distribution: the usual one, and that of the window. */
export function movedOf({ reader, rule }: Watch, cell: Cell | undefined, usual: ScoreCounts): Moved | undefined {
  const now = cell === undefined ? undefined : reader.scores?.(cell)?.mean;
  const { mean } = usual;
  if (now === undefined || mean === undefined) return undefined;
  return { evaluation: rule.metric.replace(/_drift$/, ''), usual: mean, now };
}

/** Makes the alert of an event. The watch already has its new state. */
export function makeAlert(watch: Watch, parts: AlertParts): Alert {
  const { rule, step, state, exemplars } = watch;
  const { identity, seen, outcome, event, from, now, traces } = parts;
  const threshold = crossedThreshold(watch, seen);
  const isOver = event === 'recovered' || event === 'no_data';
  const worst = isOver ? [] : exemplars.since(from, MAX_TRACE_IDS, isScoredByValue(rule) ? threshold : undefined);
  const traceIds = worst.map(({ traceId }) => traceId);
  const incident = { metric: rule.metric, step, exemplars: worst.map(({ summary }) => summary), from };
  const alert = {
    key: keyOf(watch, identity, parts.owner),
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
    causes: worst.length === 0 ? [] : likelyCauses(traces, incident),
    command: commandFor(traceIds, parts.command),
    at: now,
    since: state.since - parts.aheadMs,
    suppressed: outcome.suppressed,
    ...identity,
  };
  const projection = project(watch, seen, from, now);
  return { ...alert, message: describeAlert(alert, { projection, moved: parts.moved }) };
}
