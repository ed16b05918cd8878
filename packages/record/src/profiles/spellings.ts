import { ATTRIBUTE_KEYS, attributeRow } from '../schema/index.ts';
import { lazy } from '../values/lazy.ts';
import type { ProfileName } from './names.ts';

/** Canonical keys and their names in a profile. A key that is not listed keeps its name. */
export type Spelling = Readonly<Record<string, string>>;

/** The keys that a profile renames. Without a prototype, so that `constructor` is looked up like any other key. */
function renamed(profile: 'ecs' | 'datadog'): Spelling {
  const names = Object.create(null) as Record<string, string>;
  for (const key of ATTRIBUTE_KEYS) {
    const name = attributeRow(key)?.[profile];
    if (name !== undefined) names[key] = name;
  }
  return names;
}

/** Elastic Common Schema 8. Fields that it maps as `nested` cannot take plain strings and get names of ours. */
export const ECS = lazy(() => renamed('ecs'));

/** Datadog's standard attributes. */
export const DATADOG = lazy(() => renamed('datadog'));

/** The spelling of each profile. */
export const SPELLINGS: Readonly<Record<ProfileName, () => Spelling>> = {
  otel: lazy(() => Object.create(null) as Spelling),
  ecs: ECS,
  datadog: DATADOG,
};

/** The name of a key in a profile. */
export function profileKey(key: string, profile: ProfileName): string {
  return SPELLINGS[profile]()[key] ?? key;
}
