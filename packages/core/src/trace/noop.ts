import type { Span } from '../api/index.ts';

/** What a disabled tracer hands out: every call is accepted and nothing happens. */
export const NOOP_SPAN: Span = Object.freeze({
  traceId: '00000000000000000000000000000000',
  spanId: '0000000000000000',
  parentSpanId: undefined,
  type: 'task',
  name: '',
  isRecording: false,
  set(): Span {
    return NOOP_SPAN;
  },
  label(): Span {
    return NOOP_SPAN;
  },
  tag(): Span {
    return NOOP_SPAN;
  },
  input(): Span {
    return NOOP_SPAN;
  },
  output(): Span {
    return NOOP_SPAN;
  },
  updateName(): Span {
    return NOOP_SPAN;
  },
  fail(): Span {
    return NOOP_SPAN;
  },
  end(): void {},
}) as Span;
