/** A line in the profile that a target of whole lines asks for: a file, a topic. */
import { type Check, option, type ParsedLine } from '@spanline/record';
import type { RedactLine } from '../contracts/redaction.ts';
import type { SourceLine } from '../contracts/source.ts';
import { parseRecord, toProfile, type Unreadable } from './line-format.ts';
import { createLinePolicy, type SinkCapture } from './line-policy.ts';

/** Format of the lines that a sink writes; `as-is` leaves them unchanged. */
export type SinkProfile = 'as-is' | 'otel' | 'ecs' | 'datadog';

/** @throws SpanlineError `ERR_INVALID_OPTION` for another profile */
export const profileOption: Check<SinkProfile> = option.oneOf(['as-is', 'otel', 'ecs', 'datadog'] as const);

/** How a target wants its lines. */
export interface ProfileOptions {
  readonly profile: SinkProfile;
  readonly capture: SinkCapture;
}

/** A line in a profile; `skip` for one that the content policy leaves out. */
export type ProfileLine =
  | { readonly kind: 'line'; readonly parsed: ParsedLine; readonly body: Buffer | string }
  | { readonly kind: 'skip' }
  | Unreadable;

/** Writes lines in a profile. With a policy that changes content, `as-is` is the profile `otel`. */
export function createProfileWriter(
  { profile, capture }: ProfileOptions,
  redact: RedactLine | undefined,
): (line: SourceLine) => ProfileLine {
  const policy = createLinePolicy(capture, redact);
  const isWhole = profile === 'as-is' && policy.isOpen;
  return (line) => {
    const result = parseRecord(line);
    if (result.kind !== 'record') return result;
    const parsed = policy.apply(result.parsed);
    if (parsed === undefined) return { kind: 'skip' };
    const body = isWhole ? line.bytes : JSON.stringify(toProfile(parsed, profile === 'as-is' ? 'otel' : profile));
    return { kind: 'line', parsed, body };
  };
}
