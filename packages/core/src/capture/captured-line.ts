import type { SpanRecord } from '@spanline/record';
import type { CaptureMode, DeltaMode } from '../api/index.ts';
import type { EncoderLoan, MessageIndex } from '../content/index.ts';
import type {
  AsyncDetection,
  Hasher,
  PathRedactor,
  PlaceholderHolder,
  Redactor,
  ValueRedactor,
} from '../redaction/index.ts';
import type { KeyRules } from './key-rules.ts';
import type { Limits } from './limits.ts';

/** Parts of one tracer's capture step. */
export interface CaptureParts {
  readonly limits: Limits;
  readonly redactor: Redactor;
  /** The user's paths. */
  readonly paths: PathRedactor | undefined;
  readonly hasher: Hasher | undefined;
  /** Keys whose values are replaced by a hash. */
  readonly hashed: ReadonlySet<string>;
  /** Keys whose values are not redacted. */
  readonly protected: ReadonlySet<string>;
  /** Treatment of the values of each key. */
  readonly keys: KeyRules;
  readonly encoders: EncoderLoan;
  readonly detection: AsyncDetection | undefined;
  readonly deltas: DeltaMode;
}

/** State that capture keeps for the lines of one local root. */
export interface TraceMemory extends PlaceholderHolder {
  /** The messages on them. */
  messages: MessageIndex | undefined;
}

/** A new memory, for a new local root. */
export function createTraceMemory(): TraceMemory {
  return { placeholders: undefined, messages: undefined };
}

/** Changes that capture made to one record. */
export interface CaptureReport {
  readonly redactions: number;
  readonly rules: Readonly<Record<string, number>> | undefined;
  readonly truncated: readonly string[] | undefined;
  /** Content that asynchronous detectors have to see before it may be written. */
  readonly deferred: DeferredContent | undefined;
}

/** Runs the detectors and gives the fields of the content's own line. Rejects if the content must not be written. */
export type DeferredContent = () => Promise<{ fields: SpanRecord; report: CaptureReport }>;

/** One record that is being captured. */
export interface CapturedLine extends ValueRedactor {
  readonly record: Record<string, unknown>;
  readonly mode: CaptureMode;
  readonly memory: TraceMemory;
  /** Bytes of the line that are not part of the record. */
  readonly reservedBytes: number;
  /** Notes that a field is written in part. */
  markTruncated(key: string): void;
  /** True if a field is written in part. */
  readonly hasTruncated: boolean;
  /** Names of the fields that are written in part. */
  readonly truncated: Set<string>;
}
