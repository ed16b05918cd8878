/** The members of a line that a logged error becomes. */
import { type JsonMember, jsonMembers, textOfJson } from '../content/index.ts';
import { redactedError } from './error-redaction.ts';
import { isErrorLike } from './errors.ts';
import type { FieldJson } from './field-json.ts';

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
  const redacted = redactedError(value, key, paths === undefined ? [fieldJson] : [fieldJson, paths]);
  if (typeof redacted === 'string') return [{ key: 'error.message', json: redacted }];
  return (jsonMembers(JSON.stringify(redacted)) ?? []).flatMap((member) => {
    const name = `error.${member.key}`;
    const json = member.json.startsWith('"') ? fieldJson.toJson(name, textOfJson(member.json)) : member.json;
    return json === undefined ? [] : [{ key: name, json }];
  });
}
