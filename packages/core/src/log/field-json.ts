import type { Logger } from 'pino';
import {
  type LoggerInternals,
  type PinoSymbols,
  type Stringifier,
  serializersOf,
  wildcardStringifier,
} from './pino-internals.ts';
import { plainValue } from './plain-value.ts';

/** In place of a value whose serializer or redactor threw. */
const UNSERIALIZABLE = '"[unable to serialize]"';

/** Applies a logger's `serializers` and `redact` to values. */
export interface FieldJson {
  /** Keys with a serializer or a redact path. */
  readonly keys: readonly string[];
  /** True if a redact path begins with a wildcard, so that it may match any key. */
  readonly any: boolean;
  /** JSON of a value; `undefined` for what JSON leaves out (functions, `undefined`). Never throws. */
  toJson(key: string, value: unknown): string | undefined;
  /** True if a redact path begins with `key`, or may. */
  hasPaths(key: string): boolean;
  /**
   * Applies the redact paths that begin with `key` to an object.
   *
   * @returns the JSON; `undefined` if no path begins with `key`
   */
  redacted(key: string, object: object): string | undefined;
}

/**
 * JSON of any value; `undefined` for what JSON leaves out. A note takes the place of a value that cannot be serialised.
 */
export function safeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(plainValue(value));
  } catch {
    return UNSERIALIZABLE;
  }
}

function createFieldJson(
  serializers: Record<string, (value: unknown) => unknown>,
  stringifiers: Record<PropertyKey, Stringifier>,
  errorKey: string,
): FieldJson {
  const wildcard = wildcardStringifier(stringifiers);
  const serialized = Object.keys(serializers).filter((key) => key !== 'err' && key !== errorKey);
  const stringifierOf = (key: string): Stringifier | undefined =>
    Object.hasOwn(stringifiers, key) ? stringifiers[key] : wildcard;
  return {
    keys: [...new Set([...serialized, ...Object.keys(stringifiers)])],
    any: wildcard !== undefined,
    hasPaths: (key) => stringifierOf(key) !== undefined,
    redacted(key, object) {
      return stringifierOf(key)?.(object, safeJson);
    },
    toJson(key, value) {
      try {
        const serialize = Object.hasOwn(serializers, key) && key !== errorKey ? serializers[key] : undefined;
        const given = serialize === undefined ? value : serialize(value);
        if (given === undefined || typeof given === 'function') return undefined;
        const stringify = stringifierOf(key);
        return stringify === undefined ? safeJson(given) : stringify(plainValue(given, key), safeJson);
      } catch {
        return UNSERIALIZABLE;
      }
    },
  };
}

/** By the logger's serializers, then by its `redact`; children may have their own of both. */
const cache = new WeakMap<object, WeakMap<object, FieldJson>>();

/** {@link FieldJson} of a logger, or of its child. */
export function fieldJsonOf(logger: Logger, symbols: PinoSymbols): FieldJson {
  const internals = logger as unknown as LoggerInternals;
  const serializers = serializersOf(logger);
  const stringifiers = internals[symbols.stringifiers] as Record<PropertyKey, Stringifier>;
  let bySerializers = cache.get(serializers);
  if (bySerializers === undefined) cache.set(serializers, (bySerializers = new WeakMap()));
  let fieldJson = bySerializers.get(stringifiers);
  if (fieldJson === undefined) {
    fieldJson = createFieldJson(serializers, stringifiers, internals[symbols.errorKey] as string);
    bySerializers.set(stringifiers, fieldJson);
  }
  return fieldJson;
}
