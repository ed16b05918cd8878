import type { Logger } from 'pino';
import {
  type LoggerInternals,
  type PinoSymbols,
  type Stringifier,
  serializersOf,
  wildcardStringifier,
} from './pino-internals.ts';

/** Stands for a value that a serializer, a redactor or its own `toJSON` failed on. */
const UNSERIALIZABLE = '"[unable to serialize]"';

/** A logger's own say over values: its `serializers` and its `redact`. */
export interface FieldJson {
  /** Keys that a serializer or a redact path is set for. */
  readonly keys: readonly string[];
  /** A redact path begins with a wildcard: every key may be touched. */
  readonly any: boolean;
  /** The value as JSON; `undefined` when it has none (functions, `undefined`). Never throws. */
  toJson(key: string, value: unknown): string | undefined;
}

const bigIntAsString = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

/** JSON of anything, or a note that there is none; `undefined` for what JSON leaves out. */
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

const cache = new WeakMap<object, { stringifiers: object; fieldJson: FieldJson }>();

/** {@link FieldJson} of a logger, or of its child. */
export function fieldJsonOf(logger: Logger, symbols: PinoSymbols): FieldJson {
  const internals = logger as unknown as LoggerInternals;
  const serializers = serializersOf(logger);
  const stringifiers = internals[symbols.stringifiers] as Record<PropertyKey, Stringifier>;
  const known = cache.get(serializers);
  if (known !== undefined && known.stringifiers === stringifiers) return known.fieldJson;
  const fieldJson = createFieldJson(serializers, stringifiers, internals[symbols.errorKey] as string);
  cache.set(serializers, { stringifiers, fieldJson });
  return fieldJson;
}
