/** Reads the keys of the schema from a flat line, in the spelling of its profile. */

import {
  correlationKeys,
  DATADOG,
  ECS,
  fromStructured,
  isDerivedKey,
  PROFILE_NAMES,
  type Spelling,
} from '../profiles/index.ts';
import { ATTRIBUTE_KEYS, type AttributeKind, attributeRow, isOpenKey } from '../schema/index.ts';
import { lazy } from '../values/lazy.ts';
import { setOwn } from '../values/set-own.ts';
import type { FlatLine } from './flatten.ts';
import { readLevel } from './level.ts';

type Props = Record<string, unknown>;

/** The two parts of a line. */
export interface ReadFields {
  readonly record: Props;
  readonly rest: Props;
}

const LEVEL_NAMES: ReadonlySet<unknown> = new Set(['trace', 'debug', 'info', 'warn', 'error', 'fatal']);

/** Names of the ids that `correlation` adds to lines of a user's own logger. */
const fromCorrelation = (): Map<string, string> =>
  new Map(
    PROFILE_NAMES.flatMap((profile) =>
      Object.entries(correlationKeys(profile)).map(([canonical, name]): [string, string] => [name, canonical]),
    ),
  );

const hasType: Readonly<Record<AttributeKind, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  text: (value) => typeof value === 'string',
  json: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  int: (value) => Number.isInteger(value),
  double: (value) => typeof value === 'number' && Number.isFinite(value),
  strings: (value) => Array.isArray(value) && value.every((entry) => typeof entry === 'string'),
};

function isScalar(value: unknown): boolean {
  return (
    typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
  );
}

/** Adds a field to the rest. A key that is there already becomes an array of both values. */
function putRest(rest: Props, key: string, value: unknown): void {
  setOwn(rest, key, Object.hasOwn(rest, key) ? [rest[key], value].flat() : value);
}

/** How the value of a key is read. */
interface Reading {
  readonly canonical: string;
  readonly kind: AttributeKind;
  /**
   * The profile's own name of the canonical key. If the line has it, another instrumentation of the same logger wrote
   * this field.
   */
  readonly rival: string | undefined;
}

/** How a profile spells keys. */
interface Dialect {
  readonly level: string;
  readonly readings: ReadonlyMap<string, Reading>;
}

const attributeKindOf = (key: string): AttributeKind => attributeRow(key)?.kind ?? 'string';

function dialect(names: ReadonlyMap<string, string>, profile: Spelling = {}): Dialect {
  const own = ATTRIBUTE_KEYS.map((key): [string, Reading] => [
    key,
    { canonical: key, kind: attributeKindOf(key), rival: profile[key] },
  ]);
  const renamed = [...names].map(([name, canonical]): [string, Reading] => [
    name,
    { canonical, kind: attributeKindOf(canonical), rival: undefined },
  ]);
  return { level: profile['level'] ?? 'level', readings: new Map([...own, ...renamed]) };
}

const inverted = (spelling: Spelling): Map<string, string> =>
  new Map(Object.entries(spelling).map(([canonical, name]) => [name, canonical]));

const IN_ECS = lazy(() => dialect(inverted(ECS()), ECS()));
const IN_DATADOG = lazy(() => dialect(inverted(DATADOG()), DATADOG()));
const OTHERWISE = lazy(() => dialect(fromCorrelation()));

const own = (fields: Readonly<Props>, key: string): unknown => (Object.hasOwn(fields, key) ? fields[key] : undefined);

/** Detects the profile. Application lines carry no mark of it. `status` counts as a level only if nothing else does. */
function dialectOf(fields: Readonly<Props>): Dialect {
  if (own(fields, 'ddsource') === 'nodejs') return IN_DATADOG();
  if (Object.hasOwn(fields, 'ecs.version') || Object.hasOwn(fields, 'log.level')) return IN_ECS();
  return !Object.hasOwn(fields, 'level') && LEVEL_NAMES.has(own(fields, 'status')) ? IN_DATADOG() : OTHERWISE();
}

/**
 * Reads the keys of the schema. Every other field, and a value of the wrong type, goes to `rest`. Fields that a profile
 * derives from a record, and the number of a level beside its name, are left out of `rest` on our own records only.
 */
export function readFields({ fields, keys, repeated }: FlatLine): ReadFields {
  const { level: levelKey, readings } = dialectOf(fields);
  const isOurs = typeof own(fields, 'spanline.schema') === 'string';
  const record: Props = {};
  const rest: Props = {};
  for (const key of keys) {
    const value = fields[key];
    const reading = readings.get(key);
    if (reading === undefined) {
      if (isOpenKey(key) && isScalar(value)) record[key] = value;
      else if (!isOurs || !isDerivedKey(key)) putRest(rest, key, value);
      continue;
    }
    const { canonical, kind, rival } = reading;
    if (canonical === 'level') {
      const read = key === levelKey ? readLevel(fields, key) : undefined;
      if (read !== undefined) record['level'] = read.level;
      if (!isOurs && read?.isExact !== true) putRest(rest, key, value);
      continue;
    }
    if (rival !== undefined && Object.hasOwn(fields, rival)) {
      putRest(rest, key, value);
      continue;
    }
    const read = kind === 'json' && typeof value === 'object' && value !== null ? fromStructured(value) : value;
    if (hasType[kind](read) && record[canonical] === undefined) record[canonical] = read;
    else putRest(rest, key, value);
  }
  if (record['level'] === undefined) {
    const level = readLevel(fields, levelKey)?.level;
    if (level !== undefined) record['level'] = level;
  }
  for (const [key, value] of repeated) putRest(rest, key, value);
  return { record, rest };
}
