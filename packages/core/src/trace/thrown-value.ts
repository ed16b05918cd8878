/** Reading thrown values, which may be anything and may be hostile: nothing here throws. */
import { admitText, readProperty, readText } from '../gate/index.ts';
import { causeFields } from './cause-fields.ts';

const MAX_CAUSES = 5;
const MAX_PARTS = 10;

/** Returns the name of the value's class. */
export function classNameOf(value: unknown): string | undefined {
  return readText(readProperty(value, 'constructor'), 'name');
}

/** Returns the value's message, or the value itself as text: of an object without a message, its fields. */
export function messageOf(value: unknown): string {
  const message = readText(value, 'message');
  if (message !== undefined) return message;
  if (typeof value === 'bigint') return admitText(value) ?? '';
  // An object that is no error says its fields.
  if (typeof value === 'object' && value !== null)
    return admitText(value) ?? (readText(value, 'name') === undefined ? causeFields(value) : '');
  try {
    return admitText(value) ?? String(value);
  } catch {
    return '';
  }
}

/**
 * Returns what an error arose from: `cause`, what the method of this name returns (VError), or the error of the last
 * attempt (`RetryError` of the AI SDK).
 */
export function causeOf(error: unknown): unknown {
  const cause = readProperty(error, 'cause') ?? readProperty(error, 'lastError');
  if (typeof cause !== 'function') return cause;
  try {
    return Reflect.apply(cause, error, []) as unknown;
  } catch {
    return undefined;
  }
}

/** Returns an error and its causes, outermost first. */
export function causeChain(error: unknown): unknown[] {
  const chain: unknown[] = [];
  let link = error;
  while (link !== undefined && link !== null && chain.length < MAX_CAUSES && !chain.includes(link)) {
    chain.push(link);
    link = causeOf(link);
  }
  return chain;
}

/** Returns the errors that an error stands for: `AggregateError`. */
export function partsOf(error: unknown): unknown[] {
  const errors = readProperty(error, 'errors');
  try {
    return Array.isArray(errors) ? errors.slice(0, MAX_PARTS) : [];
  } catch {
    return [];
  }
}

const isStatus = (status: unknown): status is number => typeof status === 'number' && status >= 100 && status < 600;

/** Returns the HTTP status of an error. Amazon's clients keep it in the metadata of the answer. */
export function httpStatusOf(error: unknown): number | undefined {
  for (const key of ['status', 'statusCode', 'status_code']) {
    const status = readProperty(error, key) ?? readProperty(readProperty(error, 'response'), key);
    if (isStatus(status)) return status;
  }
  const amazon = readProperty(readProperty(error, '$metadata'), 'httpStatusCode');
  return isStatus(amazon) ? amazon : undefined;
}
