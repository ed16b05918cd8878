/** How much of each line a sink gets. */
import { type AttributeKey, attributeKeys, type Check, option, type ParsedLine } from '@spanline/record';
import type { RedactionSpec, RedactLine } from '../contracts/redaction.ts';

/** Part of the lines that a sink gets: `full`, or everything but content. */
export type SinkCapture = 'full' | 'metadata';

/** Options of every sink about the content of its lines. */
export interface PolicyOptions {
  /** `metadata` sends lines without prompts, answers, arguments and results. @defaultValue `full` */
  capture?: SinkCapture;
  /**
   * Redacts each line before it is sent, with `lineRedaction()` of `@spanline/core`. The lines in the log stay as they
   * are, also those in the dead letters.
   */
  redact?: RedactionSpec;
}

/** The part of its lines that a sink sends. */
export interface LinePolicy {
  /** True if every line is sent as it is. */
  readonly isOpen: boolean;
  /** @returns `undefined` for a line that is nothing but content @throws whatever the redaction throws */
  apply(parsed: ParsedLine): ParsedLine | undefined;
}

/** Prompts, answers, arguments, results and the like: keys of the class `content` in the attribute table. */
const CONTENT: readonly AttributeKey[] = attributeKeys(({ privacy }) => privacy === 'content');

/** The check of the option `capture`. */
export const captureOption: Check<SinkCapture> = option.oneOf(['full', 'metadata'] as const);

function isRedaction(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { module, createRedaction } = value as Partial<RedactionSpec>;
  return typeof module === 'string' && URL.canParse(module) && typeof createRedaction === 'function';
}

/** The check of the option `redact`. */
export const redactOption: Check<RedactionSpec> = option.like(
  'lineRedaction({ … }) of @spanline/core, or { module, options, createRedaction }',
  isRedaction,
);

/** Removes content from a line of ours. Lines of the application stay as they are. */
function withoutContent(parsed: ParsedLine): ParsedLine | undefined {
  if (parsed.kind === 'log') return parsed;
  if (parsed.record['event.name'] === 'span.content') return undefined;
  const record: Record<string, unknown> = { ...parsed.record };
  for (const key of CONTENT) delete record[key];
  if (record['spanline.capture.mode'] !== undefined) record['spanline.capture.mode'] = 'metadata';
  return { ...parsed, record: record as ParsedLine['record'] };
}

/** Creates the policy of a sink. */
export function createLinePolicy(capture: SinkCapture, redact: RedactLine | undefined): LinePolicy {
  const isFull = capture === 'full';
  return {
    isOpen: isFull && redact === undefined,
    apply(parsed) {
      const allowed = isFull ? parsed : withoutContent(parsed);
      return allowed === undefined || redact === undefined ? allowed : redact(allowed);
    },
  };
}
