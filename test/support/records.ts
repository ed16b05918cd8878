import { expect } from 'vitest';
import type { SpanRecord } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';

/** The only record of a log; its JSON fields parsed. */
export function onlyRecord(log: MemoryLog): SpanRecord & Record<string, unknown> {
  const records = log.records();
  expect(records).toHaveLength(1);
  const parsed = Object.entries(records[0] ?? {}).map(([key, value]) => [
    key,
    typeof value === 'string' && /^[[{]/.test(value) ? (JSON.parse(value) as unknown) : value,
  ]);
  return Object.fromEntries(parsed) as SpanRecord & Record<string, unknown>;
}

/** Everything that a stream yields. */
export async function drain<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const chunks: T[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}
