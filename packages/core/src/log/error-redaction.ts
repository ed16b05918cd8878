/** The application's redact paths on a logged error, and on the texts that are made of its causes and parts. */
import { isErrorLike, ownTexts } from './errors.ts';
import type { FieldJson } from './field-json.ts';
import { plainValue } from './plain-value.ts';
import { readField } from './read-field.ts';

/** A path to a field of an error may begin with pino's key, or with that of the line. */
const PATH_KEYS = ['err', 'error'];
/** At least as many causes as `error.cause` tells. */
const MAX_CAUSES = 5;

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

/** An error with its causes as objects, and with its parts under both names. */
function sourceOf(error: unknown, causes = MAX_CAUSES): unknown {
  const plain = plainValue(error);
  if (!isErrorLike(error) || causes === 0) return plain;
  const source = { ...(plain as Fields) };
  const cause = readField(error, 'cause');
  if (cause !== undefined && cause !== null) source['cause'] = sourceOf(cause, causes - 1);
  if (source['aggregateErrors'] !== undefined) source['errors'] = source['aggregateErrors'];
  return source;
}

/** Returns the censor of the first value that the paths changed; `undefined` if they changed none. */
function difference(before: unknown, after: unknown): { censor: unknown } | undefined {
  if (!isFields(before) || !isFields(after)) return before === after ? undefined : { censor: after };
  for (const key of Object.keys(before)) {
    const found = difference(before[key], after[key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Carries what the paths did to the source over to the fields of the line. A hidden message, cause or part hides
 * `error.cause`, which is made of them. A hidden cause leaves message and stack without those of the causes.
 *
 * @param joined - the texts with those of the causes
 * @param own - the texts without them
 */
function carryOver(fields: Fields, joined: Fields, own: Fields, before: Fields, after: Fields): Fields {
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
  const text = hidden === undefined ? fields['cause'] : hidden.censor;
  return fields['cause'] === undefined ? written : { ...written, cause: text };
}

/**
 * The fields of an error, as the paths leave them, or the JSON of the censor that takes the place of the whole error.
 */
export function redactedError(error: Error, key: string, redactions: readonly FieldJson[]): object | string {
  const joined = plainValue(error) as Fields;
  let fields = joined;
  let source: Fields | undefined;
  for (const redaction of redactions) {
    for (const pathKey of new Set([key, ...PATH_KEYS])) {
      if (!redaction.hasPaths(pathKey)) continue;
      source ??= sourceOf(error) as Fields;
      const { cause = fields['cause'], errors = fields['errors'] } = source;
      const before = JSON.parse(JSON.stringify({ ...fields, cause, errors })) as Fields;
      const json = redaction.redacted(pathKey, before);
      if (json === undefined) continue;
      const after: unknown = JSON.parse(json);
      if (!isFields(after)) return json;
      fields = carryOver(fields, joined, { ...ownTexts(error) }, before, after);
    }
  }
  return fields;
}
