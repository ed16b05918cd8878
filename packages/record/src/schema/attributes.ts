import { lazy } from '../values/lazy.ts';
import { CONTENT } from './attributes/content.ts';
import { CORRELATION, IDENTITY } from './attributes/correlation.ts';
import { ENVELOPE, RESOURCE } from './attributes/envelope.ts';
import { ALERT, SCORE, STATS } from './attributes/events.ts';
import { HTTP } from './attributes/http.ts';
import { REQUEST, RESPONSE, USAGE_AND_COST } from './attributes/model.ts';
import type { AttributeKind, AttributeRow } from './attributes/row.ts';
import { CAPTURE, ERROR, ROLL_UP, SPAN } from './attributes/span.ts';
import { EMBEDDINGS, MCP, PROMPT, RETRIEVAL, TOOLS_AND_AGENTS } from './attributes/steps.ts';
import { UNIT_ROWS } from './attributes/units.ts';

/**
 * The attribute table: every key of the record, with everything that is known about it. Types, validator, JSON Schema,
 * capture lists, spellings of the profiles, mappings, roles and `docs/span-schema.md` are derived from it.
 *
 * Names follow OpenTelemetry's GenAI conventions v0.1.0, OpenTelemetry's HTTP conventions and ECS; `spanline.*` where
 * no standard name exists.
 */
export const ATTRIBUTES = {
  ...ENVELOPE,
  ...RESOURCE,
  ...IDENTITY,
  ...CORRELATION,
  ...SPAN,
  ...ERROR,
  ...CAPTURE,
  ...ROLL_UP,
  ...REQUEST,
  ...RESPONSE,
  ...USAGE_AND_COST,
  ...UNIT_ROWS,
  ...PROMPT,
  ...RETRIEVAL,
  ...EMBEDDINGS,
  ...TOOLS_AND_AGENTS,
  ...MCP,
  ...HTTP,
  ...SCORE,
  ...ALERT,
  ...STATS,
  ...CONTENT,
};

/** A key of the record. */
export type AttributeKey = keyof typeof ATTRIBUTES;

/** Keys whose row has these properties. */
export type KeysOf<Row extends Partial<AttributeRow>> = {
  [Key in AttributeKey]: (typeof ATTRIBUTES)[Key] extends Row ? Key : never;
}[AttributeKey];

/** A key of content that a span may have. */
export type ContentKey = KeysOf<{ privacy: 'content'; settable: true }>;

/** The value of a kind in a record. */
export type ValueOf<Kind extends AttributeKind> = Kind extends 'int' | 'double'
  ? number
  : Kind extends 'boolean'
    ? boolean
    : Kind extends 'strings'
      ? readonly string[]
      : string;

/** The allowed values of a key that has a closed list of them. */
export type ValuesOf<Key extends KeysOf<{ values: readonly string[] }>> = (typeof ATTRIBUTES)[Key]['values'][number];

/** Families of keys whose last part the user chooses. Values are scalars. */
export const OPEN_KEY_PREFIXES: readonly string[] = ['labels.', 'spanline.gauge.', 'spanline.stats.redacted.'];

/** Longest key, in characters. */
export const MAX_KEY_LENGTH = 49;
/** Most keys of a record. */
export const MAX_KEYS = 320;

const ROWS: ReadonlyMap<string, AttributeRow> = new Map(Object.entries<AttributeRow>(ATTRIBUTES));

/** Every key, in the order of the table. */
export const ATTRIBUTE_KEYS: readonly AttributeKey[] = Object.keys(ATTRIBUTES) as AttributeKey[];

/** The row of a key; `undefined` for a key that is not in the table. */
export function attributeRow(key: string): AttributeRow | undefined {
  return ROWS.get(key);
}

/** Keys whose row passes a test, in the order of the table. */
export function attributeKeys(test: (row: AttributeRow, key: AttributeKey) => boolean): AttributeKey[] {
  const keys: AttributeKey[] = [];
  for (const [key, row] of ROWS) if (test(row, key as AttributeKey)) keys.push(key as AttributeKey);
  return keys;
}

/** Content keys, in the order in which a line holds them. */
export const CONTENT_KEYS: readonly ContentKey[] = Object.keys(CONTENT) as ContentKey[];

/** True for a key of an open family: `labels.tenant`. */
export function isOpenKey(key: string): boolean {
  return OPEN_KEY_PREFIXES.some((prefix) => key.startsWith(prefix) && key.length > prefix.length);
}

/** Keys that every line has. */
export const REQUIRED = lazy((): readonly AttributeKey[] => attributeKeys(({ required }) => required === 'line'));

/** Further keys that the lines of an event have. */
export const REQUIRED_BY_EVENT = lazy((): Readonly<Record<string, readonly AttributeKey[]>> =>
  Object.fromEntries(
    ATTRIBUTES['event.name'].values.map((event) => [
      event,
      attributeKeys(({ required }) => required !== undefined && required !== 'line' && required.includes(event)),
    ]),
  ),
);
