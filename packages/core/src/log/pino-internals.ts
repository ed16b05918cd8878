import type { Logger } from 'pino';

/** What of a pino logger the writer works with. Each copy and version of pino has symbols of its own, found here by their descriptions. */
export interface PinoSymbols {
  readonly asJson: symbol;
  readonly write: symbol;
  readonly mixin: symbol;
  readonly lsCache: symbol;
  readonly chindings: symbol;
  readonly end: symbol;
  readonly messageKey: symbol;
  readonly errorKey: symbol;
  readonly stringifiers: symbol;
  readonly stream: symbol;
  readonly msgPrefix: symbol | undefined;
}

/** Turns a merged object into a line; pino calls it with `this` set to the logger. */
export type AsJson = (object: object, message: unknown, levelNumber: number, time: string) => string;

/** A logger by its symbols. */
export type LoggerInternals = Record<symbol, unknown>;

/** Serialises a value for one key, as built by pino's `redact`. */
export type Stringifier = (value: unknown, safe?: unknown) => string | undefined;

/** Where pino keeps the stringifier of `redact` paths that begin with a wildcard. */
const WILDCARD = 'pino.wildcardFirst';

const NEEDED = {
  asJson: 'pino.asJson',
  write: 'pino.write',
  lsCache: 'pino.lsCache',
  chindings: 'pino.chindings',
  end: 'pino.end',
  messageKey: 'pino.messageKey',
  errorKey: 'pino.errorKey',
  stringifiers: 'pino.stringifiers',
  stream: 'pino.stream',
} as const;

function symbolsByDescription(logger: object): Map<string, symbol> {
  const found = new Map<string, symbol>();
  for (let object: object | null = logger; object !== null; object = Object.getPrototypeOf(object) as object | null) {
    for (const symbol of Object.getOwnPropertySymbols(object)) {
      const { description } = symbol;
      if (description !== undefined && !found.has(description)) found.set(description, symbol);
    }
  }
  return found;
}

/** The symbols of a pino logger; `undefined` when `logger` is no pino logger of a version that works this way (7 and later). */
export function pinoSymbols(logger: object): PinoSymbols | undefined {
  try {
    const found = symbolsByDescription(logger);
    const symbols: Record<string, symbol | undefined> = {
      mixin: found.get('pino.mixin') ?? Symbol('mixin'),
      msgPrefix: found.get('pino.msgPrefix'),
    };
    for (const [name, description] of Object.entries(NEEDED)) {
      const symbol = found.get(description);
      if (symbol === undefined) return undefined;
      symbols[name] = symbol;
    }
    return symbols as unknown as PinoSymbols;
  } catch {
    return undefined;
  }
}

/** The logger's `redact` stringifier for any key, if it has one. */
export function wildcardStringifier(stringifiers: Record<PropertyKey, Stringifier>): Stringifier | undefined {
  const symbol = Object.getOwnPropertySymbols(stringifiers).find(({ description }) => description === WILDCARD);
  return symbol === undefined ? undefined : stringifiers[symbol];
}

/** The logger's options that pino keeps under public symbols. */
export function serializersOf(logger: Logger): Record<string, (value: unknown) => unknown> {
  return ((logger as unknown as LoggerInternals)[Symbol.for('pino.serializers')] ?? {}) as Record<
    string,
    (value: unknown) => unknown
  >;
}
