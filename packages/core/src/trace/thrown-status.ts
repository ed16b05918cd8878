/** The status of a span whose work threw. Not every thrown value is a failure. */
import type { SpanStatus } from '@spanline/record';
import { readProperty, readText } from '../gate/index.ts';
import { isAbort } from './error-class.ts';
import { classNameOf, messageOf } from './thrown-value.ts';

/** Status of a span whose work threw. */
export type ThrownStatus = Extract<SpanStatus, 'error' | 'aborted' | 'interrupted' | 'ok'>;

/** Messages of the plain `Error` that some libraries throw when their caller aborts. */
const ABORT_MESSAGES: ReadonlySet<string> = new Set([
  'Abort',
  'AbortError',
  'Aborted',
  'Request was aborted.',
  'This operation was aborted',
]);

/**
 * Returns the status that a thrown value gives its span:
 *
 * - `interrupted` or `ok` for LangGraph's control flow, which carries `is_bubble_up`: an interrupt waits for a human, a
 *   drained graph for the next process; a parent command is a normal end.
 * - `aborted` if the caller asked for it: by the error's name, or because an instrumentation reported it.
 * - `error` for everything else.
 */
export function statusOfThrown(error: unknown): ThrownStatus {
  const name = readText(error, 'name') ?? '';
  if (readProperty(error, 'is_bubble_up') === true) {
    const signal = name === '' ? (classNameOf(error) ?? '') : name;
    return signal.endsWith('Interrupt') || signal === 'GraphDrained' ? 'interrupted' : 'ok';
  }
  const wasAborted =
    isAbort(error) ||
    readText(error, 'code') === 'ABORT_ERR' ||
    (name === 'Error' && ABORT_MESSAGES.has(messageOf(error)));
  return wasAborted ? 'aborted' : 'error';
}
