/** Loggers that write in a context of their own. */
import type { Logger } from 'pino';
import type { ProfileName } from '@spanline/record';
import { correlation } from './correlation.ts';
import { profileOf } from './logger.ts';
import { type LoggerInternals, type PinoSymbols, pinoSymbols } from './pino-internals.ts';

type Write = (this: Logger, ...args: unknown[]) => void;
type Mixin = (this: Logger, ...args: unknown[]) => object;

/** Symbols by the logger that a logger was derived from: child loggers of one request each have the same parent. */
const known = new WeakMap<object, PinoSymbols>();

function symbolsOf(logger: Logger): PinoSymbols | undefined {
  const parent = Object.getPrototypeOf(logger) as object;
  const symbols = known.get(parent) ?? pinoSymbols(logger);
  if (symbols !== undefined) known.set(parent, symbols);
  return symbols;
}

/** Adds the ids of the current span to the fields of the logger's own mixin. */
function withIds(mixin: Mixin | undefined, profile: ProfileName): Mixin {
  const ids = correlation({ profile });
  return function mixinWithIds(this: Logger, ...args) {
    return { ...mixin?.apply(this, args), ...ids() };
  };
}

/**
 * Derives a logger that writes each line inside `run`, and with the ids of the span that is current there. The given
 * logger does not change; its level, bindings, serializers, streams and options apply. A logger that is not pino is
 * returned as it is.
 *
 * @param profile - spelling of the ids for a logger that does not write them itself
 */
export function bindLogger(logger: Logger, profile: ProfileName, run: (fn: () => void) => void): Logger {
  const symbols = symbolsOf(logger);
  if (symbols === undefined) return logger;
  const bound = Object.create(logger) as Logger;
  const internals = bound as unknown as LoggerInternals;
  const write = internals[symbols.write] as Write;
  internals[symbols.write] = function (this: Logger, ...args: unknown[]): void {
    run(() => write.apply(this, args));
  };
  if (profileOf(logger) === undefined) {
    internals[symbols.mixin] = withIds(internals[symbols.mixin] as Mixin | undefined, profile);
  }
  return bound;
}
