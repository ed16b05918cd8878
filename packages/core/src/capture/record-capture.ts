/**
 * The capture of one record: attributes first, then content. This is the one place where text that a person may have
 * written becomes text on a line.
 */

import type { ContentAttributes, SpanRecord } from '@spanline/record';
import type { CaptureMode } from '../api/index.ts';
import { byteLength } from '../gate/index.ts';
import { detectAsync, type Replacements } from '../redaction/index.ts';
import { AttributeCapture, type AttributeSize } from './attribute-capture.ts';
import type { CapturedLine, CaptureParts, CaptureReport, DeferredContent, TraceMemory } from './captured-line.ts';
import { censorAttributes } from './censor-attributes.ts';
import { ContentCapture, type ContentField, detectedField, fieldData } from './content-capture.ts';
import { fitLine, MAX_NAMES, mostOf } from './fit-line.ts';

/** How one record is captured. */
export interface CaptureSettings {
  readonly mode: CaptureMode;
  readonly memory: TraceMemory;
  /** Bytes of the line that are not part of the record. @defaultValue 0 */
  readonly reservedBytes?: number;
  /** Keys of which the record has less than was given. */
  readonly leftOut?: ReadonlySet<string> | undefined;
}

const NO_ATTRIBUTES: AttributeSize = { keys: 0, bytes: 0 };

class RecordCapture implements CapturedLine {
  readonly record: Record<string, unknown>;
  readonly mode: CaptureMode;
  readonly memory: TraceMemory;
  readonly reservedBytes: number;
  readonly #parts: CaptureParts;
  readonly #replacements: Replacements;
  #truncated: Set<string> | undefined;

  constructor(parts: CaptureParts, record: SpanRecord, { mode, memory, reservedBytes = 0, leftOut }: CaptureSettings) {
    this.record = record;
    this.mode = mode;
    this.memory = memory;
    this.reservedBytes = reservedBytes;
    this.#parts = parts;
    this.#replacements = parts.redactor.startLine(memory);
    if (leftOut !== undefined) this.#truncated = new Set(leftOut);
  }

  get verified(): CapturedLine['verified'] {
    const { redactor } = this.#parts;
    return this.mode === 'full' ? redactor.verifiedForCredentials : redactor.verified;
  }

  get lookahead(): number {
    return this.#parts.redactor.lookahead;
  }

  get hasTruncated(): boolean {
    return this.#truncated !== undefined && this.#truncated.size > 0;
  }

  get truncated(): Set<string> {
    return (this.#truncated ??= new Set());
  }

  redact(text: string, name: string | undefined): string {
    const { redactor } = this.#parts;
    return this.mode === 'full'
      ? redactor.redactCredentials(text, name, this.#replacements)
      : redactor.redact(text, name, this.#replacements);
  }

  censor(value: unknown, path: readonly string[]): unknown {
    this.#replacements.add('PATH');
    return this.#parts.paths?.censor(value, path);
  }

  markTruncated(key: string): void {
    this.truncated.add(key);
  }

  /** Captures attributes and content. */
  run(content: ContentAttributes | undefined): CaptureReport {
    this.#reserveReport();
    const { paths, detection } = this.#parts;
    if (paths !== undefined) censorAttributes(this, paths);
    const size = new AttributeCapture(this, this.#parts).run();
    if (content === undefined) return this.#report(size, undefined);
    const capture = new ContentCapture(this, this.#parts);
    if (this.mode === 'metadata') {
      capture.count(content);
      return this.#report(size, undefined);
    }
    const fields = capture.encode(content);
    if (detection !== undefined && this.mode !== 'full') return this.#report(size, undefined, this.#deferral(fields));
    capture.write(fields);
    return this.#report(size, capture);
  }

  /** Captures content for a line of its own, after the asynchronous detectors have seen it. */
  #deferral(fields: readonly ContentField[]): DeferredContent {
    const parts = this.#parts;
    const { mode, memory, record } = this;
    const { span_id, 'span.type': type } = record as SpanRecord;
    // That line repeats ids and names of this one.
    const settings = { mode, memory, reservedBytes: byteLength(JSON.stringify(record)) };
    return async () => {
      const line = new RecordCapture(parts, { span_id, 'span.type': type }, settings);
      return { report: await line.#runDetected(fields), fields: line.record as SpanRecord };
    };
  }

  async #runDetected(fields: readonly ContentField[]): Promise<CaptureReport> {
    const { detection } = this.#parts;
    if (detection === undefined) return this.#report(NO_ATTRIBUTES, undefined);
    const detected = await Promise.all(
      fields.map(async (field) =>
        detectedField(field.rule, await detectAsync(fieldData(field), detection, this.#replacements)),
      ),
    );
    this.#reserveReport();
    const capture = new ContentCapture(this, this.#parts);
    capture.write(detected);
    return this.#report(NO_ATTRIBUTES, capture);
  }

  /** Adds the report's fields before the content, so that they are found without reading that. */
  #reserveReport(): void {
    const { record } = this;
    record['spanline.capture.mode'] = this.mode;
    record['spanline.redactions'] = undefined;
    record['spanline.redaction.rules'] = undefined;
    record['spanline.truncated'] = undefined;
  }

  #report(size: AttributeSize, content: ContentCapture | undefined, deferred?: DeferredContent): CaptureReport {
    const { record } = this;
    const { count, byRule } = this.#replacements;
    if (count > 0) record['spanline.redactions'] = count;
    if (byRule !== undefined) record['spanline.redaction.rules'] = Object.keys(byRule);
    fitLine(this, this.#parts, size, content);
    const truncated = this.#truncated === undefined || this.#truncated.size === 0 ? undefined : [...this.#truncated];
    if (truncated !== undefined)
      record['spanline.truncated'] = truncated.length > MAX_NAMES ? mostOf(truncated) : truncated;
    return { redactions: count, rules: byRule, truncated, deferred };
  }
}

/** Redacts, hashes and limits the texts of a record, and writes its content. */
export function captureRecord(
  parts: CaptureParts,
  record: SpanRecord,
  content: ContentAttributes | undefined,
  settings: CaptureSettings,
): CaptureReport {
  return new RecordCapture(parts, record, settings).run(content);
}
