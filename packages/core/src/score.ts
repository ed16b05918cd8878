import type { ScoreOptions } from './api/index.ts';
import { currentTracer } from './default-tracer.ts';

/**
 * Writes a score of the current span, or of the span, trace, request or session whose id is given. The tracer of the
 * current span writes the line, else the tracer of the process. A score from another process, or of a later time, is
 * joined by its ids.
 *
 * @example
 * ```ts
 * import { score } from '@spanline/core';
 *
 * score({ name: 'faithfulness', value: 0.92, source: 'llm_judge', explanation: 'All claims are in the sources.' });
 * ```
 */
export function score(options: ScoreOptions): void {
  currentTracer().score(options);
}
