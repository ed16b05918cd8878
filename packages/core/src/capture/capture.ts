import { type ContentAttributes, SpanlineError, type SpanRecord } from '@spanline/record';
import {
  CAPTURE_MODES,
  type CaptureMode,
  type CaptureSetting,
  type CaptureSubject,
  type DeltaMode,
  type LimitOptions,
  type RedactOptions,
} from '../api/index.ts';
import { type CaptureParts, type CaptureReport, Capturing } from './capturing.ts';
import { createHasher } from './hash.ts';
import { protectedKeys } from './keys.ts';
import { resolveLimits } from './limits.ts';
import { createRedactor, createScope, type RedactionScope } from './redactor.ts';

/** Options of {@link createCapture}. */
export interface CaptureOptions {
  readonly capture: CaptureSetting;
  readonly redact?: RedactOptions | undefined;
  readonly limits?: LimitOptions | undefined;
  readonly hashKey?: string | undefined;
  readonly destination: 'small' | 'large';
  /** @defaultValue `containers` */
  readonly deltas?: DeltaMode | undefined;
}

/** The one place where content and free text become what a line may hold. */
export interface Capture {
  /** The mode of one record. A policy that throws, or says what is no mode, counts as `metadata`. */
  mode(setting: CaptureSetting | undefined, subject: () => CaptureSubject): CaptureMode;
  /**
   * Redacts, hashes and limits the record's texts and writes its content keys, last. Never throws; what cannot be captured is left out.
   *
   * @param reservedBytes - what the line holds beside the record
   */
  apply(
    record: SpanRecord,
    content: ContentAttributes | undefined,
    mode: CaptureMode,
    scope: RedactionScope,
    reservedBytes?: number,
  ): CaptureReport;
  /** The numbering of replacements; one per local root. */
  createScope(): RedactionScope;
}

const DETECTOR_TIMEOUT_MS = 5000;

function isMode(value: unknown): value is CaptureMode {
  return CAPTURE_MODES.includes(value as CaptureMode);
}

/**
 * Builds the capture step of one tracer.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`; also when something is to be hashed and there is no `hashKey`
 */
export function createCapture(options: CaptureOptions): Capture {
  const { capture, redact = {}, hashKey } = options;
  if (hashKey === undefined && (capture === 'hashed' || (redact.hash?.length ?? 0) > 0)) {
    throw new SpanlineError({
      code: 'ERR_INVALID_OPTION',
      option: 'hashKey',
      expected: 'a key, since a hash without one can be looked up',
      got: hashKey,
    });
  }
  const redactor = createRedactor(redact, hashKey);
  const { asyncDetectors = [], detectorTimeoutMs = DETECTOR_TIMEOUT_MS } = redact;
  const parts: CaptureParts = {
    limits: resolveLimits(options.limits ?? {}, options.destination),
    redactor,
    hasher: createHasher(hashKey),
    hashed: new Set(redact.hash),
    protected: protectedKeys(redact.protect ?? []),
    deltas: options.deltas ?? 'containers',
    detection:
      asyncDetectors.length === 0 ? undefined : { detectors: asyncDetectors, timeoutMs: detectorTimeoutMs, redactor },
  };

  function mode(setting: CaptureSetting | undefined, subject: () => CaptureSubject): CaptureMode {
    const chosen = setting ?? capture;
    try {
      const result: unknown = typeof chosen === 'function' ? chosen(subject()) : chosen;
      if (result === 'hashed' && hashKey === undefined) return 'metadata';
      return isMode(result) ? result : 'metadata';
    } catch {
      return 'metadata';
    }
  }

  return {
    mode,
    createScope,
    apply(record, content, captureMode, scope, reservedBytes = 0): CaptureReport {
      const capturing = new Capturing(parts, record, { mode: captureMode, scope, reservedBytes });
      capturing.reserve();
      capturing.facts();
      if (content !== undefined) capturing.content(content);
      return capturing.report();
    },
  };
}
