import type { SpanStatus, SpanType } from '@spanline/record';

/** What of a span's content reaches the log. */
export type CaptureMode = 'full' | 'redacted' | 'hashed' | 'metadata';

/** Every {@link CaptureMode}. */
export const CAPTURE_MODES: readonly CaptureMode[] = ['full', 'redacted', 'hashed', 'metadata'];

/**
 * Which messages become references: none; those of containers (chains, agents, graph nodes), so that model calls stay self-contained; all that an earlier line holds.
 */
export type DeltaMode = 'none' | 'containers' | 'all';

/** Every {@link DeltaMode}. */
export const DELTA_MODES: readonly DeltaMode[] = ['none', 'containers', 'all'];

/** What a capture policy may look at. */
export interface CaptureSubject {
  readonly type: SpanType;
  readonly name: string;
  readonly status: SpanStatus;
  readonly labels: Readonly<Record<string, string | number | boolean>>;
  /** A span of this local root failed so far. */
  readonly traceFailed: boolean;
  /** Scores that this process gave to the trace so far, by name. */
  readonly scores: Readonly<Record<string, number | string>>;
  readonly traceId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Decides per span. A policy that throws counts as `metadata`. */
export type CapturePolicy = (span: CaptureSubject) => CaptureMode;

/** A mode or a policy. */
export type CaptureSetting = CaptureMode | CapturePolicy;

/** True for a mode or a policy. */
export function isCaptureSetting(value: unknown): value is CaptureSetting {
  return typeof value === 'function' || CAPTURE_MODES.includes(value as CaptureMode);
}

/** A named redaction rule. */
export interface RedactionRule {
  /** `[A-Z][A-Z0-9_]*`: what stands in the replacement (`[EMAIL_1]`). */
  name: string;
  /** Global regular expression; must be linear in the input's length. */
  pattern: RegExp;
  /** Literals of which at least one stands in every match (lower case); text without any is not scanned. */
  prefilter?: readonly string[];
  /** Rejects false positives (check digits). */
  test?: (match: string) => boolean;
  /** Longest match in characters. @defaultValue 512 */
  maxLength?: number;
}

/** Finds what rules cannot (names of people). Must be synchronous and return ranges in the text. */
export type Detector = (text: string) => readonly { start: number; end: number; name: string }[];

/**
 * Finds what takes time to find (a model in another process). The span's line is written at once, without content; a `span.content` line follows when all detectors have read it. One
 * that fails or takes too long, and content that comes while too much is waiting, is not written.
 */
export type AsyncDetector = (text: string) => Promise<readonly { start: number; end: number; name: string }[]>;

/** Options of redaction. */
export interface RedactOptions {
  /** Built-in rules to switch off (`false`) or on (`true`), by name. */
  rules?: Readonly<Record<string, boolean>>;
  /** Own rules, applied after the built-in ones. */
  custom?: readonly RedactionRule[];
  detectors?: readonly Detector[];
  asyncDetectors?: readonly AsyncDetector[];
  /** Longest time for the asynchronous detectors of one span, in milliseconds. @defaultValue 5000 */
  detectorTimeoutMs?: number;
  /** Record keys that are written as they are. */
  protect?: readonly string[];
  /** Record keys and labels (`labels.email`) whose value is replaced by its keyed hash; needs `hashKey`. */
  hash?: readonly string[];
}

/** Limits of a line, in UTF-8 bytes unless said otherwise. */
export interface LimitOptions {
  /** Longest line. @defaultValue 15360 on stdout and unknown destinations, 204800 to a file */
  lineBytes?: number;
  /** Longest field. @defaultValue 8192 on stdout and unknown destinations, 65536 to a file */
  fieldBytes?: number;
  /** Longest array inside content, in elements. @defaultValue 1000 */
  arrayLength?: number;
  /** Deepest nesting inside content. @defaultValue 16 */
  depth?: number;
  /** Most keys of one object inside content. @defaultValue 200 */
  objectKeys?: number;
  /** Most labels on a span. @defaultValue 32 */
  labels?: number;
}
