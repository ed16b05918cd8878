import type { AlertEvent, AlertSeverity, AlertState } from '@spanline/record';

/** One judgement about a span, a trace or a session. */
export interface ScoreOptions {
  name: string;
  /** A number, a category or a yes/no; categories are written as label, booleans as 1 or 0 with a label. */
  value: number | string | boolean;
  label?: string;
  explanation?: string;
  /** @defaultValue `code` */
  source?: 'user' | 'code' | 'llm_judge';
  /** @defaultValue the current span */
  spanId?: string;
  traceId?: string;
  requestId?: string;
  sessionId?: string;
}

/** What a rule found out about the spans of this process. */
export interface AlertOptions {
  /** Name of the rule. */
  name: string;
  event: AlertEvent;
  state: AlertState;
  severity: AlertSeverity;
  /** One sentence for people. */
  message: string;
  metric?: string;
  value?: number;
  threshold?: number;
  /** What the metric usually is. */
  baseline?: number;
  comparison?: string;
  windowSeconds?: number;
  samples?: number;
  /** Name of the step the alert is about. */
  step?: string;
  /** Traces to look at first. */
  traceIds?: readonly string[];
  /** Likely causes: a sentence each, with the evidence. */
  causes?: readonly string[];
  /** Opens the traces. */
  command?: string;
  /** Names the incident for those who collapse repeated messages. */
  dedupKey?: string;
  /** Messages that were not sent since the last one. */
  suppressed?: number;
}
