import { checkOptions, option, PROFILE_NAMES, type ProfileName, type Shape, SpanlineError } from '@spanline/record';
import type { RedactPaths } from '../api/index.ts';
import { REDACT_PATHS, redactPathsCheck } from '../redaction/index.ts';

/** Options of {@link createLogger}. */
export interface LoggerOptions {
  /** Lowest level that is written. @defaultValue `info` */
  level?: string;
  /** pino's `name`. */
  name?: string;
  /** Spelling of level and ids. @defaultValue `SPANLINE_PROFILE`, else `otel` */
  profile?: ProfileName;
  /**
   * Prints finished traces as trees instead of JSON lines.
   * @defaultValue `SPANLINE_PRETTY`, else true on a terminal outside production
   */
  pretty?: boolean;
  /**
   * Writes each line in the same tick. `false` is faster, but loses buffered lines if the process is killed.
   * @defaultValue true
   */
  sync?: boolean;
  /** Fields of every line, such as `service.name`. */
  base?: Record<string, unknown>;
  /** Paths to values of the application's own fields that are not written; pino's `redact`. */
  redact?: readonly string[] | RedactPaths;
  /**
   * Replaces personal data and credentials in the application's own lines, by the rules of spans. `false` writes the
   * lines as they are, but for `redact`. The ids that Spanline adds are always written as on spans.
   * @defaultValue true
   */
  redactLines?: boolean;
}

/** A file's path, a file descriptor, or a stream. */
export type LogDestination = string | number | { write(line: string): unknown };

/** Rules of {@link LoggerOptions}. */
export const LOGGER_SHAPE: Shape<LoggerOptions> = {
  level: option.oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
  name: option.string(),
  profile: option.oneOf(PROFILE_NAMES),
  pretty: option.boolean(),
  sync: option.boolean(),
  base: option.dictionary(option.any()),
  redact: option.anyOf<readonly string[] | RedactPaths>(redactPathsCheck, option.object(REDACT_PATHS)),
  redactLines: option.boolean(),
};

/** @throws SpanlineError `ERR_INVALID_OPTION` */
export function checkLogger(options: LoggerOptions, destination: LogDestination | undefined): void {
  checkOptions(LOGGER_SHAPE, options);
  const isStream = typeof destination === 'object' && typeof destination?.write === 'function';
  if (isStream || ['undefined', 'string', 'number'].includes(typeof destination)) return;
  throw new SpanlineError({
    code: 'ERR_INVALID_OPTION',
    option: 'destination',
    expected: 'a path, a file descriptor or a stream',
    got: destination,
  });
}

/**
 * The profile in the options, else in `SPANLINE_PROFILE`.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION` when the variable names no profile
 */
export function resolveProfile(profile: ProfileName | undefined): ProfileName {
  const chosen = profile ?? (process.env['SPANLINE_PROFILE'] || 'otel');
  const known = PROFILE_NAMES.find((name) => name === chosen);
  if (known !== undefined) return known;
  throw new SpanlineError({
    code: 'ERR_INVALID_OPTION',
    option: 'SPANLINE_PROFILE',
    expected: `one of ${PROFILE_NAMES.join(', ')}`,
    got: chosen,
  });
}
