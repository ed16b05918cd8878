import {
  ATTRIBUTE_KEYS,
  type AttributeForm,
  type AttributeKey,
  type AttributeKind,
  type AttributeRow,
  ATTRIBUTES,
  OPEN_KEY_PREFIXES,
} from '@spanline/record';

/** Type of a field's values: a type of JSON Schema, `text` for prose, or `content` for structured content. */
export type FieldKind = 'string' | 'text' | 'content' | 'integer' | 'number' | 'boolean' | 'date' | 'ip';

/** A field of a profile's lines. */
export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  /** Governed by the capture mode. */
  readonly isContent: boolean;
}

const KINDS: Readonly<Record<AttributeKind, FieldKind>> = {
  string: 'string',
  strings: 'string',
  text: 'text',
  json: 'content',
  int: 'integer',
  double: 'number',
  boolean: 'boolean',
};

const isTime = (form: AttributeForm | undefined): boolean => form === 'iso_millis' || form === 'iso_micros';

function fieldOf(key: AttributeKey, profile: 'ecs' | 'otel'): Field {
  const { kind, form, prose, privacy, ecs }: AttributeRow = ATTRIBUTES[key];
  return {
    name: profile === 'ecs' ? (ecs ?? key) : key,
    kind: isTime(form) ? 'date' : prose === true ? 'text' : KINDS[kind],
    isContent: privacy === 'content',
  };
}

/** Fields that the profile `ecs` adds. */
const ADDED_BY_ECS: readonly Field[] = [
  { name: 'ecs.version', kind: 'string', isContent: false },
  { name: 'transaction.id', kind: 'string', isContent: false },
  { name: 'client.ip', kind: 'ip', isContent: false },
];

/** Every field of a profile's lines, in the order of the attribute table. */
export function fieldsOf(profile: 'ecs' | 'otel'): Field[] {
  const fields = ATTRIBUTE_KEYS.map((key) => fieldOf(key, profile));
  return profile === 'ecs' ? [...fields, ...ADDED_BY_ECS] : fields;
}

/** Families of fields whose last part the user chooses, without the final dot: `labels`, `spanline.gauge`. */
export function familiesOf(): string[] {
  return OPEN_KEY_PREFIXES.map((prefix) => prefix.slice(0, -1));
}
