import type { ContentAttributes, ContentKey, Plain, SpanRecord } from '@spanline/record';
import type { CaptureMode, DeltaMode } from '../api/index.ts';
import type { CleanTexts } from './clean-texts.ts';
import { type ContentDetection, detectAsync } from './deferred.ts';
import { type FactLine, FactWalk } from './fact-walk.ts';
import { fitField } from './fit.ts';
import type { Hasher } from './hash.ts';
import { JsonWalk } from './json-walk.ts';
import { flat, type Json } from './json.ts';
import { orderedKeys, OUTPUT_KEYS, REFERABLE_SIDES, TEXT_KEYS } from './keys.ts';
import type { Limits } from './limits.ts';
import { MessageIndex } from './message-index.ts';
import { type TextReader, UNCHANGED, UNLIMITED } from './plain.ts';
import type { RedactionScope, RedactionTally, Redactor } from './redactor.ts';
import { shortenLine } from './shorten-line.ts';
import { byteLength } from './text.ts';

/** What capturing did to one record. */
export interface CaptureReport {
  readonly redactions: number;
  readonly rules: Readonly<Record<string, number>> | undefined;
  readonly truncated: readonly string[] | undefined;
  /** Content that asynchronous detectors have to read before it may be written. */
  readonly deferred: DeferredContent | undefined;
}

/** Reads the content and gives the fields of its line; rejects when it must not be written. */
export type DeferredContent = () => Promise<{ fields: SpanRecord; report: CaptureReport }>;

/** What the capture step of one tracer is made of. */
export interface CaptureParts {
  readonly limits: Limits;
  readonly redactor: Redactor;
  readonly hasher: Hasher | undefined;
  readonly hashed: ReadonlySet<string>;
  readonly protected: ReadonlySet<string>;
  readonly detection: ContentDetection | undefined;
  readonly deltas: DeltaMode;
}

type Fields = Record<string, unknown>;

/** What a line may hold besides what is counted here: the logger's own fields, punctuation, a profile's longer names. */
const LINE_RESERVE = 768;
/** A UTF-16 code unit is at most this many bytes of UTF-8; a quote or backslash of content, which is JSON already, is escaped to less. */
const MAX_UTF8 = 3;
/** A byte of content becomes two when it is a quote or a backslash. */
const MAX_QUOTED = 2;
/** Counting the bytes of a shorter text costs more than it tells. */
const SHORT_TEXT = 2048;
/** A control character of a fact becomes `\u001b`. */
const MAX_ESCAPED = 6;
/** All the keys, numbers and punctuation of a line. */
const KEYS_BYTES = 4096;

/** How one record is captured. */
export interface CaptureSettings {
  readonly mode: CaptureMode;
  readonly scope: RedactionScope;
  /** What the line holds beside the record. */
  readonly reservedBytes: number;
}

/** One record on its way through capture. */
export class Capturing implements TextReader, FactLine {
  readonly #record: Fields;
  readonly #parts: CaptureParts;
  readonly mode: CaptureMode;
  readonly #scope: RedactionScope;
  readonly #reservedBytes: number;
  readonly tally: RedactionTally = { count: 0, rules: undefined };
  #truncated: Set<string> | undefined;
  #characters = 0;
  /** At most this many bytes of content stand on the line. */
  #contentBytes = 0;
  #deferred: readonly [ContentKey, Json][] | undefined;
  /** In mode `metadata` no text is written, so that none has to be redacted. */
  readonly #reader: TextReader;

  constructor(parts: CaptureParts, record: SpanRecord, { mode, scope, reservedBytes }: CaptureSettings) {
    this.#reservedBytes = reservedBytes;
    this.#parts = parts;
    this.#record = record;
    this.mode = mode;
    this.#scope = scope;
    this.#reader = mode === 'metadata' ? UNCHANGED : this;
  }

  get clean(): CleanTexts | undefined {
    const { redactor } = this.#parts;
    return this.mode === 'full' ? redactor.cleanOfCredentials : redactor.clean;
  }

