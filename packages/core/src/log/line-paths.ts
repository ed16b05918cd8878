/** The tracer's redact paths on the lines of a logger that the tracer did not make. */
import pino from 'pino';
import type { RedactPaths } from '../api/index.ts';
import { loggedKey } from '../capture/index.ts';
import type { JsonMember } from '../content/index.ts';
import { type FieldJson, fieldJsonOf } from './field-json.ts';
import { pinoSymbols } from './pino-internals.ts';

/** The paths on the members of a line. */
export interface LinePaths {
  /** The paths on a logged error, before it becomes members. */
  readonly redaction: FieldJson;
  /** Returns what the paths leave of a member; `undefined` if they remove it. */
  readonly apply: (member: JsonMember) => JsonMember | undefined;
}

/** Paths for pino. Its own name for the message, `msg`, also leads to the key that lines have it under. */
export function pinoPaths(paths: readonly string[]): string[] {
  return paths.includes('msg') && !paths.includes('message') ? [...paths, 'message'] : [...paths];
}

/** pino's own redaction, without a logger that writes. */
function redactionOf({ paths = [], ...options }: RedactPaths): FieldJson | undefined {
  const logger = pino({ redact: { ...options, paths: pinoPaths(paths) } }, { write: () => undefined });
  const symbols = pinoSymbols(logger);
  return symbols === undefined ? undefined : fieldJsonOf(logger, symbols);
}

/** Compiles paths; `undefined` if there are none. */
export function createLinePaths(redact: RedactPaths | undefined): LinePaths | undefined {
  const redaction = redact === undefined ? undefined : redactionOf(redact);
  if (redaction === undefined) return undefined;
  const keys = new Set(redaction.keys);
  return {
    redaction,
    apply(member) {
      const key = keys.has(member.key) ? member.key : loggedKey(member.key);
      if (!redaction.any && !keys.has(key)) return member;
      const json = redaction.toJson(key, JSON.parse(member.json));
      return json === undefined ? undefined : { key: member.key, json };
    },
  };
}
