import { type ContentAttributes, type ProfileName, SpanlineError, type SpanRecord } from '@spanline/record';
import {
  CAPTURE_MODES,
  type CaptureMode,
  type CaptureSetting,
  type CaptureSubject,
  type DeltaMode,
  type LimitOptions,
  type RedactOptions,
} from '../api/index.ts';
import { EncoderLoan } from '../content/index.ts';
import { createHasher, createPathRedactor, createRedactor, redactOptions } from '../redaction/index.ts';
import { type CaptureParts, type CaptureReport, createTraceMemory, type TraceMemory } from './captured-line.ts';
import { createIdCapture, type IdCapture } from './id-capture.ts';
import { KeyRules } from './key-rules.ts';
import { protectedKeys } from './keys.ts';
import { resolveLimits } from './limits.ts';
import { createLineCapture, type LineCapture, type LineMode } from './line-capture.ts';
import { type CaptureSettings, captureRecord } from './record-capture.ts';

/** Options of {@link createCapture}. */
export interface CaptureOptions {
  readonly capture: CaptureSetting;
  readonly redact?: RedactOptions | readonly string[] | undefined;
  readonly limits?: LimitOptions | undefined;
  readonly hashKey?: string | undefined;
  readonly destination: 'small' | 'large';
  /** The spelling in which `redact.paths` may name attributes. @defaultValue `otel` */
  readonly profile?: ProfileName | undefined;
  /** @defaultValue `containers` */
  readonly deltas?: DeltaMode | undefined;
}

/** The capture step of one tracer. All content and all free text passes it on its way to a line. */
export interface Capture {
  /** Maximum number of elements of an array in content. */
  readonly arrayLength: number;
  /** The mode of one record. A policy that throws or returns no mode counts as `metadata`. */
  mode(setting: CaptureSetting | undefined, subject: () => CaptureSubject): CaptureMode;
  /**
   * Redacts, hashes and limits the texts of a record, then writes its content. Never throws; what cannot be captured is
   * left out.
   */
  apply(record: SpanRecord, content: ContentAttributes | undefined, settings: CaptureSettings): CaptureReport;
  /** Creates the memory of one local root, which all its lines share. */
  createMemory(): TraceMemory;
  /**
   * The capture of the ids on the application's own lines: they are written as on spans, in the mode of their context.
   *
   * @param captured - called with what capture did to them
   */
  ids(captured?: (report: CaptureReport) => void): IdCapture;
  /** The capture of the application's own lines. */
  lines(mode: LineMode): LineCapture;
}

const DETECTOR_TIMEOUT_MS = 5000;

function isMode(value: unknown): value is CaptureMode {
  return CAPTURE_MODES.includes(value as CaptureMode);
}

/**
 * Builds the capture step of one tracer.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`, also if something is to be hashed and there is no `hashKey`
 */
export function createCapture(options: CaptureOptions): Capture {
  const { capture, hashKey } = options;
  const redact = redactOptions(options.redact);
  if (hashKey === undefined && (capture === 'hashed' || (redact.hash?.length ?? 0) > 0)) {
    throw new SpanlineError({
      code: 'ERR_INVALID_OPTION',
      option: 'hashKey',
      expected: 'a key, since a hash without one can be looked up',
      got: hashKey,
    });
  }
  const redactor = createRedactor(redact, hashKey);
  const { asyncDetectors: detectors = [], detectorTimeoutMs: timeoutMs = DETECTOR_TIMEOUT_MS } = redact;
  const limits = resolveLimits(options.limits ?? {}, options.destination);
  const keyLists = { hashed: new Set(redact.hash), protected: protectedKeys(redact.protect ?? []) };
  const parts: CaptureParts = {
    ...keyLists,
    keys: new KeyRules({ ...keyLists, maxBytes: limits.fieldBytes }),
    limits,
    redactor,
    encoders: new EncoderLoan(limits),
    paths: createPathRedactor(redact, options.profile ?? 'otel'),
    hasher: createHasher(hashKey),
    deltas: options.deltas ?? 'containers',
    detection: detectors.length === 0 ? undefined : { detectors, timeoutMs, redactor },
  };

  const apply: Capture['apply'] = (record, content, settings) => captureRecord(parts, record, content, settings);

  return {
    arrayLength: parts.limits.arrayLength,
    createMemory: createTraceMemory,
    ids: (captured) => createIdCapture(apply, capture, captured),
    lines: (mode) => createLineCapture(parts, { mode, profile: options.profile ?? 'otel', censor: redact.censor }),
    mode(setting, subject) {
      const chosen = setting ?? capture;
      try {
        const mode: unknown = typeof chosen === 'function' ? chosen(subject()) : chosen;
        if (mode === 'hashed' && hashKey === undefined) return 'metadata';
        return isMode(mode) ? mode : 'metadata';
      } catch {
        return 'metadata';
      }
    },
    apply,
  };
}