  read(text: string, name: string | undefined): string {
    const { redactor } = this.#parts;
    if (this.mode === 'full') return redactor.credentials(text, name, this.#scope, this.tally);
    return redactor.redact(text, name, this.#scope, this.tally);
  }

  markTruncated(key: string): void {
    (this.#truncated ??= new Set()).add(key);
  }

  /** Facts: what a person may have typed is redacted, what is asked to be hashed is hashed, ids stay. */
  facts(): void {
    this.#characters += new FactWalk(this.#record, this.#parts, this).run();
  }

  /** Content: turned into JSON, byte counts taken, and written as the mode allows. */
  content(content: ContentAttributes): void {
    const { limits, hasher, detection } = this.#parts;
    const fields: [ContentKey, Json][] = [];
    let input: number | undefined;
    let output: number | undefined;
    let original = '';
    const walk = new JsonWalk(limits, this.#reader);
    for (const key of orderedKeys(content)) {
      const value = content[key];
      if (value === undefined) continue;
      walk.restart();
      const json = isText(key) && typeof value === 'string' ? walk.text(value) : walk.convert(value);
      if (OUTPUT_KEYS.has(key)) output = (output ?? 0) + walk.bytes;
      else input = (input ?? 0) + walk.bytes;
      if (json === undefined) continue;
      if (hasher !== undefined && !OUTPUT_KEYS.has(key)) original += rawText(value);
      if (walk.truncated) this.markTruncated(key);
      fields.push([key, json]);
    }
    if (input !== undefined) this.#record['spanline.content.input_bytes'] = input;
    if (output !== undefined) this.#record['spanline.content.output_bytes'] = output;
    if (original !== '') this.#evidence(original);
    if (this.mode === 'metadata') return;
    if (detection === undefined || this.mode === 'full') this.#writeAll(fields);
    else this.#deferred = fields;
  }

  /** What an earlier line of the trace holds is written as a reference to it. */
  #refer(key: ContentKey, json: Json): string {
    if (typeof json === 'string') return json;
    const { deltas } = this.#parts;
    const side = REFERABLE_SIDES[key];
    const spanId = this.#record['span_id'];
    const isReferable = side !== undefined && typeof spanId === 'string' && deltas !== 'none';
    if (!isReferable || this.mode === 'hashed') return flat(json);
    const index = (this.#scope.messages ??= new MessageIndex());
    const isModelCall = this.#record['span.type'] === 'llm';
    if (!isModelCall || (deltas === 'all' && side === 'i')) return index.refer(json, spanId, side);
    index.remember(json, spanId, side);
    return flat(json);
  }

  #writeAll(given: readonly [ContentKey, Json][]): void {
    const texts: [ContentKey, string][] = [];
    for (const [key, json] of given) {
      const text = this.#refer(key, json);
      texts.push([key, text]);
      this.#write(key, text, this.#parts.limits.fieldBytes);
    }
    this.#fitLine(texts);
  }

  /** What waits for asynchronous detectors, as the step that they have to take. */
  #deferral(): DeferredContent | undefined {
    const fields = this.#deferred;
    const { detection } = this.#parts;
    if (fields === undefined || detection === undefined) return undefined;
    const [parts, mode, scope] = [this.#parts, this.mode, this.#scope];
    const identity = { span_id: this.#record['span_id'], 'span.type': this.#record['span.type'] } as SpanRecord;
    return async () => {
      const line = new Capturing(parts, identity, { mode, scope, reservedBytes: 0 });
      const read = fields.map(async ([key, json]): Promise<[ContentKey, Json]> => {
        const plain = await detectAsync(plainOf(key, flat(json)), detection, scope, line.tally);
        if (isText(key) && typeof plain === 'string') return [key, plain];
        return [key, new JsonWalk(UNLIMITED, UNCHANGED).convert(plain) ?? 'null'];
      });
      const detected = await Promise.all(read);
      line.reserve();
      line.#writeAll(detected);
      return { fields: line.#record as SpanRecord, report: line.report() };
    };
  }

  #evidence(original: string): void {
    const { hasher } = this.#parts;
    if (hasher === undefined) return;
    this.#record['spanline.content.input_hmac'] = hasher.hash(original);
    this.#record['spanline.hash.key_id'] = hasher.keyId;
  }

  #write(key: ContentKey, whole: string, maxBytes: number): void {
    const { hasher } = this.#parts;
    let text = whole;
    if (text.length * MAX_UTF8 > maxBytes && byteLength(text) > maxBytes) {
      this.markTruncated(key);
      text = textOf(key, fitField(key, plainOf(key, whole), maxBytes));
    }
    let written = text;
    if (this.mode === 'hashed' && hasher !== undefined) {
      const hmac = hasher.hash(text);
      written = isText(key) ? `hmac:${hmac}` : JSON.stringify({ hmac, bytes: byteLength(text) });
      this.#record['spanline.hash.key_id'] = hasher.keyId;
    }
    this.#record[key] = written;
    this.#contentBytes += written.length < SHORT_TEXT ? written.length * MAX_UTF8 : byteLength(written) * MAX_QUOTED;
  }

  /** Fields give way in a fixed order until the whole line fits; most lines are known to fit without being counted. */
  #fitLine(fields: readonly [ContentKey, string][]): void {
    const limit = this.#parts.limits.lineBytes - LINE_RESERVE - this.#reservedBytes;
    if (this.#characters * MAX_ESCAPED + this.#contentBytes + KEYS_BYTES <= limit) return;
    const excess = byteLength(JSON.stringify(this.#record)) - limit;
    if (excess <= 0) return;
    shortenLine(excess, {
      record: this.#record,
      fields: new Map(fields.map(([key, text]) => [key, plainOf(key, text)])),
      protectedKeys: this.#parts.protected,
      truncated: (this.#truncated ??= new Set()),
      write: (key, plain, maxBytes) => this.#write(key, textOf(key, plain), maxBytes),
    });
  }

  /** What happened, on the line itself; written before the content so that it is found without reading that. */
  reserve(): void {
    this.#record['spanline.capture.mode'] = this.mode;
    this.#record['spanline.redactions'] = undefined;
    this.#record['spanline.redaction.rules'] = undefined;
    this.#record['spanline.truncated'] = undefined;
  }

  report(): CaptureReport {
    const { count, rules } = this.tally;
    const truncated = this.#truncated === undefined || this.#truncated.size === 0 ? undefined : [...this.#truncated];
    if (count > 0) this.#record['spanline.redactions'] = count;
    if (rules !== undefined) this.#record['spanline.redaction.rules'] = Object.keys(rules);
    if (truncated !== undefined) this.#record['spanline.truncated'] = truncated;
    return { redactions: count, rules, truncated, deferred: this.#deferral() };
  }
}

/** Some fields hold a text as it is; all others are JSON. */
function isText(key: ContentKey): boolean {
  return TEXT_KEYS.has(key);
}

function textOf(key: ContentKey, plain: Plain): string {
  return isText(key) && typeof plain === 'string' ? plain : JSON.stringify(plain);
}

/** What a written field holds, as data. */
function plainOf(key: ContentKey, text: string): Plain {
  return isText(key) ? text : (JSON.parse(text) as Plain);
}

/** The evidence covers what the application handed over, before anything was redacted or cut. */
function rawText(value: unknown): string {
  try {
    return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  } catch {
    return '';
  }
}
