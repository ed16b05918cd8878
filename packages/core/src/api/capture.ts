/** How much content reaches the log, and in which form. */
import type { SpanStatus, SpanType } from '@spanline/record';

/**
 * How much of a span's content reaches the log:
 *
 * - `full`: all of it, except credentials
 * - `redacted`: after redaction
 * - `hashed`: its keyed hash
 * - `metadata`: nothing, only its size
 */
export type CaptureMode = 'full' | 'redacted' | 'hashed' | 'metadata';

/** Every {@link CaptureMode}. */
export const CAPTURE_MODES: readonly CaptureMode[] = ['full', 'redacted', 'hashed', 'metadata'];

/**
 * Where a message that is on an earlier line of the trace becomes a reference:
 *
 * - `none`: nowhere
 * - `containers`: in chains, agents and graph nodes. Model calls stay self-contained.
 * - `all`: in the inputs of model calls as well
 */
export type DeltaMode = 'none' | 'containers' | 'all';

/** Every {@link DeltaMode}. */
export const DELTA_MODES: readonly DeltaMode[] = ['none', 'containers', 'all'];

/** A span at its end, as a capture policy sees it. */
export interface CaptureSubject {
  readonly type: SpanType;
  readonly name: string;
  readonly status: SpanStatus;
  readonly labels: Readonly<Record<string, string | number | boolean>>;
  /** A span of the same local root has failed. */
  readonly traceFailed: boolean;
  /** Scores that this process has given to the trace, by name. */
  readonly scores: Readonly<Record<string, number | string>>;
  readonly traceId: string;
  /** The record so far, without its content. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Chooses the mode of a span. If it throws, the mode is `metadata`. */
export type CapturePolicy = (span: CaptureSubject) => CaptureMode;

/** A mode or a policy. */
export type CaptureSetting = CaptureMode | CapturePolicy;

/** True for a mode or a policy. */
export function isCaptureSetting(value: unknown): value is CaptureSetting {
  return typeof value === 'function' || CAPTURE_MODES.includes(value as CaptureMode);
}

/** A named redaction rule. */
export interface RedactionRule {
  /** Name in the replacement, such as `[EMAIL_1]`. Matches `[A-Z][A-Z0-9_]*`. */
  name: string;
  /** Global regular expression. Must run in time linear in the input's length. */
  pattern: RegExp;
  /** Lower-case literals, at least one of which is in every match. Text without any is not scanned. */
  prefilter?: readonly string[];
  /** Returns false for false positives, such as wrong check digits. */
  test?: (match: string) => boolean;
  /**
   * Length of the longest match, in characters. Where a text is truncated, rules read so far beyond its end.
   * @defaultValue 1024
   */
  maxLength?: number;
}

/** Finds what patterns cannot, such as people's names. Returns ranges in the text, synchronously. */
export type Detector = (text: string) => readonly { start: number; end: number; name: string }[];

/**
 * A detector that takes time, such as a model in another process. The span's line is written at once, without content.
 * A `span.content` line follows when all detectors have read the content. The content is not written if a detector
 * fails or takes too long, or if too much content is waiting.
 */
export type AsyncDetector = (text: string) => Promise<readonly { start: number; end: number; name: string }[]>;

/** Options of redaction. */
export interface RedactOptions {
  /**
   * Paths to values that are not written, in pino's syntax: `user.email`, `headers["x-id"]`, `items[*].secret`,
   * `*.token`.
   */
  paths?: readonly string[];
  /**
   * Text in place of the values that paths lead to, or a function that returns what to write.
   * @defaultValue `[Redacted]`
   */
  censor?: string | ((value: unknown, path: string[]) => unknown);
  /** `true` leaves out the values that paths lead to. @defaultValue false */
  remove?: boolean;
  /** Turns built-in rules off (`false`) or on (`true`), by name. */
  rules?: Readonly<Record<string, boolean>>;
  /** Your own rules. They run after the built-in ones. */
  custom?: readonly RedactionRule[];
  /** Functions that find what patterns cannot, such as people's names. */
  detectors?: readonly Detector[];
  /** Detectors that return a promise. The content then follows in a `span.content` line. */
  asyncDetectors?: readonly AsyncDetector[];
  /** Time-out of one span's asynchronous detectors, in milliseconds. @defaultValue 5000 */
  detectorTimeoutMs?: number;
  /** Record keys that are never redacted. */
  protect?: readonly string[];
  /** Record keys and labels (`labels.email`) to replace by their keyed hash. Needs `hashKey`. */
  hash?: readonly string[];
}

/** Redaction by path, as pino's `redact` has it. */
export type RedactPaths = Pick<RedactOptions, 'paths' | 'censor' | 'remove'>;

/** Limits of a line, in UTF-8 bytes unless stated otherwise. */
export interface LimitOptions {
  /** Maximum size of a line. @defaultValue 15360 on stdout and unknown destinations, 204800 to a file */
  lineBytes?: number;
  /** Maximum size of a field. @defaultValue 8192 on stdout and unknown destinations, 65536 to a file */
  fieldBytes?: number;
  /** Maximum number of elements of an array in content. @defaultValue 1000 */
  arrayLength?: number;
  /** Maximum nesting of content. @defaultValue 16 */
  depth?: number;
  /** Maximum number of keys of an object in content. @defaultValue 200 */
  objectKeys?: number;
  /** Maximum number of labels on a span, up to 128. @defaultValue 32 */
  labels?: number;
}
