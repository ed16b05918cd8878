/** Values that a span inherits from its surroundings, in this process and from outside. */
import type { CaptureSetting } from './capture.ts';

/** Free metadata: scalars by name. */
export type Labels = Record<string, string | number | boolean>;

/** The prompt that a model is asked with. */
export interface PromptReference {
  /** Written as `gen_ai.prompt.name`. */
  name: string;
  /** Written as `gen_ai.prompt.version`. */
  version?: string;
  /** SHA-256 of the template in hex, written as `spanline.prompt.template_sha256`. */
  templateSha256?: string;
  /** Values of the variables, written as `spanline.prompt.variables`. The capture mode applies. */
  variables?: Record<string, unknown>;
}

/** Values of `withContext`. Every span that starts inside inherits them. */
export interface ContextValues {
  /** Written as `session.id`. */
  sessionId?: string;
  /** Written as `user.id`. */
  userId?: string;
  /** The application's own id of a conversation, written as `gen_ai.conversation.id`. It is never made up. */
  conversationId?: string;
  /** Written as `http.request.id`. */
  requestId?: string;
  /** Written as `labels.*`. */
  labels?: Labels;
  /** The prompt of the model calls inside. Other spans do not have it. */
  prompt?: PromptReference;
  /** Capture of the spans inside. A span's own setting takes precedence, unless `captureOverride` is set. */
  capture?: CaptureSetting;
  /** Who raised or lowered `capture`, written as `spanline.capture.override`. */
  captureOverride?: string;
  /** Allow-listed baggage to pass on to other services. */
  baggage?: Readonly<Record<string, string>>;
}

/** The context of a remote caller, from its headers. */
export interface RemoteContext {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  /** W3C trace flags, 8 bits. */
  readonly traceFlags: number;
  /** The `tracestate` header, validated. */
  readonly traceState?: string;
  /** The `baggage` header. It comes from outside: use allow-listed keys only. */
  readonly baggage?: Readonly<Record<string, string>>;
}

/** A span of another tracer in this process. */
export interface ForeignContext {
  /** 32 lower-case hex digits. */
  traceId: string;
  /** 16 lower-case hex digits. */
  spanId: string;
  /** `false` if the other tracer does not sample the trace. @defaultValue true */
  sampled?: boolean;
  /** Ids for `dd.trace_id` and `dd.span_id`, by which Datadog joins lines to its own spans. */
  datadog?: { traceId: string; spanId: string };
}
