import pino, { type DestinationStream, type Logger } from 'pino';
import { PROFILE_NAMES, type ProfileName, SpanlineError } from '@spanline/record';
import { createAppAsJson } from './app-line.ts';
import { correlation } from './correlation.ts';
import { pinoSymbols } from './pino-internals.ts';
import { createPrettyStream } from './pretty/index.ts';
import { SyncDestination } from './sync-destination.ts';

/** Options of {@link createLogger}. */
export interface LoggerOptions {
  /** Lowest level that is written. @defaultValue `info` */
  level?: string;
  /** pino's `name`. */
  name?: string;
  /** How level and ids are spelled. @defaultValue `SPANLINE_PROFILE`, else `otel` */
  profile?: ProfileName;
  /** Print finished traces as trees instead of JSON lines. @defaultValue `SPANLINE_PRETTY`, else true on a terminal outside production */
  pretty?: boolean;
  /** Write in the same tick. `false` is faster and loses what is buffered when the process is killed. @defaultValue true */
  sync?: boolean;
  /** Fields of every line, such as `service.name`. */
  base?: Record<string, unknown>;
  /** Paths whose values are not written; pino's `redact`. */
  redact?: string[];
}

/** A file's path, a file descriptor, or a stream. */
export type LogDestination = string | number | { write(line: string): unknown };

const KNOWN: ReadonlySet<string> = new Set<keyof LoggerOptions>([
  'level',
  'name',
  'profile',
  'pretty',
  'sync',
  'base',
  'redact',
]);
const LEVELS: readonly string[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
const LEVEL_KEYS: Readonly<Record<ProfileName, string>> = { otel: 'level', ecs: 'log.level', datadog: 'status' };
const PROFILE = Symbol.for('spanline.profile');
const STDOUT = 1;

function fail(option: string, expected: string, got: unknown): never {
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option, expected, got });
}

function check(options: LoggerOptions): void {
  if (typeof options !== 'object' || options === null) fail('options', 'an object', options);
  for (const key of Object.keys(options)) {
    if (!KNOWN.has(key)) fail(key, `a known option (${[...KNOWN].join(', ')})`, 'an unknown one');
  }
  const { level, pretty, sync, base, redact } = options;
  if (level !== undefined && !LEVELS.includes(level)) fail('level', `one of ${LEVELS.join(', ')}`, level);
  if (pretty !== undefined && typeof pretty !== 'boolean') fail('pretty', 'a boolean', pretty);
  if (sync !== undefined && typeof sync !== 'boolean') fail('sync', 'a boolean', sync);
  if (base !== undefined && (typeof base !== 'object' || base === null)) fail('base', 'an object', base);
  if (redact !== undefined && !Array.isArray(redact)) fail('redact', 'an array of paths', redact);
}

function resolveProfile(profile: ProfileName | undefined): ProfileName {
  const chosen = profile ?? (process.env['SPANLINE_PROFILE'] || 'otel');
  return PROFILE_NAMES.find((name) => name === chosen) ?? fail('profile', `one of ${PROFILE_NAMES.join(', ')}`, chosen);
}

function wantsPretty(option: boolean | undefined, destination: LogDestination | undefined): boolean {
  if (option !== undefined) return option;
  const variable = process.env['SPANLINE_PRETTY']?.toLowerCase();
  if (variable !== undefined && variable !== '') return !['0', 'false', 'no', 'off'].includes(variable);
  return destination === undefined && process.stdout.isTTY && process.env['NODE_ENV'] !== 'production';
}

function openDestination(destination: LogDestination | undefined, sync: boolean): DestinationStream {
  if (typeof destination === 'object') {
    if (typeof destination?.write !== 'function')
      fail('destination', 'a path, a file descriptor or a stream', destination);
    return destination;
  }
  if (!sync) return pino.destination({ dest: destination ?? STDOUT, sync });
  try {
    return new SyncDestination(destination ?? STDOUT);
  } catch (error) {
    return fail('destination', `what can be written to (${(error as NodeJS.ErrnoException).code})`, destination);
  }
}

function prettyDestination(destination: LogDestination | undefined): DestinationStream {
  const output = typeof destination === 'object' ? destination : undefined;
  const printer = createPrettyStream(output === undefined ? {} : { output: output });
  process.once('exit', () => printer.flush());
  return printer;
}

let lastMs = 0;
let lastTime = '';

/** `,"@timestamp":"2026-11-23T09:12:35.958Z"`; formatted once per millisecond. */
function timestamp(): string {
  const now = Date.now();
  if (now !== lastMs) {
    lastMs = now;
    lastTime = `,"@timestamp":"${new Date(now).toISOString()}"`;
  }
  return lastTime;
}

/** A log call whose arguments cannot be read, or whose stream throws, must not break its caller. */
function logMethod(this: Logger, args: unknown[], method: (this: Logger, ...args: never[]) => void): void {
  const call = method as (this: Logger, ...args: unknown[]) => void;
  try {
    call.apply(this, args);
  } catch {
    try {
      call.call(this, '[a log call whose arguments could not be read]');
    } catch {
      // The stream itself throws; there is nowhere left to say so.
    }
  }
}

/**
 * Spanline's pino: JSON lines with `@timestamp`, a lower-case level, `message`, and the ids of the current span, request, session and user, to stdout in the same tick. On a
 * terminal outside production it prints each finished trace as a tree instead. What the application logs can neither forge nor repeat these fields (see
 * `docs/logging.md`), and no log call throws.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function createLogger(options: LoggerOptions = {}, destination?: LogDestination): Logger {
  check(options);
  const profile = resolveProfile(options.profile);
  const stream = wantsPretty(options.pretty, destination)
    ? prettyDestination(destination)
    : openDestination(destination, options.sync ?? true);
  const levelKey = LEVEL_KEYS[profile];
  const logger = pino(
    {
      level: options.level ?? 'info',
      base: options.base ?? null,
      messageKey: 'message',
      timestamp,
      formatters: { level: (label) => ({ [levelKey]: label }) },
      hooks: { logMethod },
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(options.redact === undefined ? {} : { redact: options.redact }),
    },
    stream,
  );
  const symbols = pinoSymbols(logger);
  const internals = logger as unknown as Record<symbol, unknown>;
  if (symbols !== undefined) internals[symbols.asJson] = createAppAsJson(symbols, correlation({ profile }));
  internals[PROFILE] = profile;
  return logger;
}

/** The profile of a logger made by {@link createLogger}. */
export function profileOf(logger: Logger): ProfileName | undefined {
  return (logger as unknown as Record<symbol, ProfileName | undefined>)[PROFILE];
}
