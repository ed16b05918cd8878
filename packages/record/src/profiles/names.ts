/** How a record is spelled on its line: our own flat keys, Elastic Common Schema, or Datadog's attributes. */
export type ProfileName = 'otel' | 'ecs' | 'datadog';

/** Every {@link ProfileName}. */
export const PROFILE_NAMES: readonly ProfileName[] = ['otel', 'ecs', 'datadog'];
