/** `span.content` lines: content that is kept apart from its span's line, or that comes later. */
import { type AttributeKey, CONTENT_KEYS, type SpanRecord } from '@spanline/record';

/** The fields that join a content line to its span, and say whom it is about. */
const SHARED_KEYS = [
  '@timestamp',
  'level',
  'spanline.schema',
  'service.name',
  'service.version',
  'deployment.environment.name',
  'host.name',
  'process.pid',
  'spanline.project',
  'trace_id',
  'span_id',
  'parent_span_id',
  'http.request.id',
  'session.id',
  'user.id',
  'span.name',
  'span.type',
  'spanline.capture.mode',
  'spanline.hash.key_id',
  'spanline.sample.ratio',
  'spanline.sample.reason',
] as const satisfies readonly AttributeKey[];

/** Creates the content line of a record, without the content. */
export function createContentLine(record: SpanRecord): SpanRecord {
  const shared = SHARED_KEYS.filter((key) => record[key] !== undefined).map((key) => [key, record[key]]);
  return {
    message: `${record['span.name'] ?? ''} content`,
    'event.name': 'span.content',
    'event.id': undefined,
    ...Object.fromEntries(shared),
  };
}

/** A record in two lines. */
export interface SplitRecord {
  readonly span: SpanRecord;
  /** `undefined` if the record has no content. */
  readonly content: SpanRecord | undefined;
}

/**
 * Splits a record into its span's line and its content line. The record itself does not change: observers may keep it.
 */
export function splitContent(record: SpanRecord): SplitRecord {
  let content: SpanRecord | undefined;
  const span: SpanRecord = { ...record };
  for (const key of CONTENT_KEYS) {
    if (span[key] === undefined) continue;
    content ??= createContentLine(record);
    content[key] = span[key];
    span[key] = undefined;
  }
  return { span, content };
}
