import type { CaptureSetting } from './capture.ts';

/** Free metadata of a span. */
export type Labels = Record<string, string | number | boolean>;

/** What the application knows about whom it works for; every span started below inherits it. */
export interface ContextValues {
  sessionId?: string;
  userId?: string;
  /** An id the application itself gives a conversation; never made up. */
  conversationId?: string;
  requestId?: string;
  labels?: Labels;
  capture?: CaptureSetting;
  /** Who raised or lowered `capture` (`spanline.capture.override`). */
  captureOverride?: string;
  /** Allow-listed baggage to pass on. */
  baggage?: Readonly<Record<string, string>>;
}

/** The context of a remote caller, read from its headers. */
export interface RemoteContext {
  readonly traceId: string;
  readonly spanId: string;
  /** W3C trace flags, 8 bit. */
  readonly traceFlags: number;
  readonly traceState?: string;
  readonly baggage?: Readonly<Record<string, string>>;
}

/** Ids of a span that belongs to another tracer in this process. */
export interface ForeignContext {
  /** 32 lower-case hex digits. */
  traceId: string;
  /** 16 lower-case hex digits. */
  spanId: string;
  /** @defaultValue true */
  sampled?: boolean;
  /** Extra ids for the line (`dd.trace_id`, `dd.span_id`) where the other tracer's backend joins by its own names. */
  datadog?: { traceId: string; spanId: string };
}
