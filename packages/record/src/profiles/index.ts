export { type CorrelationKeys, correlationKeys } from './correlation-keys.ts';
export { toDatadog } from './datadog.ts';
export { isDerivedKey } from './derived-keys.ts';
export { toEcs } from './ecs.ts';
export { type JsonSchema, jsonSchema } from './json-schema.ts';
export { PROFILE_NAMES, type ProfileName } from './names.ts';
export { type OtlpTraces, toOtlp } from './otlp.ts';
export { DATADOG, ECS, profileKey, type Spelling } from './spellings.ts';
export { fromStructured } from './structured.ts';
