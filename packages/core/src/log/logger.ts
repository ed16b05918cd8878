import pino, { type Logger } from 'pino';
import type { ProfileName } from '@spanline/record';
import { createCapture, type IdCapture, type LineCapture } from '../capture/index.ts';
import { pathOptions } from '../redaction/index.ts';
import { createAppAsJson } from './app-line.ts';
import { bothPolicies, createContextIds } from './context-ids.ts';
import { destinationKind } from './destination.ts';
import { fieldJsonOf } from './field-json.ts';
import { hideInBindings } from './hidden-causes.ts';
import { createLinePaths, pinoPaths } from './line-paths.ts';
import { type LinePolicy, POLICY } from './line-policy.ts';
import { checkLogger, type LogDestination, type LoggerOptions, resolveProfile } from './logger-options.ts';
import { openDestination } from './open-destination.ts';
import { pinoSymbols } from './pino-internals.ts';
import { timestamp } from './timestamp.ts';

const LEVEL_KEYS: Readonly<Record<ProfileName, string>> = { otel: 'level', ecs: 'log.level', datadog: 'status' };
const PROFILE = Symbol.for('spanline.profile');
const ID_PATHS = Symbol.for('spanline.id-paths');
const REDACTS = Symbol.for('spanline.redacts-lines');

/** Keeps a log call from throwing into the application: its arguments may be unreadable, its stream may throw. */
function logMethod(this: Logger, args: unknown[], method: (this: Logger, ...args: never[]) => void): void {
  const call = method as (this: Logger, ...args: unknown[]) => void;
  try {
    call.apply(this, args);
  } catch {
    try {
      call.call(this, '[a log call whose arguments could not be read]');
    } catch {
      // The stream itself throws, so that nothing can be logged.
    }
  }
}

/**
 * Creates a pino logger with Spanline's settings. It writes JSON lines to stdout, in the same tick, with `@timestamp`,
 * a lower-case level, `message`, and the ids of the current span, request, session and user. On a terminal outside of
 * production it prints each finished trace as a tree instead. The application can neither forge nor repeat these fields
 * (see `docs/logging.md`), and no log call throws.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function createLogger(options: LoggerOptions = {}, destination?: LogDestination): Logger {
  checkLogger(options, destination);
  const profile = resolveProfile(options.profile);
  const levelKey = LEVEL_KEYS[profile];
  const redact = pathOptions(options.redact);
  const logger = pino(
    {
      level: options.level ?? 'info',
      base: options.base ?? null,
      messageKey: 'message',
      timestamp,
      formatters: { level: (label) => ({ [levelKey]: label }) },
      hooks: { logMethod },
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(redact === undefined ? {} : { redact: { ...redact, paths: pinoPaths(redact.paths ?? []) } }),
    },
    openDestination(options, destination),
  );
  const mode = options.redactLines === false ? 'unchanged' : 'redacted';
  const ownPaths =
    redact === undefined ? undefined : createCapture({ capture: 'full', destination: 'small', profile, redact }).ids();
  let capture: LineCapture | undefined;
  const policy: LinePolicy = {
    // Created with the first line: most applications log through the logger of their tracer.
    get capture() {
      return (capture ??= createCapture({
        capture: 'redacted',
        destination: destinationKind(logger),
        profile,
        redact,
      }).lines(mode));
    },
    ids: ownPaths === undefined ? undefined : bothPolicies(undefined, ownPaths),
    service: [],
  };
  const symbols = pinoSymbols(logger);
  const internals = logger as unknown as Record<symbol, unknown>;
  if (symbols !== undefined) {
    internals[symbols.asJson] = createAppAsJson(symbols, createContextIds(profile));
    hideInBindings(logger, (parent, child) =>
      child?.redact === undefined
        ? fieldJsonOf(parent, symbols)
        : createLinePaths(pathOptions(child.redact))?.redaction,
    );
  }
  internals[PROFILE] = profile;
  internals[POLICY] = policy;
  internals[ID_PATHS] = ownPaths;
  internals[REDACTS] = mode === 'redacted';
  return logger;
}

/** False for a logger of {@link createLogger} that writes the application's lines as they are. */
export function redactsLines(logger: Logger): boolean {
  return (logger as unknown as Record<symbol, boolean | undefined>)[REDACTS] !== false;
}

/** Adds the redact paths that a logger of {@link createLogger} was given to a policy for ids. */
export function withOwnPaths(logger: Logger, policy: IdCapture): IdCapture {
  const ownPaths = (logger as unknown as Record<symbol, IdCapture | undefined>)[ID_PATHS];
  return ownPaths === undefined ? policy : bothPolicies(policy, ownPaths);
}

/** The profile of a logger that {@link createLogger} made; `undefined` for other loggers. */
export function profileOf(logger: Logger): ProfileName | undefined {
  return (logger as unknown as Record<symbol, ProfileName | undefined>)[PROFILE];
}
