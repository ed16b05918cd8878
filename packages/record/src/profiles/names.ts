/**
 * Spelling of a line: our own flat keys (`otel`), Elastic Common Schema (`ecs`), or Datadog's attributes (`datadog`).
 */
export type ProfileName = 'otel' | 'ecs' | 'datadog';

/** Every {@link ProfileName}. */
export const PROFILE_NAMES: readonly ProfileName[] = ['otel', 'ecs', 'datadog'];
