import type { AttributeKey } from '@spanline/record';
/** True for errors, also of another realm. An object that merely has a message is no error. */
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

/** An error inside of a logged object, where JSON would print `{}`. */
export function nestedError(error: Error): { type: string; message: string; stack: string } {
  return { type: typeName(error), message: text(error, 'message'), stack: text(error, 'stack') };
}

/**
 * The fields of a logged error. They are flat, because Elasticsearch rejects a document with a string `error` beside
 * `error.type`.
 *
 * @returns `undefined` for a value that is neither an error nor a string
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
