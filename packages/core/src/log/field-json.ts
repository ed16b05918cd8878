import type { Logger } from 'pino';
import {
  type LoggerInternals,
  type PinoSymbols,
  type Stringifier,
  serializersOf,
  wildcardStringifier,
} from './pino-internals.ts';

/** In place of a value whose serializer, redactor or `toJSON` threw. */
const UNSERIALIZABLE = '"[unable to serialize]"';

/** Applies a logger's `serializers` and `redact` to values. */
export interface FieldJson {
  /** Keys with a serializer or a redact path. */
  readonly keys: readonly string[];
  /** True if a redact path begins with a wildcard, so that it may match any key. */
  readonly any: boolean;
  /** JSON of a value; `undefined` for what JSON leaves out (functions, `undefined`). Never throws. */
  toJson(key: string, value: unknown): string | undefined;
}

const bigIntAsString = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

/**
 * JSON of any value; `undefined` for what JSON leaves out. A note takes the place of a value that cannot be serialised.
 */
export function safeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    try {
      return JSON.stringify(value, bigIntAsString);
    } catch {
      return UNSERIALIZABLE;
    }
  }
}

function createFieldJson(
  serializers: Record<string, (value: unknown) => unknown>,
  stringifiers: Record<PropertyKey, Stringifier>,
  errorKey: string,
): FieldJson {
  const wildcard = wildcardStringifier(stringifiers);
  const serialized = Object.keys(serializers).filter((key) => key !== 'err' && key !== errorKey);
  return {
    keys: [...new Set([...serialized, ...Object.keys(stringifiers)])],
    any: wildcard !== undefined,
    toJson(key, value) {
      try {
        const serialize = Object.hasOwn(serializers, key) && key !== errorKey ? serializers[key] : undefined;
        const plain = serialize === undefined ? value : serialize(value);
        const stringify = Object.hasOwn(stringifiers, key) ? stringifiers[key] : wildcard;
        if (plain === undefined || typeof plain === 'function') return undefined;
        return stringify === undefined ? safeJson(plain) : stringify(plain, safeJson);
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
