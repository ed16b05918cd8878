import { SpanlineError } from '@spanline/record';

/** Runs what needs a writable folder. @throws SpanlineError `ERR_SPOOL` that names the option `dir` */
export function withFolder<T>(dir: string, open: () => T): T {
  try {
    return open();
  } catch (cause) {
    throw new SpanlineError({
      code: 'ERR_SPOOL',
      option: 'dir',
      expected: 'a folder that can be written',
      got: dir,
      cause,
    });
  }
}
