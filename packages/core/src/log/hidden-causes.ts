/**
 * Errors without the causes that paths hide. pino's serializers join the causes of an error to its message and stack,
 * where no path finds them. The application's own logger therefore gets errors that do not have these causes.
 */
import type { ChildLoggerOptions, Logger } from 'pino';
import { type Fields, difference, isFields, type Redaction } from './error-redaction.ts';
import { isErrorLike } from './errors.ts';
import type { FieldJson } from './field-json.ts';
import { plainValue } from './plain-value.ts';
import { readField } from './read-field.ts';

/** pino joins these to an error: its cause and its parts. */
const LINKS = ['cause', 'errors'];

/** A copy of an object, of the same class, with other values for some of its fields. */
function withFields(object: Fields, changed: ReadonlyMap<string, unknown>): Fields {
  const fields: PropertyDescriptorMap = { ...Object.getOwnPropertyDescriptors(object) };
  // The engine keeps the stack of the error itself, which a copy cannot read in each version.
  if (isErrorLike(object)) fields['stack'] = { value: object.stack, configurable: true };
  for (const [key, value] of changed) {
    fields[key] = { value, enumerable: fields[key]?.enumerable ?? false, configurable: true, writable: true };
  }
  const copy = (Array.isArray(object) ? [] : Object.create(Object.getPrototypeOf(object) as object | null)) as Fields;
  return Object.defineProperties(copy, fields);
}

/** Joined with its causes if pino takes it for an error: it has a message. */
function isJoined(value: Fields): boolean {
  return typeof readField(value, 'message') === 'string';
}

/** Of a hidden link the censor is left. Of an object in which something was hidden, nothing is. */
function remainder(after: unknown): unknown {
  return isFields(after) ? undefined : after;
}

function withoutLinks(value: unknown, source: unknown, before: unknown, after: unknown): unknown {
  if (!isFields(value) || !isFields(source) || !isFields(before) || !isFields(after)) return value;
  const changed = new Map<string, unknown>();
  const joined = isJoined(value);
  for (const key of Object.keys(source)) {
    if (joined && LINKS.includes(key) && difference(before[key], after[key]) !== undefined) {
      changed.set(key, remainder(after[key]));
      continue;
    }
    const field = readField(value, key === 'aggregateErrors' ? 'errors' : key);
    const left = withoutLinks(field, source[key], before[key], after[key]);
    if (left !== field) changed.set(key === 'aggregateErrors' ? 'errors' : key, left);
  }
  return changed.size === 0 ? value : withFields(value, changed);
}

function withoutHidden(value: object, key: string, redact: Redaction): unknown {
  const source = plainValue(value, key, new Map());
  const before = JSON.stringify(source);
  const after = redact(JSON.parse(before));
  return after === undefined || after === before
    ? value
    : withoutLinks(value, source, JSON.parse(before), JSON.parse(after));
}

function fieldsToLog(object: object, paths: FieldJson): object {
  const changed = new Map<string, unknown>();
  for (const key of Object.keys(object)) {
    const redact = paths.redactionOf(key);
    const value = redact === undefined ? undefined : readField(object, key);
    if (redact === undefined || typeof value !== 'object' || value === null) continue;
    const left = withoutHidden(value, key, redact);
    if (left !== value) changed.set(key, left);
  }
  return changed.size === 0 ? object : withFields(object as Fields, changed);
}

/**
 * An object to log, in which no error has a cause or part that the paths hide. The given object does not change. One
 * that cannot be read is left out.
 */
export function withoutHiddenCauses(object: object, paths: FieldJson | undefined): object {
  if (paths === undefined) return object;
  try {
    return fieldsToLog(object, paths);
  } catch {
    return {};
  }
}

/** Hides causes in the bindings of a logger's children, which pino turns to text when the child is made. */
export function hideInBindings(
  logger: Logger,
  pathsOf: (logger: Logger, options: ChildLoggerOptions | undefined) => FieldJson | undefined,
): void {
  const { child, setBindings } = logger;
  const methods = logger as { child: unknown; setBindings: unknown };
  methods.child = function (this: Logger, bindings: object, options?: ChildLoggerOptions) {
    return Reflect.apply(child, this, [withoutHiddenCauses(bindings, pathsOf(this, options)), options]) as Logger;
  };
  methods.setBindings = function (this: Logger, bindings: object): void {
    Reflect.apply(setBindings, this, [withoutHiddenCauses(bindings, pathsOf(this, undefined))]);
  };
}
