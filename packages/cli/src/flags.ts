import { parseArgs } from 'node:util';
import { type Check, checkOptions, option } from '@spanline/record';

/** `text` takes a value, `texts` may be repeated, `switch` takes none. */
type FlagKind = 'text' | 'texts' | 'switch';

/** Kinds of flags by name, without the dashes. */
export type FlagTable = Readonly<Record<string, FlagKind>>;

/** Values of the flags that were given. */
export type FlagValues<Table extends FlagTable> = {
  readonly [Name in keyof Table]?: Table[Name] extends 'text'
    ? string
    : Table[Name] extends 'texts'
      ? string[]
      : boolean;
};

/** A command line, split. */
export interface SplitArguments {
  readonly positionals: readonly string[];
  readonly flags: Readonly<Record<string, unknown>>;
}

const CHECKS: Readonly<Record<FlagKind, Check<unknown>>> = {
  text: option.secret(option.like('followed by a value', (value) => typeof value === 'string' && value !== '')),
  texts: option.secret(
    option.like(
      'followed by a value',
      (value) => Array.isArray(value) && value.every((entry) => typeof entry === 'string' && entry !== ''),
    ),
  ),
  switch: option.secret(option.like('given without a value', (value) => value === true)),
};

/**
 * Splits a command line into flags and positional arguments. {@link checkFlags} checks the flags.
 *
 * @param shorts - letters of flags, such as `{ f: 'filter' }`
 */
export function splitArguments(
  args: readonly string[],
  table: FlagTable,
  shorts: Readonly<Record<string, string>> = {},
): SplitArguments {
  const letters = new Map(Object.entries(shorts).map(([letter, name]) => [name, letter]));
  const options = Object.fromEntries(
    Object.entries(table).map(([name, kind]) => {
      const type = kind === 'switch' ? ('boolean' as const) : ('string' as const);
      const short = letters.get(name);
      return [name, { type, multiple: kind === 'texts', ...(short === undefined ? {} : { short }) }];
    }),
  );
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: false });
  return { positionals, flags: { ...values } };
}

/**
 * @throws SpanlineError `ERR_INVALID_OPTION` for an unknown flag, with the nearest known one, and for a flag without
 * its value
 */
export function checkFlags<const Table extends FlagTable>(
  flags: Readonly<Record<string, unknown>>,
  table: Table,
): FlagValues<Table> {
  const shape = Object.fromEntries(Object.entries(table).map(([name, kind]) => [`--${name}`, CHECKS[kind]]));
  const given = Object.fromEntries(Object.entries(flags).map(([name, value]) => [`--${name}`, value]));
  checkOptions<Record<string, unknown>>(shape, given);
  return flags as FlagValues<Table>;
}
