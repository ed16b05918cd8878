import { SpanlineError } from '@spanline/record';

/** Throws SpanlineError `ERR_INVALID_OPTION`. The message does not show the value, which may be a key. */
export function fail(option: string, expected: string): never {
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected });
}
