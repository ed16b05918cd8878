/** When a span began and ended, in milliseconds since the epoch. */

import type { SpanRecord } from '@spanline/record';

const NANOS = /\.\d{3}(\d{1,6})/;

function parse(time: string | undefined): number | undefined {
  if (typeof time !== 'string') return undefined;
  const ms = Date.parse(time);
  if (Number.isNaN(ms)) return undefined;
  const rest = NANOS.exec(time)?.[1];
  return rest === undefined ? ms : ms + Number(`0.${rest}`);
}

const finite = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** The start; of a line that has none, its end less its duration. */
export function startMs(record: SpanRecord): number | undefined {
  const end = parse(record['@timestamp']);
  return parse(record['event.start']) ?? (end === undefined ? undefined : end - (finite(record.duration_ms) ?? 0));
}

/** The start and the duration, or else the time of the line. */
export function endMs(record: SpanRecord): number | undefined {
  const start = startMs(record);
  const duration = finite(record.duration_ms);
  return start === undefined || duration === undefined ? parse(record['@timestamp']) : start + duration;
}

/** True for the line of a whole span, and not for its start or for content that is kept apart. */
export function isSpanEnd(kind: string, record: SpanRecord): boolean {
  return kind === 'span' && (record['event.name'] === undefined || record['event.name'] === 'span.end');
}
