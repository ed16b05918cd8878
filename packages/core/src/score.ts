import type { ScoreOptions } from './api/index.ts';
import { currentSpan } from './context/index.ts';
import { defaultTracer } from './default-tracer.ts';
import type { RecordedSpan } from './trace/index.ts';

/**
 * Writes a judgement about the current span, or about the span, trace, request or session whose id is given: by the tracer of the current span, else by the
 * default one. A score given later, from another process, joins by its ids.
 *
 * @example
 * ```ts
 * import { score } from '@spanline/core';
 *
 * score({ name: 'faithfulness', value: 0.92, source: 'llm_judge', explanation: 'All claims are in the sources.' });
 * ```
 */
export function score(options: ScoreOptions): void {
  const span = currentSpan() as RecordedSpan | undefined;
  (span?.host ?? defaultTracer()).score(options);
}
