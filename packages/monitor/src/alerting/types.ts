import type { AlertEvent, AlertSeverity, AlertState } from '@spanline/core';
import type { Comparison } from '../rules/types.ts';

/** A likely cause of an alert, with what speaks for it. */
export interface LikelyCause {
  /** Short and stable, such as `repeated_tool_calls`. */
  readonly cause: string;
  /** One sentence with numbers. */
  readonly evidence: string;
}

/** What a rule found out: a channel gets it, and the log's alert line is made of it. */
export interface Alert {
  /** Names the incident: the same on every replica of the service and for its whole life, from `fired` to `recovered`. 32 hex digits. */
  readonly key: string;
  /** Name of the rule. */
  readonly name: string;
  readonly event: AlertEvent;
  readonly state: AlertState;
  readonly severity: AlertSeverity;
  /** One sentence for people: what, how much, over what, since when. */
  readonly message: string;
  readonly metric: string;
  /** Absent where there is no data. */
  readonly value: number | undefined;
  /** The value that was crossed, in the metric's unit, also where the rule is relative to a baseline. */
  readonly threshold: number;
  readonly comparison: Comparison;
  /** What the metric usually is, where the rule is relative to it. */
  readonly baseline: number | undefined;
  /** Name of the step, where the rule watches each step. */
  readonly step: string | undefined;
  readonly windowMinutes: number;
  /** Observations in the window. */
  readonly samples: number;
  /** Traces to look at first, worst first; at most five. */
  readonly traceIds: readonly string[];
  readonly causes: readonly LikelyCause[];
  /** The command that opens the traces. */
  readonly command: string;
  /** Epoch milliseconds of the evaluation. */
  readonly at: number;
  /** Epoch milliseconds at which the state was left that all is well. */
  readonly since: number;
  /** Events of this rule that were not sent since its last message (quiet hours, `maxPerDay`, cool-down); they stand in the log. */
  readonly suppressed: number;
  readonly service: string;
  readonly environment: string | undefined;
}

/** Where alerts go. `channels/` has the ready-made ones. */
export interface Channel {
  /** Most alerts of one message. @defaultValue all that wait, up to a thousand */
  readonly maxAlerts?: number;
  /**
   * Sends one message: one alert, or several that became due together (a digest). Rejects when it could not be delivered; the sender repeats.
   *
   * @param signal - fires when the time for this attempt is over
   */
  send(alerts: readonly Alert[], signal: AbortSignal): Promise<void>;
}
