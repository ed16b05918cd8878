import { option, type Shape } from '@spanline/record';

/** Destination of pretty output. `process.stdout` has this shape. */
export interface PrettyOutput {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** The abilities of the output. */
export interface Terminal {
  /** Maximum columns of a line. */
  readonly width: number;
  readonly color: boolean;
  /** False for ASCII only. */
  readonly unicode: boolean;
}

/** Settings that take precedence over what is detected. */
export interface TerminalOptions {
  /**
   * Prints colours.
   * @defaultValue true on a terminal; `FORCE_COLOR`, `NO_COLOR` (https://no-color.org) and `TERM=dumb` are respected
   */
  color?: boolean;
  /** Maximum columns of a line, from 20 to 400. @defaultValue the terminal's width, or 80 without a terminal */
  width?: number;
  /**
   * Prints line-drawing characters, else ASCII.
   * @defaultValue true unless the locale names another character set than UTF-8
   */
  unicode?: boolean;
}

/** Rules of {@link TerminalOptions}. */
export const TERMINAL_SHAPE: Shape<TerminalOptions> = {
  color: option.boolean(),
  width: option.number({ min: 0 }),
  unicode: option.boolean(),
};

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_WIDTH = 80;
const MIN_WIDTH = 20;
const MAX_WIDTH = 400;

function wantsColor(output: Pick<PrettyOutput, 'isTTY'>, env: Environment): boolean {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: term } = env;
  if (force !== undefined) return force !== '0' && force !== 'false';
  if (no !== undefined && no !== '') return false;
  return output.isTTY === true && term !== 'dumb';
}

function showsUnicode(env: Environment, platform: string): boolean {
  if (platform === 'win32') return [env.WT_SESSION, env.TERM_PROGRAM, env.ConEmuTask].some(Boolean);
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  if (!locale) return env.TERM !== 'linux';
  return /utf-?8/i.test(locale);
}

/**
 * Detects the abilities of `output`. It is called for each line, so that a resized terminal gets lines of its new
 * width.
 *
 * @param env - environment variables. @defaultValue `process.env`
 * @param platform - `process.platform`
 */
export function describeTerminal(
  output: Pick<PrettyOutput, 'isTTY' | 'columns'>,
  options: TerminalOptions = {},
  env: Environment = process.env,
  platform: string = process.platform,
): Terminal {
  const wanted = options.width ?? output.columns;
  const width = wanted !== undefined && wanted > 0 ? Math.floor(wanted) : DEFAULT_WIDTH;
  return {
    width: Math.min(Math.max(width, MIN_WIDTH), MAX_WIDTH),
    color: options.color ?? wantsColor(output, env),
    unicode: options.unicode ?? showsUnicode(env, platform),
  };
}
