import { type AttributeKey, attributeKeys, option, type ParsedLine } from '@spanline/record';

/** Part of the lines that a sink gets: `full`, or everything but content. */
export type SinkCapture = 'full' | 'metadata';

/** Prompts, answers, arguments, results and the like: keys of the class `content` in the attribute table. */
const CONTENT: readonly AttributeKey[] = attributeKeys(({ privacy }) => privacy === 'content');

/** The check of the option `capture`. */
export const captureOption = option.oneOf(['full', 'metadata'] as const);

/**
 * Applies a policy to a line of ours. Lines of the application stay as they are.
 *
 * @returns `undefined` for a line that is nothing but content
 */
export function applyCapture(parsed: ParsedLine, capture: SinkCapture): ParsedLine | undefined {
  if (capture === 'full' || parsed.kind === 'log') return parsed;
  if (parsed.record['event.name'] === 'span.content') return undefined;
  const record: Record<string, unknown> = { ...parsed.record };
  for (const key of CONTENT) delete record[key];
  if (record['spanline.capture.mode'] !== undefined) record['spanline.capture.mode'] = 'metadata';
  return { ...parsed, record: record as ParsedLine['record'] };
}
