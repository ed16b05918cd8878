import type { Logger } from 'pino';

/**
 * The symbols under which pino keeps what the writer needs. Each copy of pino has symbols of its own; they are found by
 * their descriptions.
 */
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
  readonly time: symbol | undefined;
}

/** Serialises an object as a line. pino calls it with `this` set to the logger. */
export type AsJson = (object: object, message: unknown, levelNumber: number, time: string) => string;

/** A logger as the map of its symbols. */
export type LoggerInternals = Record<symbol, unknown>;

/** Serialises the value of one key with redaction. pino's `redact` creates it. */
export type Stringifier = (value: unknown, safe?: unknown) => string | undefined;

/** Description of the symbol under which pino keeps the stringifier of `redact` paths that begin with a wildcard. */
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

/** The symbols of a pino logger of version 7 or later; `undefined` for other loggers. */
export function pinoSymbols(logger: object): PinoSymbols | undefined {
  try {
    const found = symbolsByDescription(logger);
    const symbols: Record<string, symbol | undefined> = {
      mixin: found.get('pino.mixin') ?? Symbol('mixin'),
      msgPrefix: found.get('pino.msgPrefix'),
      time: found.get('pino.time'),
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

/** The stringifier for any key, if `redact` has a path that begins with a wildcard. */
export function wildcardStringifier(stringifiers: Record<PropertyKey, Stringifier>): Stringifier | undefined {
  const symbol = Object.getOwnPropertySymbols(stringifiers).find(({ description }) => description === WILDCARD);
  return symbol === undefined ? undefined : stringifiers[symbol];
}

/** Serializers of a logger, by key. */
export type Serializers = Readonly<Record<string, (value: unknown) => unknown>>;

/** pino makes this symbol public. */
const SERIALIZERS = Symbol.for('pino.serializers');
const NO_SERIALIZERS: Serializers = {};

/** The logger's serializers. */
export function serializersOf(logger: Logger): Serializers {
  return ((logger as unknown as LoggerInternals)[SERIALIZERS] as Serializers | undefined) ?? NO_SERIALIZERS;
}
