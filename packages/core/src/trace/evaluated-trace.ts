/** The way from an evaluation to the trace that it is about. */
import type { CaptureSetting, Span } from '../api/index.ts';
import type { LocalRoot, TraceVerdict } from './local-root.ts';
import { stateOf } from './span-state.ts';

const MAX_SCORES = 32;

/** Keeps a score for the capture policies of the spans that end later. */
export function rememberScore(localRoot: LocalRoot | undefined, name: string, value: number | string): void {
  if (localRoot === undefined) return;
  const scores = (localRoot.scores ??= Object.create(null) as Record<string, number | string>);
  if (Object.keys(scores).length < MAX_SCORES) scores[name] = value;
}

/** A trace in this process that an evaluation is about. */
export interface EvaluatedTrace {
  /** Capture policies of the spans that end later see the score. */
  remember(name: string, value: number | string): void;
  /** Tail sampling waits with a trace that no rule keeps, until {@link EvaluatedTrace.release}. */
  hold(): void;
  /** Tail sampling keeps the trace. */
  keep(): void;
  /**
   * Captures the spans of the trace that end later in this way. The capture that a debug session has set stays.
   */
  raise(setting: CaptureSetting, reason: string): void;
  /** The evaluation has ended. Call it once after {@link EvaluatedTrace.hold}. */
  release(): void;
}

/** The trace of a span. @returns `undefined` for a span that is not recorded */
export function evaluatedTrace(span: Span): EvaluatedTrace | undefined {
  const localRoot = stateOf(span)?.localRoot;
  if (localRoot === undefined) return undefined;
  const verdict: TraceVerdict = (localRoot.verdict ??= {
    waiting: 0,
    isKept: false,
    onDecided: undefined,
    capture: undefined,
  });
  return {
    hold(): void {
      verdict.waiting++;
    },
    remember: (name, value) => rememberScore(localRoot, name, value),
    keep(): void {
      verdict.isKept = true;
      verdict.onDecided?.();
    },
    raise(setting, reason): void {
      verdict.capture ??= { setting, reason };
    },
    release(): void {
      verdict.waiting--;
      if (verdict.waiting === 0) verdict.onDecided?.();
    },
  };
}
