/** The members of a line that a logged error becomes. */
import { type JsonMember, jsonMembers, textOfJson } from '../content/index.ts';
import { redactedJson } from './error-redaction.ts';
import { isErrorLike } from './errors.ts';
import type { FieldJson } from './field-json.ts';
import { plainValue } from './plain-value.ts';

/** A path to a field of an error may begin with pino's key, or with that of the line. */
const PATH_KEYS = ['err', 'error'];

/** JSON of an error, as the paths leave it: its fields, or the censor in place of the whole error. */
function errorJson(error: Error, key: string, paths: readonly FieldJson[]): string | undefined {
  const keys = [...new Set([key, ...PATH_KEYS])];
  const redactions = paths.flatMap((fieldJson) =>
    keys.map((pathKey) => fieldJson.redactionOf(pathKey)).filter((redaction) => redaction !== undefined),
  );
  return redactions.length === 0 ? JSON.stringify(plainValue(error)) : redactedJson(error, key, redactions);
}

/**
 * The members of a logged error. They are flat, because Elasticsearch rejects a document with a string `error` beside
 * `error.type`. A string under an error's key is a message.
 *
 * @param paths - the tracer's redact paths, if the logger does not know them
 * @returns `undefined` for a value that is neither an error nor a string
 */
export function errorMembers(
  key: string,
  value: unknown,
  fieldJson: FieldJson,
  paths: FieldJson | undefined,
): JsonMember[] | undefined {
  if (typeof value === 'string') return [{ key: 'error.message', json: fieldJson.toJson(key, value) ?? '""' }];
  if (!isErrorLike(value)) return undefined;
  const redacted = errorJson(value, key, paths === undefined ? [fieldJson] : [fieldJson, paths]);
  if (redacted === undefined) return [];
  if (!redacted.startsWith('{')) return [{ key: 'error.message', json: redacted }];
  return (jsonMembers(redacted) ?? []).flatMap((member) => {
    const name = `error.${member.key}`;
    const json = member.json.startsWith('"') ? fieldJson.toJson(name, textOfJson(member.json)) : member.json;
    return json === undefined ? [] : [{ key: name, json }];
  });
}
