/** The span of a disabled tracer. */
import type { Span } from '../api/index.ts';

function ignore<T>(this: T): T {
  return this;
}

/** Accepts every call and does nothing. Its ids are the invalid ones of W3C Trace Context, all zero. */
export const NOOP_SPAN: Span = Object.freeze<Span>({
  traceId: '00000000000000000000000000000000',
  spanId: '0000000000000000',
  parentSpanId: undefined,
  type: 'task',
  name: '',
  isRecording: false,
  set: ignore,
  label: ignore,
  tag: ignore,
  input: ignore,
  output: ignore,
  updateName: ignore,
  fail: ignore,
  end: () => undefined,
});
