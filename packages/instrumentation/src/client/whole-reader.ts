/** Readers of answers that are not streamed. */

import type { SpanAttributes } from '@spanline/record';
import type { AnswerReader } from './call.ts';

/** Creates the reader of an API that always answers at once. */
export function wholeReader(whole: (value: unknown) => SpanAttributes): AnswerReader {
  return { whole, chunk: () => 'event', gathered: () => ({}) };
}
