/** Answers of the Responses API that the provider works on in the background. */

import type { SpanAttributes } from '@spanline/core';
import { BoundedMap } from '@spanline/instrumentation';

/** States after which an answer no longer changes. */
const FINAL: readonly unknown[] = ['completed', 'incomplete', 'failed', 'cancelled'];

/** Limit of unfinished answers that are remembered. */
const MAX_WAITING = 1000;

/** True for the status of an answer that no longer changes. */
export function isFinal(status: unknown): boolean {
  return FINAL.includes(status);
}

/** Unfinished answers, by id. The first fetch after an answer is final is where its tokens are recorded. */
export interface BackgroundAnswers {
  /** Remembers an answer that is not final, and forgets one that is. */
  note(answer: SpanAttributes): void;
  /** True for the first fetch of a final answer that was started here. */
  take(answer: SpanAttributes): boolean;
}

/** Creates an empty collection. */
export function createBackgroundAnswers(): BackgroundAnswers {
  const waiting = new BoundedMap<string, true>(2 * MAX_WAITING);
  return {
    note({ 'gen_ai.response.id': id, 'gen_ai.response.status': status }): void {
      if (id === undefined) return;
      if (isFinal(status)) waiting.delete(id);
      else waiting.set(id, true);
    },
    take({ 'gen_ai.response.id': id, 'gen_ai.response.status': status }): boolean {
      if (id === undefined || !isFinal(status) || !waiting.has(id)) return false;
      waiting.delete(id);
      return true;
    },
  };
}
