/** The errors that an error carries. */

import { isObject, props } from '@spanline/instrumentation';

/** Where libraries and applications keep the error that they wrapped. */
const LINKS = [
  'cause',
  'error',
  'err',
  'inner',
  'innerError',
  'innerException',
  'original',
  'originalError',
  'lastError',
  'previous',
  'reason',
  'jse_cause',
] as const;

const MAX_ERRORS = 16;

/**
 * Returns an error and the errors that it wraps, outermost first, at most 16: the one it replaced, its cause, the
 * members of an `AggregateError` or of the error of a retry, and what wrappers without a cause keep. May throw for a
 * hostile error.
 */
export function linkedErrors(error: unknown, replaced: unknown): readonly unknown[] {
  const found = replaced === undefined ? [error] : [error, replaced];
  for (let index = 0; index < found.length; index++) {
    const link = found[index];
    if (!isObject(link)) continue;
    const values = props(link);
    const { errors } = values;
    const next = LINKS.map((key) => values[key]).concat(Array.isArray(errors) ? errors.slice(0, MAX_ERRORS) : []);
    for (const value of next) {
      if (isObject(value) && !found.includes(value) && found.length < MAX_ERRORS) found.push(value);
    }
  }
  return found;
}
