/** The members of a line that a logged error becomes. */
import { type JsonMember, jsonMembers, textOfJson } from '../content/index.ts';
import { type DescribedError, isErrorLike } from './errors.ts';
import type { FieldJson } from './field-json.ts';
import { plainValue } from './plain-value.ts';

/** A path to a field of an error may begin with pino's key, or with that of the line. */
const PATH_KEYS = ['err', 'error'];

/**
 * Applies the application's redact paths to an error. Returns its members as JSON, or the censor that takes the place
 * of the whole error. A path that hides the message hides the causes as well, which pino has in the message.
 */
function redactedMembers(error: Error, key: string, fieldJson: FieldJson): JsonMember[] | string {
  const described = plainValue(error) as DescribedError;
  let plain: object = described;
  for (const pathKey of new Set([key, ...PATH_KEYS])) {
    const json = fieldJson.redacted(pathKey, plain);
    if (json === undefined) continue;
    const redacted: unknown = JSON.parse(json);
    if (typeof redacted !== 'object' || redacted === null) return json;
    const { message } = redacted as Partial<DescribedError>;
    if (described.cause !== undefined && message !== described.message) Object.assign(redacted, { cause: message });
    plain = redacted;
  }
  return jsonMembers(JSON.stringify(plain)) ?? [];
}

/**
 * The members of a logged error. They are flat, because Elasticsearch rejects a document with a string `error` beside
 * `error.type`. A string under an error's key is a message.
 *
 * @returns `undefined` for a value that is neither an error nor a string
 */
export function errorMembers(key: string, value: unknown, fieldJson: FieldJson): JsonMember[] | undefined {
  if (typeof value === 'string') return [{ key: 'error.message', json: fieldJson.toJson(key, value) ?? '""' }];
  if (!isErrorLike(value)) return undefined;
  const members = redactedMembers(value, key, fieldJson);
  if (typeof members === 'string') return [{ key: 'error.message', json: members }];
  return members.flatMap((member) => {
    const name = `error.${member.key}`;
    const json = member.json.startsWith('"') ? fieldJson.toJson(name, textOfJson(member.json)) : member.json;
    return json === undefined ? [] : [{ key: name, json }];
  });
}
