import { checkOptions, option } from '../options/index.ts';
import {
  ATTRIBUTE_KEYS,
  type AttributeKey,
  type AttributeKind,
  type AttributeRow,
  ATTRIBUTES,
  FORMS,
  MAX_KEY_LENGTH,
  MAX_KEYS,
  OPEN_KEY_PREFIXES,
  REQUIRED,
  REQUIRED_BY_EVENT,
} from '../schema/index.ts';
import { PROFILE_NAMES, type ProfileName } from './names.ts';
import { DATADOG, SPELLINGS } from './spellings.ts';

/** A JSON Schema (draft 2020-12). */
export type JsonSchema = Record<string, unknown>;

const SCALAR: JsonSchema = { type: ['string', 'number', 'boolean'] };

const TYPES: Readonly<Record<AttributeKind, JsonSchema>> = {
  string: { type: 'string' },
  text: { type: 'string' },
  json: { type: 'string', contentMediaType: 'application/json' },
  boolean: { type: 'boolean' },
  int: { type: 'integer' },
  double: { type: 'number' },
  strings: { type: 'array', items: { type: 'string' } },
};

const STRUCTURED: JsonSchema = { type: ['object', 'array'], items: { type: 'object' } };

function valueSchema(key: AttributeKey, profile: ProfileName): JsonSchema {
  const { kind, values, form, minimum, docs }: AttributeRow = ATTRIBUTES[key];
  return {
    ...(kind === 'json' && profile === 'ecs' ? STRUCTURED : TYPES[kind]),
    description: docs,
    ...(values === undefined ? {} : { enum: values }),
    ...(form === undefined ? {} : { pattern: FORMS[form].source }),
    ...(minimum === undefined ? {} : { minimum }),
  };
}

interface Derived {
  readonly [path: string]: JsonSchema;
}

/** Fields that a profile adds to the record's keys. */
const DERIVED: Readonly<Record<ProfileName, Derived>> = {
  otel: {},
  ecs: {
    'ecs.version': { type: 'string' },
    'transaction.id': { type: 'string' },
    'client.ip': { type: 'string' },
  },
  datadog: {
    ddsource: { const: 'nodejs' },
    ddtags: { type: 'string' },
    duration: { type: 'integer', minimum: 0 },
  },
};

const escaped = (text: string): string => text.replaceAll('.', String.raw`\.`);

function flatSchema(profile: ProfileName): JsonSchema {
  const spell = (key: string): string => SPELLINGS[profile]()[key] ?? key;
  const properties: Record<string, JsonSchema> = {};
  for (const key of ATTRIBUTE_KEYS) properties[spell(key)] = valueSchema(key, profile);
  const patterns = OPEN_KEY_PREFIXES.map((prefix) => [`^${escaped(prefix)}.+$`, SCALAR]);
  return {
    properties: { ...properties, ...DERIVED[profile] },
    patternProperties: Object.fromEntries(patterns) as JsonSchema,
    required: REQUIRED().map(spell),
    additionalProperties: false,
    maxProperties: MAX_KEYS + Object.keys(DERIVED[profile]).length,
    propertyNames: { maxLength: MAX_KEY_LENGTH },
    allOf: Object.entries(REQUIRED_BY_EVENT()).map(([event, required]) => ({
      if: { properties: { 'event.name': { const: event } }, required: ['event.name'] },
      then: { required: required.map(spell) },
    })),
  };
}

interface ObjectSchema {
  type: 'object';
  properties: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties: boolean | JsonSchema;
}

const objectSchema = (): ObjectSchema => ({ type: 'object', properties: {}, additionalProperties: false });

/** The schema of the object at `path`. Creates it if it is missing. */
function descend(root: ObjectSchema, path: readonly string[]): ObjectSchema {
  let node = root;
  for (const name of path) {
    node.properties[name] ??= objectSchema() as unknown as JsonSchema;
    node = node.properties[name] as unknown as ObjectSchema;
  }
  return node;
}

function requireNested(keys: readonly string[]): JsonSchema {
  const root: JsonSchema = {};
  for (const key of keys) {
    let node = root;
    const path = (DATADOG()[key] ?? key).split('.');
    for (const [index, name] of path.entries()) {
      const required = (node['required'] ??= []) as string[];
      if (!required.includes(name)) required.push(name);
      if (index === path.length - 1) break;
      const properties = (node['properties'] ??= {}) as Record<string, JsonSchema>;
      node = properties[name] ??= {};
    }
  }
  return root;
}

function nestedSchema(): JsonSchema {
  const root = objectSchema();
  for (const key of ATTRIBUTE_KEYS) {
    const path = (DATADOG()[key] ?? key).split('.');
    descend(root, path.slice(0, -1)).properties[path.at(-1) as string] = valueSchema(key, 'datadog');
  }
  for (const prefix of OPEN_KEY_PREFIXES) descend(root, prefix.slice(0, -1).split('.')).additionalProperties = SCALAR;
  Object.assign(root.properties, DERIVED.datadog);
  const events = Object.entries(REQUIRED_BY_EVENT()).map(([event, required]) => ({
    if: { properties: { event: { properties: { name: { const: event } }, required: ['name'] } }, required: ['event'] },
    then: requireNested(required),
  }));
  return { ...root, allOf: [requireNested(REQUIRED()), ...events] };
}

/**
 * The JSON Schema (draft 2020-12) of a profile's lines, made from the attribute table.
 *
 * It describes lines of `createLogger`. A logger of your own adds its own fields.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION` for an unknown profile
 */
export function jsonSchema(profile: ProfileName = 'otel'): JsonSchema {
  checkOptions<{ profile: ProfileName }>({ profile: option.oneOf(PROFILE_NAMES) }, { profile });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `Spanline record, profile ${profile}`,
    type: 'object',
    ...(profile === 'datadog' ? nestedSchema() : flatSchema(profile)),
  };
}
