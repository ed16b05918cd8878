/** Lines in two parts: fields that many lines have in common, which become JSON once, and the line's own fields. */

import type { SpanRecord } from '@spanline/record';

/** Fields that many lines have in common, such as the service and the host. */
export interface CommonFields {
  readonly fields: Readonly<Record<string, unknown>>;
  /** `"service.name":"bot",…`, without braces; never empty. */
  readonly json: string;
  /** The same as UTF-8. */
  readonly bytes: Uint8Array;
}

/**
 * A line in two parts that have no key in common. `own` has the key `event.id`; the common fields are written before
 * it. For a layout that people find their way in, `own` begins with `@timestamp`, `level`, `message` and `event.id`.
 */
export interface SplitLine {
  readonly common: CommonFields;
  readonly own: SpanRecord;
}

/** Keeps fields as JSON. Leaves out those without a value. */
export function createCommonFields(fields: Readonly<SpanRecord>): CommonFields {
  const defined = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const json = JSON.stringify(defined).slice(1, -1);
  return { fields: defined, json, bytes: Buffer.from(json) };
}

/** Both parts as one record, in the order of the line. */
export function wholeRecord({ common, own }: SplitLine): SpanRecord {
  const { '@timestamp': timestamp, level, message } = own;
  return Object.assign({ '@timestamp': timestamp, level, message }, common.fields, own);
}
