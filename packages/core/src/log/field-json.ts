import type { Logger } from 'pino';
import { redactedJson, type Redaction } from './error-redaction.ts';
import {
  type LoggerInternals,
  type PinoSymbols,
  type Serializers,
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
  /**
   * JSON of a value; `undefined` for what JSON leaves out (functions, `undefined`). Never throws.
   *
   * @param more - paths that are applied after the logger's
   */
  toJson(key: string, value: unknown, more?: FieldJson): string | undefined;
  /** The redact paths that begin with `key`, or may; `undefined` if there are none. */
  redactionOf(key: string): Redaction | undefined;
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
  serializers: Serializers,
  stringifiers: Record<PropertyKey, Stringifier>,
  errorKey: string,
): FieldJson {
  const wildcard = wildcardStringifier(stringifiers);
  const serialized = Object.keys(serializers).filter((key) => key !== 'err' && key !== errorKey);
  const stringifierOf = (key: string): Stringifier | undefined =>
    Object.hasOwn(stringifiers, key) ? stringifiers[key] : wildcard;
  const redactionOf = (key: string): Redaction | undefined => {
    const stringify = stringifierOf(key);
    return stringify && ((value) => stringify(value, safeJson));
  };
  return {
    keys: [...new Set([...serialized, ...Object.keys(stringifiers)])],
    any: wildcard !== undefined,
    redactionOf,
    toJson(key, value, more) {
      try {
        const serialize = Object.hasOwn(serializers, key) && key !== errorKey ? serializers[key] : undefined;
        const given = serialize === undefined ? value : serialize(value);
        if (given === undefined || typeof given === 'function') return undefined;
        const redactions = [redactionOf(key), more?.redactionOf(key)].filter((redaction) => redaction !== undefined);
        return redactions.length === 0 ? safeJson(given) : redactedJson(given, key, redactions);
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
