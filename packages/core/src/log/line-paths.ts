/** The tracer's redact paths on the lines of a logger that the tracer did not make. */
import pino from 'pino';
import type { RedactPaths } from '../api/index.ts';
import type { JsonMember } from '../content/index.ts';
import { type FieldJson, fieldJsonOf } from './field-json.ts';
import { pinoSymbols } from './pino-internals.ts';

/** Returns what the paths leave of a member; `undefined` if they remove it. */
export type LinePaths = (member: JsonMember) => JsonMember | undefined;

const ERROR = 'error.';
const ERROR_KEYS = ['err', 'error'];

/** pino's own redaction, without a logger that writes. */
function redactionOf({ paths = [], ...options }: RedactPaths): FieldJson | undefined {
  const logger = pino({ redact: { ...options, paths: [...paths] } }, { write: () => undefined });
  const symbols = pinoSymbols(logger);
  return symbols === undefined ? undefined : fieldJsonOf(logger, symbols);
}

/**
 * A field of a logged error, which `createLogger` writes flat, below the keys that a path may begin with. A path that
 * hides the message hides the causes as well.
 */
function redactError({ key, json }: JsonMember, redaction: FieldJson): JsonMember | undefined {
  const field = key.slice(ERROR.length);
  let value = json;
  for (const errorKey of ERROR_KEYS) {
    for (const name of field === 'cause' ? [field, 'message'] : [field]) {
      const redacted = redaction.redacted(errorKey, { [name]: JSON.parse(value) as unknown });
      if (redacted === undefined) continue;
      const object: unknown = JSON.parse(redacted);
      if (typeof object !== 'object' || object === null) return { key, json: redacted };
      const left = (object as Record<string, unknown>)[name];
      if (left === undefined) return undefined;
      value = JSON.stringify(left);
    }
  }
  return { key, json: value };
}

/** Compiles paths; `undefined` if there are none. */
export function createLinePaths(redact: RedactPaths | undefined): LinePaths | undefined {
  const redaction = redact === undefined ? undefined : redactionOf(redact);
  if (redaction === undefined) return undefined;
  const keys = new Set(redaction.keys);
  const namesErrors = ERROR_KEYS.some((key) => keys.has(key));
  return (member) => {
    const isError = member.key.startsWith(ERROR);
    if (!redaction.any && !keys.has(member.key) && !(isError && namesErrors)) return member;
    const json = redaction.toJson(member.key, JSON.parse(member.json));
    if (json === undefined) return undefined;
    return isError ? redactError({ key: member.key, json }, redaction) : { key: member.key, json };
  };
}
