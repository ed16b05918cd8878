/** State that the spans of one trace in one process share. */
import type { CaptureSetting } from '../api/index.ts';
import type { TraceMemory } from '../capture/index.ts';

/**
 * Sums over the spans below one local root so far. Only the calls that were billed carry usage, so nothing is counted
 * twice.
 */
export interface Rollup {
  /** Spans started, including the root. */
  spans: number;
  /** Spans started and not ended, excluding the root. */
  open: number;
  /** Errors, each counted at the span where it arose. */
  errors: number;
  llmCalls: number;
  llmMs: number;
  inputTokens: number | undefined;
  outputTokens: number | undefined;
  /** Sums of units that not every call has. */
  cacheReadTokens: number;
  cacheWriteTokens: number;
  reasoningTokens: number;
  webSearches: number;
  costUsd: number | undefined;
  /** How the bill may differ from the sum of costs. */
  costReason: 'lower_bound' | 'approximate' | undefined;
  /** The step with the longest self time. */
  slowest: { readonly name: string; readonly selfMs: number } | undefined;
  /** The step with the most tokens. */
  largest: { readonly name: string; readonly tokens: number } | undefined;
}

/**
 * The shared state belongs to the local root, which is the span without a parent in this process, and not to the trace
 * id: two requests of one trace in one process are two local roots.
 */
export interface LocalRoot {
  readonly isSampled: boolean;
  /** Share of such traces that are kept, if sampling is configured. */
  readonly sampleRatio: number | undefined;
  readonly rollup: Rollup;
  hasEnded: boolean;
  /** Called when the last open span below the root has ended. */
  onIdle: (() => void) | undefined;
  /** A span below has failed. */
  hasFailed: boolean;
  /** Ids of the documents that retrievers returned. */
  documentIds: Set<string> | undefined;
  /** Scores given to the trace so far, by name. */
  scores: Record<string, number | string> | undefined;
  /** `undefined` until an evaluation waits. */
  verdict: TraceVerdict | undefined;
  /** State of capture: the numbers of redacted values and the messages of earlier lines. */
  captureMemory: TraceMemory | undefined;
}

/** Decisions about a trace by its scores so far. */
export interface TraceVerdict {
  /** Evaluations that may still decide something. */
  waiting: number;
  /** Tail sampling keeps the trace. */
  isKept: boolean;
  /** Called when nothing waits any more, and when the trace is kept. */
  onDecided: (() => void) | undefined;
  /** Capture of the spans that end from now on, and why. */
  capture: { readonly setting: CaptureSetting; readonly reason: string } | undefined;
}

/** Creates the state of a new local root. */
export function createLocalRoot(isSampled: boolean, sampleRatio: number | undefined): LocalRoot {
  return {
    isSampled,
    sampleRatio,
    rollup: {
      spans: 0,
      open: 0,
      errors: 0,
      llmCalls: 0,
      llmMs: 0,
      inputTokens: undefined,
      outputTokens: undefined,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      reasoningTokens: 0,
      webSearches: 0,
      costUsd: undefined,
      costReason: undefined,
      slowest: undefined,
      largest: undefined,
    },
    hasEnded: false,
    onIdle: undefined,
    hasFailed: false,
    documentIds: undefined,
    scores: undefined,
    verdict: undefined,
    captureMemory: undefined,
  };
}
