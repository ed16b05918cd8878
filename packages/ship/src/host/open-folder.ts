import { type Check, option, SpanlineError } from '@spanline/record';

/** The check of the option `dir`. */
export function folderCheck(): Check<string> {
  return option.required(option.like('the path of a folder', (value) => typeof value === 'string' && value !== ''));
}

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
