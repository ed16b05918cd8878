/** Content of a span that no line has as it was. */

import type { AttributeKey, SpanRecord } from '../schema/index.ts';
import type { MissingMessage } from './reconstruct.ts';

/** Why the input or the output of a span is not what it was. */
export interface ContentFault {
  readonly side: 'input' | 'output';
  /** A sentence, without a full stop. */
  readonly reason: string;
}

/** The keys of each side. */
const SIDES: readonly (readonly [ContentFault['side'], readonly AttributeKey[]])[] = [
  ['input', ['gen_ai.input.messages', 'gen_ai.tool.call.arguments', 'gen_ai.retrieval.query.text', 'spanline.input']],
  ['output', ['gen_ai.output.messages', 'gen_ai.tool.call.result', 'gen_ai.retrieval.documents', 'spanline.output']],
];

/** Capture modes that write no content: there is a hash at most. */
const HIDDEN: ReadonlySet<string> = new Set(['metadata', 'hashed']);

/** True if the capture mode of a span writes no content. */
export function hasNoContent(record: SpanRecord): boolean {
  return HIDDEN.has(record['spanline.capture.mode'] ?? '');
}

/**
 * The content of a span that was not written, was cut, or refers to a line that is missing.
 *
 * @param missing - references that could not be resolved. @defaultValue none
 */
export function contentFaults(record: SpanRecord, missing: readonly MissingMessage[] = []): ContentFault[] {
  const cut = new Set(record['spanline.truncated']);
  const faults: ContentFault[] = [];
  for (const [side, keys] of SIDES) {
    if (hasNoContent(record)) {
      const mode = record['spanline.capture.mode'];
      faults.push({ side, reason: `its ${side} was not written (capture mode "${mode}")` });
    } else if (keys.some((key) => cut.has(key)))
      faults.push({ side, reason: `its ${side} was cut to fit a limit; raise limits.fieldBytes and limits.lineBytes` });
  }
  for (const { ref, reason } of missing)
    faults.push({ side: 'input', reason: `its input refers to ${ref}, which cannot be restored (${reason})` });
  return faults;
}
