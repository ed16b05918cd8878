import { SpanlineError } from '@spanline/record';

/** @throws SpanlineError `ERR_INVALID_OPTION`; what came is left out, since it may be a key */
export function fail(option: string, expected: string, cause?: unknown): never {
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected, ...(cause === undefined ? {} : { cause }) });
}
