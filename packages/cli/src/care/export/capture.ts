/** How much of each line an export holds: the same policies as for a target of the shipper. */

import type { ParsedLine } from '@spanline/record';
import { createLinePolicy } from '@spanline/ship/internal';
import { fail } from '../../fail.ts';

/** Changes a line, or leaves it out. */
export type LinePolicy = <Line extends ParsedLine>(line: Line) => Line | undefined;

const MODES = ['full', 'redacted', 'metadata'];

/**
 * The policy of `--capture`: `full` keeps lines as they were logged, `redacted` applies the rules of redaction again,
 * `metadata` leaves content out and applies them to the rest.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export async function policyOf(capture: string): Promise<LinePolicy> {
  if (!MODES.includes(capture)) fail('--capture', `one of ${MODES.join(', ')}`);
  if (capture === 'full') return (line) => line;
  const { lineRedaction } = await import('@spanline/core');
  const { createRedaction, options } = lineRedaction();
  const { apply } = createLinePolicy(capture === 'metadata' ? 'metadata' : 'full', createRedaction(options));
  return (line) => {
    const changed = apply(line);
    return changed && { ...line, kind: changed.kind, record: changed.record, rest: changed.rest };
  };
}
