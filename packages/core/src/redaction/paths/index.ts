export { isPathEnd, type PathPosition, stepInto } from './path-tree.ts';
export { pathOptions, REDACT_PATHS, redactOptions, redactPathsCheck } from './path-options.ts';
export { createPathRedactor, type PathRedactor } from './path-redactor.ts';
