import type { AlertEvent, AlertSeverity, AlertState } from '@spanline/record';
import type { Comparison } from '../rules/types.ts';

/** A likely cause of an alert, with its evidence. */
export interface LikelyCause {
  /** Short and stable, such as `repeated_tool_calls`. */
  readonly cause: string;
  /** One sentence with numbers. */
  readonly evidence: string;
}

/** An event of a rule. Channels get it, and the log's alert line is made from it. */
export interface Alert {
  /**
   * Identifies the incident: 32 hex digits, the same from `fired` to `recovered`, also over a restart with `memory`.
   * Each process has its own, so that the recovery of one replica does not end the incident of another.
   */
  readonly key: string;
  /** Name of the rule. */
  readonly name: string;
  readonly event: AlertEvent;
  readonly state: AlertState;
  readonly severity: AlertSeverity;
  /** One sentence: the value, the limit, the window and the samples. */
  readonly message: string;
  readonly metric: string;
  /** Absent if there is too little data. */
  readonly value: number | undefined;
  /** The threshold that was crossed, in the metric's unit, also for rules relative to a baseline. */
  readonly threshold: number;
  readonly comparison: Comparison;
  /** The usual value of the metric, for rules relative to it. */
  readonly baseline: number | undefined;
  /** Name of the step, for rules with `perStep`. */
  readonly step: string | undefined;
  readonly windowMinutes: number;
  /** Observations in the window. */
  readonly samples: number;
  /** Traces to look at first, worst first; at most five. */
  readonly traceIds: readonly string[];
  readonly causes: readonly LikelyCause[];
  /** A command that opens the traces. */
  readonly command: string;
  /** Time of the evaluation, in epoch milliseconds. */
  readonly at: number;
  /** Time at which the state stopped being `OK`, in epoch milliseconds. */
  readonly since: number;
  /**
   * Events of this rule that were not sent since its last message (quiet hours, `maxPerDay`, cool-down). They are in
   * the log.
   */
  readonly suppressed: number;
  readonly service: string;
  readonly environment: string | undefined;
  /** The process that watches: host name and process id. */
  readonly instance: string;
}
