/** Environment variables and the nearest package.json: the facts of the service that the process knows. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { props, type NumberBounds, option, SpanlineError, text } from '@spanline/record';

/** The environment of the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

function fail(name: string, expected: string, got: string): never {
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: name, expected, got });
}

/** Returns the first variable that is set. An empty variable counts as not set, as OpenTelemetry specifies. */
export function readVariable(env: Environment, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = env[name]?.trim();
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

/** @throws SpanlineError `ERR_INVALID_OPTION` */
export function readOneOf<T extends string>(env: Environment, name: string, allowed: readonly T[]): T | undefined {
  const value = readVariable(env, name);
  if (value === undefined) return undefined;
  return allowed.find((candidate) => candidate === value) ?? fail(name, `one of ${allowed.join(', ')}`, value);
}

/** @throws SpanlineError `ERR_INVALID_OPTION` */
export function readBoolean(env: Environment, name: string): boolean | undefined {
  const value = readVariable(env, name)?.toLowerCase();
  if (value === undefined) return undefined;
  if (['true', '1', 'yes', 'on'].includes(value)) return true;
  return ['false', '0', 'no', 'off'].includes(value) ? false : fail(name, 'true or false', value);
}

/** @throws SpanlineError `ERR_INVALID_OPTION` */
export function readNumber(env: Environment, name: string, bounds: NumberBounds): number | undefined {
  const value = readVariable(env, name);
  if (value === undefined) return undefined;
  const number = Number(value);
  const { accepts, expected } = option.number(bounds);
  return accepts(number) ? number : fail(name, expected, value);
}

/**
 * Reads `OTEL_RESOURCE_ATTRIBUTES`: `key=value,…`, percent-encoded as the OpenTelemetry resource specification defines.
 */
export function readResourceAttributes(env: Environment): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const pair of (env['OTEL_RESOURCE_ATTRIBUTES'] ?? '').split(',')) {
    const equals = pair.indexOf('=');
    if (equals < 1) continue;
    try {
      attributes.set(pair.slice(0, equals).trim(), decodeURIComponent(pair.slice(equals + 1).trim()));
    } catch {
      // A malformed member is ignored. The others are valid.
    }
  }
  return attributes;
}

/** Returns name and version from the nearest package.json of the main module. */
export function nearestPackage(): { name?: string | undefined; version?: string | undefined } {
  let folder = process.argv[1] === undefined ? process.cwd() : dirname(process.argv[1]);
  for (;;) {
    try {
      const { name, version } = props(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
      return { name: text(name), version: text(version) };
    } catch {
      const parent = dirname(folder);
      if (parent === folder) return {};
      folder = parent;
    }
  }
}
