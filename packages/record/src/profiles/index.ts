export { type CorrelationKeys, correlationKeys } from './correlation-keys.ts';
export { toDatadog } from './datadog.ts';
export { toEcs } from './ecs.ts';
export { type JsonSchema, jsonSchema } from './json-schema.ts';
export { PROFILE_NAMES, type ProfileName } from './names.ts';
export { type OtlpTraces, toOtlp } from './otlp.ts';
export { profileKey } from './spellings.ts';
export { type ParsedLine, parseLine, type ParseOptions } from './parse-line.ts';
