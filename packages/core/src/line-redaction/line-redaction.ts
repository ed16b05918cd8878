/** Redaction of lines that were written already, for one of several targets that read the same log. */
// Bundles often declare `createRequire` themselves.
import { createRequire as requireFrom } from 'node:module';
import { pathToFileURL } from 'node:url';
import { checkOptions, option, type Shape } from '@spanline/record';
import type { RedactOptions } from '../api/index.ts';
import { REDACT_OPTIONS, redactOptions, redactPathsCheck } from '../redaction/index.ts';
import { createLineRedactor, type RedactLine } from './redact-line.ts';

/**
 * Options of {@link lineRedaction}: those of the tracer's `redact`, without asynchronous detectors, because a line is
 * read at once.
 */
export interface LineRedactionOptions extends Omit<RedactOptions, 'asyncDetectors' | 'detectorTimeoutMs'> {
  /**
   * Key of the placeholders, which are then the same on all lines (`[EMAIL:7f3a]`), and of `hash`.
   * @defaultValue `SPANLINE_HASH_KEY`
   */
  hashKey?: string;
}

/**
 * Describes how lines are redacted, as {@link lineRedaction} returns it. A thread that needs the function imports
 * `module` and calls its export `createRedaction(options)`.
 */
export interface LineRedaction {
  readonly module: string;
  readonly options: LineRedactionOptions;
  readonly createRedaction: (options: LineRedactionOptions) => RedactLine;
}

const { asyncDetectors: _, detectorTimeoutMs: __, ...REDACT } = REDACT_OPTIONS;
const SHAPE: Shape<LineRedactionOptions> = { ...REDACT, hashKey: option.secret(option.string()) };

/**
 * Describes how a sink of `@spanline/ship` redacts what it sends. The log itself is not changed, so that one target
 * gets content in full and another one gets it redacted.
 *
 * @param options - the tracer's `redact`, or an array of paths. Without options, the built-in rules apply. For
 *   `spool()` they have no functions, because its sinks run in a worker thread
 * @throws SpanlineError `ERR_INVALID_OPTION`, also if something is to be hashed and there is no `hashKey`
 * @example
 * ```ts
 * import { lineRedaction } from '@spanline/core';
 * import { datadog, elasticsearch } from '@spanline/ship';
 *
 * const redact = lineRedaction({ rules: { IPV4: false }, paths: ['customer.name'] });
 * const to = [elasticsearch({ url: 'http://localhost:9200' }), datadog({ apiKey: { env: 'DD_API_KEY' }, redact })];
 * ```
 */
export function lineRedaction(options: LineRedactionOptions | readonly string[] = {}): LineRedaction {
  checkOptions(
    { redact: option.anyOf<LineRedactionOptions | readonly string[]>(option.object(SHAPE), redactPathsCheck) },
    { redact: options },
    '',
  );
  const redact = redactOptions(options);
  createRedaction(redact);
  return { module: ownModule(), options: redact, createRedaction };
}

/** The entry of this package that exports {@link createRedaction}; in a bundle without the package, the bundle. */
function ownModule(): string {
  try {
    return pathToFileURL(requireFrom(import.meta.url).resolve('@spanline/core/internal')).href;
  } catch {
    return import.meta.url;
  }
}

/** Creates the function that redacts a line. @public */
export function createRedaction(options: LineRedactionOptions): RedactLine {
  const { hashKey = process.env['SPANLINE_HASH_KEY'] || undefined, ...redact } = options;
  return createLineRedactor(redact, hashKey);
}
