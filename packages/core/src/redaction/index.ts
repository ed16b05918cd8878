export { isCredential } from './credential.ts';
export { type AsyncDetection, detectAsync } from './detect-async.ts';
export { createHasher, type Hasher } from './hasher.ts';
export {
  createPathRedactor,
  isPathEnd,
  pathOptions,
  type PathPosition,
  type PathRedactor,
  REDACT_PATHS,
  redactOptions,
  redactPathsCheck,
  stepInto,
} from './paths/index.ts';
export type { PlaceholderHolder } from './placeholders.ts';
export { dataMember } from './data-member.ts';
export { decidesByName, mayBePersonal } from './decides-by-name.ts';
export { elementName, elementNames } from './element-names.ts';
export { type Table, tableOf } from './row-names.ts';
export { REDACT_OPTIONS } from './redact-options.ts';
export { createRedactor, type Redactor } from './redactor.ts';
export { createScanner, type Scanner } from './scanner.ts';
export type { Replacements } from './replacements.ts';
export { matchAt } from './lines.ts';
export { isNameMember, isValueMember, nameBesideValue, namesSecret } from './secrets/named-values.ts';
export { isSecretName, memberName } from './secrets/secret-names.ts';
export { nameBySiblings, nameByText } from './secrets/sibling-names.ts';
export { NO_REDACTION, type ValueRedactor } from './value-redactor.ts';
export type { VerifiedText } from './verified-texts.ts';
