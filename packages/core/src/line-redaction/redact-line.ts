/** Redacts a line that was written already. Ids, times, numbers and sizes stay as they are. */
import {
  type AttributeKey,
  BoundedMap,
  CONTENT_KEYS,
  type ContentAttributes,
  type ContentKey,
  type ParsedLine,
  parseExactJson,
  setOwn,
  type SpanRecord,
} from '@spanline/record';
import type { RedactOptions } from '../api/index.ts';
import { createCapture, createTraceMemory, TEXT_KEYS, type TraceMemory } from '../capture/index.ts';
import { type ContentLimits, type JsonMember, JsonEncoder, joinJson, UNLIMITED } from '../content/index.ts';
import { createPathRedactor, NO_REDACTION, type PathRedactor } from '../redaction/index.ts';

/** Returns a copy of a line without what its target must not get. */
export type RedactLine = (line: ParsedLine) => ParsedLine;

type Fields = Record<string, unknown>;

/** The line fitted its limits when it was written. */
const WIDE = 1_073_741_824;
const LIMITS = { lineBytes: WIDE, fieldBytes: WIDE, arrayLength: WIDE, depth: 1000, objectKeys: WIDE };
/** All of a value, down to the level where other code runs out of stack. */
const WHOLE: ContentLimits = { ...UNLIMITED, depth: 500 };
/** Traces whose placeholders are numbered at a time. */
const MAX_TRACES = 1000;

/** Facts about content as the application had it, which redaction does not change. */
const OF_ORIGINAL: readonly AttributeKey[] = [
  'spanline.content.input_bytes',
  'spanline.content.output_bytes',
  'spanline.content.input_hmac',
];

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function restore(record: Fields, before: Readonly<Fields>, key: string): void {
  if (before[key] === undefined) delete record[key];
  else record[key] = before[key];
}

function parseContent(key: ContentKey, text: unknown): unknown {
  if (typeof text !== 'string' || TEXT_KEYS.has(key)) return text;
  try {
    return parseExactJson(text);
  } catch {
    return text;
  }
}

/** Takes the content out of a record. */
function takeContent(record: Fields): ContentAttributes | undefined {
  let content: Fields | undefined;
  for (const key of CONTENT_KEYS) {
    if (record[key] === undefined) continue;
    (content ??= {})[key] = parseContent(key, record[key]);
    delete record[key];
  }
  return content;
}

/** JSON of a value of a line. `JSON.stringify` runs out of stack in one of many levels. */
function jsonOf(key: string, value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    const json = new JsonEncoder(WHOLE, NO_REDACTION).encode(value, key, []);
    return json === undefined ? undefined : joinJson(json);
  }
}

/** JSON of a value without what paths lead to; `undefined` if they lead to all of it. */
function withoutPaths(key: string, value: unknown, paths: PathRedactor | undefined): string | undefined {
  const position = paths?.enterContent(key) ?? [];
  if (paths === undefined || position.length === 0) return jsonOf(key, value);
  let censored = 0;
  const encoder = new JsonEncoder(WHOLE, {
    ...NO_REDACTION,
    censor(found, path) {
      censored++;
      return paths.censor(found, path);
    },
  });
  const json = encoder.encode(value, key, position);
  // The encoder describes payloads and vectors; a value that no path leads to stays whole.
  if (censored === 0) return jsonOf(key, value);
  return json === undefined ? undefined : joinJson(json);
}

/** Creates the function for the lines of one target. @throws SpanlineError `ERR_INVALID_OPTION` */
export function createLineRedactor(redact: RedactOptions, hashKey: string | undefined): RedactLine {
  const capture = createCapture({
    capture: 'redacted',
    redact,
    hashKey,
    destination: 'large',
    limits: LIMITS,
    deltas: 'none',
  });
  const lines = capture.lines('redacted');
  const paths = createPathRedactor(redact, 'otel');
  const done: ReadonlySet<string> = new Set();
  const memories = new BoundedMap<string, TraceMemory>(MAX_TRACES);

  function memoryOf({ trace_id: id }: SpanRecord): TraceMemory {
    const known = id === undefined ? undefined : memories.get(id);
    const memory = known ?? createTraceMemory();
    if (id !== undefined && known === undefined) memories.set(id, memory);
    return memory;
  }

  /** Fields of the application. */
  function redactFields(fields: Readonly<Fields>, memory: TraceMemory): Fields {
    const members = Object.keys(fields).flatMap((key): JsonMember[] => {
      const json = withoutPaths(key, fields[key], paths);
      return json === undefined ? [] : [{ key, json }];
    });
    const redacted: Fields = {};
    for (const { key, json } of lines.apply(members, memory, done).members) {
      let free = key;
      while (Object.hasOwn(redacted, free)) free = `_${free}`;
      setOwn(redacted, free, JSON.parse(json));
    }
    return redacted;
  }

  /** A record of the tracer. */
  function redactRecord(before: SpanRecord, memory: TraceMemory): SpanRecord {
    const record: Fields = { ...before };
    const content = takeContent(record);
    const leftOut = new Set(texts(before['spanline.truncated']));
    const report = capture.apply(record as SpanRecord, content, { mode: 'redacted', memory, leftOut });
    for (const key of OF_ORIGINAL) restore(record, before, key);
    if (redact.hash === undefined || before['spanline.hash.key_id'] !== undefined) {
      restore(record, before, 'spanline.hash.key_id');
    }
    if (before['spanline.capture.mode'] !== 'full') restore(record, before, 'spanline.capture.mode');
    const redactions = (before['spanline.redactions'] ?? 0) + report.redactions;
    const rules = new Set([...texts(before['spanline.redaction.rules']), ...Object.keys(report.rules ?? {})]);
    if (redactions > 0) record['spanline.redactions'] = redactions;
    if (rules.size > 0) record['spanline.redaction.rules'] = [...rules];
    for (const key of Object.keys(record)) if (record[key] === undefined) delete record[key];
    return record as SpanRecord;
  }

  return ({ kind, record, rest }) => {
    const memory = memoryOf(record);
    return {
      kind,
      record: kind === 'log' ? (redactFields(record, memory) as SpanRecord) : redactRecord(record, memory),
      rest: redactFields(rest, memory),
    };
  };
}
