import type { ParsedLine } from '@spanline/record';

/** Returns a copy of a line without what a target must not get. A line for which it throws goes to the dead letters. */
export type RedactLine = (line: ParsedLine) => ParsedLine;

/**
 * Describes how the lines of a sink are redacted, as `lineRedaction()` of `@spanline/core` returns it. `spool()`
 * copies `module` and `options` to its worker thread, which imports the module and calls its export
 * `createRedaction(options)`.
 */
export interface RedactionSpec {
  /** URL of the module that exports `createRedaction`: `import.meta.url`. */
  readonly module: string;
  /** Argument of `createRedaction`. For `spool()` it must survive `structuredClone`, so it has no functions. */
  readonly options: unknown;
  /** The module's export of that name. */
  readonly createRedaction: (options: never) => RedactLine;
}
