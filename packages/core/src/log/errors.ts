import type { AttributeKey } from '@spanline/record';
/** True for errors, also of another realm, and for nothing that merely has a message. */
export function isErrorLike(value: unknown): value is Error {
  try {
    if (typeof value !== 'object' || value === null) return false;
    if (Object.prototype.toString.call(value) === '[object Error]') return true;
    const { name, message, stack } = value as Partial<Error>;
    return typeof name === 'string' && typeof message === 'string' && typeof stack === 'string';
  } catch {
    return false;
  }
}

function text(error: Error, key: 'message' | 'stack'): string {
  try {
    return String(error[key] ?? '');
  } catch {
    return '';
  }
}

function typeName(error: Error): string {
  try {
    const { name } = error;
    if (typeof name === 'string' && name !== '' && name !== 'Error') return name;
    return error.constructor?.name || 'Error';
  } catch {
    return 'Error';
  }
}

/** An error inside a logged object, in the place where JSON would show `{}`. */
export function nestedError(error: Error): { type: string; message: string; stack: string } {
  return { type: typeName(error), message: text(error, 'message'), stack: text(error, 'stack') };
}

/**
 * What a logged error is on the line: flat fields, since `error` itself as a string beside `error.type` makes Elasticsearch reject the document.
 *
 * @returns `undefined` for what is no error and no string
 */
export function errorFields(value: unknown): readonly (readonly [AttributeKey, string])[] | undefined {
  if (typeof value === 'string') return [['error.message', value]];
  if (!isErrorLike(value)) return undefined;
  const { type, message, stack } = nestedError(value);
  return [
    ['error.type', type],
    ['error.message', message],
    ['error.stack', stack],
  ];
}
