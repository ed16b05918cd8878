import type { Logger } from 'pino';
import type { JsonMember } from '../content/index.ts';
import type { LineContext } from './context-ids.ts';
import { errorMembers } from './error-members.ts';
import { fieldJsonOf } from './field-json.ts';
import { bindingFields, levelFields, timeFields } from './fields.ts';
import { lineEnd } from './frame.ts';
import { applyPolicy, type LinePolicy, POLICY } from './line-policy.ts';
import type { AsJson, LoggerInternals, PinoSymbols } from './pino-internals.ts';
import { readField } from './read-field.ts';

/** The members of a line, each key once. The first value of a key stays. */
class AppLine {
  readonly members: JsonMember[] = [];
  /** Keys of members to which the tracer's paths were applied. */
  readonly redacted = new Set<string>();
  readonly #keys = new Set<string>();

  add(member: JsonMember): void {
    if (this.#keys.has(member.key)) return;
    this.#keys.add(member.key);
    this.members.push(member);
  }

  /**
   * Adds a field of the application. If the logger has a field of that name, the application's gets an underscore
   * before its name, which is returned.
   */
  addRenamed({ key, json }: JsonMember): string {
    let free = key;
    while (this.#keys.has(free)) free = `_${free}`;
    this.add({ key: free, json });
    return free;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }
}

/** Members that an object may have on a line. More would not fit into the longest one. */
const MAX_MEMBERS = 20_000;

function addObject(
  line: AppLine,
  object: object,
  symbols: PinoSymbols,
  logger: Logger,
  skip: string | undefined,
): void {
  const paths = ((logger as unknown as LoggerInternals)[POLICY] as LinePolicy).paths?.redaction;
  const fieldJson = fieldJsonOf(logger, symbols);
  const errorKey = (logger as unknown as LoggerInternals)[symbols.errorKey] as string;
  const keys = Object.keys(object);
  if (keys.length > MAX_MEMBERS) line.addRenamed({ key: '…', json: `"[+${keys.splice(MAX_MEMBERS).length} keys]"` });
  for (const key of keys) {
    if (key === skip) continue;
    const value = readField(object, key);
    if ((key === errorKey || key === 'error') && !line.has('error.message')) {
      const members = errorMembers(key, value, fieldJson, paths);
      if (members !== undefined) {
        for (const member of members) line.addRenamed(member);
        continue;
      }
    }
    const json = fieldJson.toJson(key, value, paths);
    if (json === undefined) continue;
    const written = line.addRenamed({ key, json });
    if (paths?.redactionOf(key) !== undefined) line.redacted.add(written);
  }
}

/**
 * Creates the `asJson` of `createLogger`, which writes the application's own lines:
 *
 * 1. Level, time, message and the ids of the current span, which the application can neither forge nor repeat.
 * 2. The logged object. A field named like one of the logger's own gets an underscore before its name. Errors become
 *    `error.type`, `error.message`, `error.stack` and their own fields.
 * 3. The bindings, unless the line already has their key, and the service.
 *
 * @param contextIds - returns the ids of the current span in the profile's spelling
 */
export function createAppAsJson(symbols: PinoSymbols, contextIds: (policy: LinePolicy['ids']) => LineContext): AsJson {
  return function asJson(this: Logger, object, message, levelNumber, time) {
    const internals = this as unknown as LoggerInternals;
    const policy = internals[POLICY] as LinePolicy;
    const messageKey = internals[symbols.messageKey] as string;
    const line = new AppLine();
    for (const field of timeFields(time)) line.add(field);
    for (const field of levelFields((internals[symbols.lsCache] as string[])[levelNumber] ?? '{')) line.add(field);
    const ownMessage = message === undefined ? readField(object, messageKey) : message;
    const fieldJson = fieldJsonOf(this, symbols);
    line.add({ key: messageKey, json: fieldJson.toJson(messageKey, ownMessage) ?? '""' });
    const context = contextIds(policy.ids);
    for (const { key, value } of context.ids) if (value !== undefined) line.add({ key, json: JSON.stringify(value) });
    addObject(line, object, symbols, this, message === undefined ? messageKey : undefined);
    for (const field of bindingFields(internals[symbols.chindings] as string)) line.add(field);
    for (const member of policy.service) line.add(member);
    return `${applyPolicy(line.members, context, policy, line.redacted)}${lineEnd(internals[symbols.end] as string)}`;
  };
}
