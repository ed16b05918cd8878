/** The place of a span in the other tracer's trace. */
export interface AdoptedIds {
  /** 32 lower-case hex digits. Not used for a span below a recorded one: it belongs to the trace of its parent. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  /** The parent, where no recorded span is given as one. */
  readonly parentSpanId: string | undefined;
  /** That parent is in another process. */
  readonly isRemote: boolean;
  /** W3C trace flags: the other tracer decides on sampling. */
  readonly traceFlags: number;
  /** The `tracestate` header. */
  readonly traceState: string | undefined;
}
