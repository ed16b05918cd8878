import type { Logger } from 'pino';

/** pino's numbers. Custom levels are compared with them. */
export const STANDARD_LEVELS: Readonly<Record<string, number>> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
};

/** A level of a logger. */
export interface LoggerLevel {
  readonly name: string;
  readonly number: number;
}

function nearest(levels: readonly LoggerLevel[], number: number): LoggerLevel | undefined {
  let best: LoggerLevel | undefined;
  for (const level of levels) {
    const distance = Math.abs(level.number - number);
    const bestDistance = best === undefined ? Infinity : Math.abs(best.number - number);
    if (distance < bestDistance || (distance === bestDistance && level.number < (best?.number ?? 0))) best = level;
  }
  return best;
}

/**
 * Creates a function that maps the level of a record to a level of the logger: the one of the same name. If there is
 * none (`useOnlyCustomLevels`), the one whose number is nearest to pino's number for the name, the lower of two.
 */
export function createLevelLookup(): (logger: Logger, name: string) => LoggerLevel | undefined {
  let levels: object | undefined;
  let cache = new Map<string, LoggerLevel>();
  return (logger, name) => {
    if (logger.levels !== levels) {
      levels = logger.levels;
      cache = new Map();
    }
    let level = cache.get(name);
    if (level === undefined) {
      const own = Object.entries(logger.levels.values).map(([label, number]) => ({ name: label, number }));
      level = own.find((some) => some.name === name) ?? nearest(own, STANDARD_LEVELS[name] ?? 30);
      if (level !== undefined) cache.set(name, level);
    }
    return level;
  };
}
