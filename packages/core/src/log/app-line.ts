import type { Logger } from 'pino';
import { errorFields, isErrorLike, nestedError } from './errors.ts';
import { fieldJsonOf } from './field-json.ts';
import { bindingFields, levelFields, member, timeFields } from './fields.ts';
import type { AsJson, LoggerInternals, PinoSymbols } from './pino-internals.ts';

/** Builds a line of the application, each key once. The first value of a key stays. */
class AppLine {
  #text = '';
  readonly #keys = new Set<string>();

  add(key: string, json: string): void {
    if (this.#keys.has(key)) return;
    this.#keys.add(key);
    this.#text += member({ key, json });
  }

  /**
   * Adds a field of the application. If the logger has a field of that name, the application's gets an underscore
   * before its name.
   */
  addRenamed(key: string, json: string): void {
    let free = key;
    while (this.#keys.has(free)) free = `_${free}`;
    this.add(free, json);
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  toString(): string {
    return `{${this.#text.slice(1)}`;
  }
}

function readField(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key];
  } catch {
    return '[unreadable]';
  }
}

function addObject(
  line: AppLine,
  object: object,
  symbols: PinoSymbols,
  logger: Logger,
  skip: string | undefined,
): void {
  const fieldJson = fieldJsonOf(logger, symbols);
  const errorKey = (logger as unknown as LoggerInternals)[symbols.errorKey] as string;
  for (const key of Object.keys(object)) {
    if (key === skip) continue;
    const value = readField(object, key);
    if (key === errorKey || key === 'error') {
      const fields = errorFields(value);
      if (fields !== undefined && !line.has('error.type')) {
        for (const [name, part] of fields) line.addRenamed(name, fieldJson.toJson(name, part) ?? 'null');
        continue;
      }
    }
    const json = fieldJson.toJson(key, isErrorLike(value) ? nestedError(value) : value);
    if (json !== undefined) line.addRenamed(key, json);
  }
}

/**
 * Creates the `asJson` of `createLogger`, which writes the application's own lines:
 *
 * 1. Level, time, message and the ids of the current span, which the application can neither forge nor repeat.
 * 2. The logged object. A field named like one of the logger's own gets an underscore before its name. Errors become
 *    `error.type`, `error.message` and `error.stack`.
 * 3. The bindings, unless the line already has their key.
 *
 * @param correlation - returns the ids of the current span in the profile's spelling
 */
export function createAppAsJson(symbols: PinoSymbols, correlation: () => object): AsJson {
  return function asJson(this: Logger, object, message, levelNumber, time) {
    const internals = this as unknown as LoggerInternals;
    const messageKey = internals[symbols.messageKey] as string;
    const line = new AppLine();
    for (const { key, json } of timeFields(time)) line.add(key, json);
    for (const { key, json } of levelFields((internals[symbols.lsCache] as string[])[levelNumber] ?? '{'))
      line.add(key, json);
    const ownMessage = message === undefined ? readField(object, messageKey) : message;
    const fieldJson = fieldJsonOf(this, symbols);
    line.add(messageKey, fieldJson.toJson(messageKey, ownMessage) ?? '""');
    for (const [key, value] of Object.entries(correlation())) line.add(key, JSON.stringify(value));
    addObject(line, object, symbols, this, message === undefined ? messageKey : undefined);
    for (const field of bindingFields(internals[symbols.chindings] as string)) line.add(field.key, field.json);
    return `${line.toString()}${internals[symbols.end] as string}`;
  };
}
