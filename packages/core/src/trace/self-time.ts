/** The self time of a span: the time during which it was open and none of its children was. */
import type { SpanState } from './span-state.ts';

/** Stops the parent's self time if this is its only open child. */
export function childStarted(parent: SpanState, nowMs: number): void {
  if (parent.openChildren++ === 0 && parent.isRecording) parent.selfMs += Math.max(0, nowMs - parent.idleSinceMs);
}

/** Resumes the parent's self time after its last open child. */
export function childEnded(parent: SpanState, nowMs: number): void {
  if (--parent.openChildren === 0) parent.idleSinceMs = nowMs;
}

/** Completes the self time at the span's end. */
export function completeSelfTime(state: SpanState, nowMs: number): void {
  if (state.openChildren === 0) state.selfMs += nowMs - state.idleSinceMs;
  state.selfMs = Math.min(Math.max(0, state.selfMs), state.durationMs);
}
