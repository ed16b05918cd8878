/** Lines that are not spans: scores and alerts. */
import type { AlertEvent, AlertSeverity, AlertState } from '@spanline/record';

/** A score of a span, a trace, a request or a session. */
export interface ScoreOptions {
  /** `faithfulness`, `tone`, `thumbs`. */
  name: string;
  /** A number, a category or a yes/no. A category is written as the label; a yes/no as 1 or 0, with a label. */
  value: number | string | boolean;
  /** The value in words. @defaultValue the value, unless it is a number */
  label?: string;
  /** Why the score was given. It passes capture like a span's texts. */
  explanation?: string;
  /** Who gave the score. @defaultValue `code` */
  source?: 'user' | 'code' | 'llm_judge';
  /** Version of what gave the score, such as that of a judge's rubric. @defaultValue none */
  version?: string;
  /** @defaultValue the current span, unless another id is given */
  spanId?: string;
  /** @defaultValue that of the current span, unless another id is given */
  traceId?: string;
  /** @defaultValue that of the current span */
  requestId?: string;
  /** @defaultValue that of the context */
  sessionId?: string;
  /** Milliseconds from the end of the span to its score. @defaultValue none: the line does not say */
  latencyMs?: number;
}

/** An alert about the spans of this process. */
export interface AlertOptions {
  /** Name of the rule. */
  name: string;
  event: AlertEvent;
  /** State of the rule after the event. */
  state: AlertState;
  severity: AlertSeverity;
  /** One sentence for people. */
  message: string;
  metric?: string;
  /** The metric's value. */
  value?: number;
  /** The value that the metric is compared with. */
  threshold?: number;
  /** The metric's usual value. */
  baseline?: number;
  comparison?: string;
  windowSeconds?: number;
  /** Number of spans in the window. */
  samples?: number;
  /** Name of the step that the alert is about. */
  step?: string;
  /** Traces to look at first. */
  traceIds?: readonly string[];
  /** Likely causes, a sentence each, with the evidence. */
  causes?: readonly string[];
  /** A command that opens the traces. */
  command?: string;
  /** Id of the incident, for receivers that merge repeated messages. */
  dedupKey?: string;
  /** Number of messages suppressed since the last one. */
  suppressed?: number;
}
