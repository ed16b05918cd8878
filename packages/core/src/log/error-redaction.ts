/** Redact paths on errors at any depth of a value, and on the texts that are made of their causes and parts. */
import { type ErrorCopies, plainValue } from './plain-value.ts';

/** An object by its keys. */
export type Fields = Record<string, unknown>;

/** Applies paths to a value. Returns its JSON; `undefined` if the whole value is removed. */
export type Redaction = (value: unknown) => string | undefined;

/** True for what has keys. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

/** Returns the censor of the first value that the paths changed; `undefined` if they changed none. */
export function difference(before: unknown, after: unknown): { censor: unknown } | undefined {
  if (!isFields(before) || !isFields(after)) return before === after ? undefined : { censor: after };
  for (const key of Object.keys(before)) {
    const found = difference(before[key], after[key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Carries what the paths did to an error with its causes over to its fields on the line. A hidden message, cause or
 * part hides the text of the causes, which is made of them. A hidden cause leaves message and stack without those of
 * the causes.
 */
function carryOver({ joined, own }: { joined: Fields; own: Fields }, before: Fields, after: Fields): Fields {
  const changed = (key: string): { censor: unknown } | undefined => difference(before[key], after[key]);
  const { cause: _cause, errors, ...written } = after;
  const hiddenCause = changed('cause');
  const part = changed('aggregateErrors') ?? changed('errors');
  if (before['aggregateErrors'] === undefined) written['errors'] = errors;
  else if (changed('aggregateErrors') === undefined) written['aggregateErrors'] = errors;
  for (const key of ['message', 'stack']) {
    if (hiddenCause !== undefined && written[key] === joined[key]) written[key] = own[key];
  }
  const hidden = changed('message') ?? hiddenCause ?? part;
  const text = hidden === undefined ? joined['cause'] : hidden.censor;
  return joined['cause'] === undefined ? written : { ...written, cause: text };
}

/** Writes what the paths left of a value, with its errors as they are on a line. */
function rendered(source: unknown, before: unknown, after: unknown, copies: ErrorCopies): unknown {
  if (!isFields(source) || !isFields(before) || !isFields(after)) return after;
  const copy = copies.get(source);
  const fields = copy === undefined ? after : carryOver(copy, before, after);
  const children = Object.keys(fields).map((key) => [key, rendered(source[key], before[key], fields[key], copies)]);
  return Array.isArray(fields) ? children.map(([, child]) => child) : Object.fromEntries(children);
}

/**
 * JSON of a value, as the paths leave it. They see the causes of an error as objects: `job.error.cause.message`.
 *
 * @returns `undefined` if a path removes the whole value
 */
export function redactedJson(value: unknown, key: string, redactions: readonly Redaction[]): string | undefined {
  const copies: ErrorCopies = new Map();
  const source = plainValue(value, key, copies);
  let json: string | undefined;
  let current: unknown = copies.size === 0 ? source : JSON.parse(JSON.stringify(source));
  for (const [index, redact] of redactions.entries()) {
    json = redact(current);
    if (json === undefined) return undefined;
    if (index < redactions.length - 1) current = JSON.parse(json);
  }
  if (json === undefined || copies.size === 0) return json;
  const before: unknown = JSON.parse(JSON.stringify(source));
  return JSON.stringify(rendered(source, before, JSON.parse(json), copies));
}
