import type { SpanRecord } from '@spanline/record';

/** What many lines have in common, written as JSON once. */
export interface LineHead {
  readonly fields: Readonly<Record<string, unknown>>;
  /** `"service.name":"bot",…`, without braces; never empty. */
  readonly json: string;
}

/** A line in two parts that share no key. `own` begins with `@timestamp`, `level` and `message`, and `event.id` comes next. */
export interface HeadedLine {
  readonly head: LineHead;
  readonly own: SpanRecord;
}

/** A head of the fields that have a value. */
export function createHead(fields: Readonly<SpanRecord>): LineHead {
  const defined = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return { fields: defined, json: JSON.stringify(defined).slice(1, -1) };
}

/** Both parts as one record. */
export function wholeRecord({ head, own }: HeadedLine): SpanRecord {
  const { '@timestamp': timestamp, level, message } = own;
  return Object.assign({ '@timestamp': timestamp, level, message }, head.fields, own);
}

/** What follows the message; within a text its quotes would be escaped. */
const BEHIND_MESSAGE = ',"event.id":';

/** Both parts as JSON; the head stands behind the message. */
export function headedJson({ head, own }: HeadedLine): string {
  const json = JSON.stringify(own);
  const start = json.indexOf(BEHIND_MESSAGE);
  return `${json.slice(0, start)},${head.json}${json.slice(start)}`;
}
