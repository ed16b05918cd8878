/** A recorded failure of a tool or a retriever, thrown again. */
import type { SpanRecord } from '@spanline/record';

/** Makes the error: its class is the name, its message the recorded one. */
export function recordedError(record: SpanRecord): Error {
  const error = new Error(record['error.message'] ?? 'the recorded call failed');
  Object.defineProperty(error, 'name', { value: record['error.type'] ?? 'Error', configurable: true });
  return error;
}
