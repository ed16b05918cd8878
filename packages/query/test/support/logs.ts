/** Folders with log files, and lines to write into them. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { SpanRecord } from '@spanline/record';

/** A new folder, which is removed after the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'spanline-query-'));
  afterEach(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Spans begin so many milliseconds after this time, which is a Monday. */
export const START = Date.UTC(2026, 10, 23, 9);

/** Hexadecimal id of a number. */
const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, '0');
export const traceId = (number: number): string => hex(number, 32);
export const spanId = (number: number): string => hex(number, 16);

/** The record of a span that began at a millisecond of the day. */
export function span(
  number: number,
  { at = 0, ms = 10, ...fields }: { at?: number; ms?: number } & Partial<SpanRecord> = {},
): SpanRecord {
  return {
    '@timestamp': new Date(START + at + ms).toISOString(),
    level: 'info',
    message: `step ${number}`,
    'event.name': 'span.end',
    'spanline.schema': '1.0',
    'service.name': 'rag',
    'span.status': 'ok',
    trace_id: traceId(1),
    span_id: spanId(number),
    'span.name': `step ${number}`,
    'span.type': 'task',
    'event.start': `${new Date(START + at).toISOString().slice(0, -1)}000Z`,
    duration_ms: ms,
    ...fields,
  };
}

/** Lines, each with its line feed. */
export const lines = (...records: readonly object[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

/** All values of an async iterable. */
export async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}
