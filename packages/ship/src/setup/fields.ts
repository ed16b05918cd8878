import {
  ATTRIBUTE_KEYS,
  type AttributeKey,
  ATTRIBUTES,
  indexKind,
  type IndexKind,
  OPEN_KEY_PREFIXES,
  profileKey,
} from '@spanline/record';

/** Type of a field's values. */
export type FieldKind = IndexKind | 'ip';

/** A field of a profile's lines. */
export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  /** Governed by the capture mode. */
  readonly isContent: boolean;
}

function fieldOf(key: AttributeKey, profile: 'ecs' | 'otel'): Field {
  return {
    name: profileKey(key, profile),
    kind: indexKind(key),
    isContent: ATTRIBUTES[key].privacy === 'content',
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
