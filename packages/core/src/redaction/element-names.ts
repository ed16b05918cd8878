/** Names of the elements of an array: those of a flag, a pair, a column, and of a password among arguments. */

import { lazy } from '@spanline/record';
import { dataMember } from './data-member.ts';
import { decidesByName } from './decides-by-name.ts';
import { hasHint, hintPatterns } from './hints.ts';
import { rowNames, type Table } from './row-names.ts';
import { POSITIONAL } from './secrets/command-arguments.ts';
import { PROGRAMS as WORD_PROGRAMS } from './secrets/command-words.ts';
import { COMMANDS } from './secrets/commands.ts';
import { CREDENTIAL } from './secrets/headers.ts';
import { isHeaderOfSecret, nameOfPair } from './secrets/secret-names.ts';

/** Names of elements by their index. */
type ElementNames = ReadonlyMap<number, string>;

const isOption = (value: unknown): boolean => typeof value === 'string' && /^--?[A-Za-z]/.test(value);

/**
 * The name that decides on an element of an array: that of the header or the option before it, of the pair that it is,
 * or of the array itself.
 */
export function elementName(
  values: readonly unknown[],
  index: number,
  arrayName: string | undefined,
): string | undefined {
  const before = index === 0 ? undefined : values[index - 1];
  if (isHeaderOfSecret(before)) return isOption(before) && isOption(values[index]) ? undefined : before;
  const pair = nameOfPair(values[index]);
  if (pair !== undefined || !decidesByName(arrayName)) return pair;
  // A pair's own name.
  return index === 0 && values[0] === arrayName ? undefined : arrayName;
}

const MAX_ARGUMENTS = 64;
const MAX_CHARACTERS = 2048;
const FORMS = [COMMANDS, CREDENTIAL];
const HINTS = lazy(() => hintPatterns(FORMS.flatMap(({ hints }) => hints?.() ?? [])));
/** Members that hold the program whose arguments are beside them. */
const PROGRAMS = ['command', 'cmd', 'program', 'executable', 'file'];

const OF_POSITION: ReadonlySet<string> = new Set([...POSITIONAL, ...WORD_PROGRAMS]);

/** An option, a path, or a program whose arguments may be a password without an option. */
const isSign = (text: string): boolean => text.startsWith('-') || text.startsWith('/') || OF_POSITION.has(text);

/** The texts of a list of arguments, behind that of their program; `undefined` for another list. */
function textsOf(values: readonly unknown[], holder: unknown): string[] | undefined {
  if (values.length > MAX_ARGUMENTS) return undefined;
  let [length, hasSign] = [0, false];
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (typeof value !== 'string') return undefined;
    length += value.length;
    hasSign ||= isSign(value);
  }
  const program = Array.isArray(holder) ? undefined : dataMember(holder, ...PROGRAMS);
  const isNamed = typeof program === 'string' && program.length <= MAX_CHARACTERS;
  if (length > MAX_CHARACTERS || (!hasSign && !isNamed)) return undefined;
  return [isNamed ? program : '', ...(values as string[])];
}

const [OPENING, BETWEEN] = ['["', '", "'];

/** Passwords among the arguments of a program: `['login', '-p', '…']`. */
function secretArguments(values: readonly unknown[], holder: unknown): ElementNames | undefined {
  const texts = textsOf(values, holder);
  if (texts === undefined) return undefined;
  // As the forms read lists in a text. A quote in an argument ends none.
  const list = `${OPENING}${texts.map((text) => text.replaceAll('"', "'")).join(BETWEEN)}"]`;
  if (!hasHint(HINTS(), list)) return undefined;
  const names = new Map<number, string>();
  const places = FORMS.flatMap(({ find }) => [...find(list)]).sort((a, b) => a.start - b.start);
  let [index, from] = [0, OPENING.length];
  for (const { start } of places) {
    for (; index < texts.length - 1 && start > from + (texts[index]?.length ?? 0); index++) {
      from += (texts[index]?.length ?? 0) + BETWEEN.length;
    }
    // A script among the arguments is a text of its own.
    if (index > 0 && !/\s/.test(list.slice(from, start))) names.set(index - 1, 'password');
  }
  return names;
}

/**
 * Names of elements by what is around the array.
 *
 * @param holder - what the array is in
 * @param table - that which the holder is
 */
export function elementNames(
  values: readonly unknown[],
  holder: unknown,
  table: Table | undefined,
): ElementNames | undefined {
  const names = table !== undefined && table.rows === holder ? rowNames(values, table) : undefined;
  return names ?? (typeof values[0] === 'string' ? secretArguments(values, holder) : undefined);
}
