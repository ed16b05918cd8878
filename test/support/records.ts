import { expect } from 'vitest';
import type { SpanRecord } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';

type ParsedRecord = SpanRecord & Record<string, unknown>;

/** All records of a log; their JSON fields parsed. */
export function parsedRecords(log: MemoryLog): ParsedRecord[] {
  const parsed = (value: unknown): unknown =>
    typeof value === 'string' && /^[[{]/.test(value) ? (JSON.parse(value) as unknown) : value;
  return log
    .records()
    .map(
      (record) =>
        Object.fromEntries(Object.entries(record).map(([key, value]) => [key, parsed(value)])) as ParsedRecord,
    );
}

/** The only record of a log; its JSON fields parsed. */
export function onlyRecord(log: MemoryLog): ParsedRecord {
  const [first, ...more] = parsedRecords(log);
  expect({ records: more.length + (first === undefined ? 0 : 1) }).toEqual({ records: 1 });
  return first as ParsedRecord;
}

/** Everything that a stream yields; nothing if there is none. */
export async function drain<T>(stream: AsyncIterable<T> | undefined): Promise<T[]> {
  const chunks: T[] = [];
  for await (const chunk of stream ?? []) chunks.push(chunk);
  return chunks;
}
