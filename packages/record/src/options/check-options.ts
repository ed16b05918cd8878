import { SpanlineError } from '../error.ts';
import { type Check, isObject, type Shape } from './check.ts';
import { nearest } from './nearest.ts';

type Rules = Readonly<Record<string, Check<unknown>>>;

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function failUnknown(code: string, path: string, key: string, known: readonly string[]): never {
  const suggestion = nearest(key, known);
  throw new SpanlineError({
    code,
    option: join(path, key),
    isUnknown: true,
    expected: `one of ${known.join(', ')}`,
    ...(suggestion === undefined ? {} : { suggestion: join(path, suggestion) }),
  });
}

/** Reads something of a value whose getters or traps may throw, such as a revoked proxy. */
function readable<T>(code: string, path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new SpanlineError({ code, option: path, expected: 'a value that can be read', cause });
  }
}

function checkValue(code: string, rule: Check<unknown>, value: unknown, path: string): void {
  if (!rule.accepts(value)) {
    const got = rule.isSecret === true ? {} : { got: value };
    const suggestion = typeof value === 'string' ? nearest(value, rule.known ?? []) : undefined;
    const meant = suggestion === undefined ? {} : { suggestion };
    throw new SpanlineError({ code, option: path, expected: rule.expected, ...got, ...meant });
  }
  const { alternatives, shape, each, keys } = rule;
  const chosen = alternatives?.find((candidate) => candidate.accepts(value));
  if (chosen !== undefined) checkValue(code, chosen, value, path);
  if (shape !== undefined) checkObject(code, shape, value as object, path);
  if (each === undefined) return;
  const entries = readable(code, path, () =>
    Array.isArray(value)
      ? value.map((entry: unknown, index) => [`${path}[${index}]`, entry] as const)
      : Object.entries(value as object).map(([key, entry]) => [join(path, key), entry as unknown] as const),
  );
  if (keys !== undefined) for (const key of Object.keys(value as object)) checkValue(code, keys, key, join(path, key));
  for (const [entryPath, entry] of entries) checkValue(code, each, entry, entryPath);
}

function checkObject(code: string, rules: Rules, given: object, path: string): void {
  const read = (key: string): unknown =>
    readable(code, join(path, key), () => (given as Readonly<Record<string, unknown>>)[key]);
  for (const key of readable(code, path === '' ? 'options' : path, () => Object.keys(given))) {
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
    if (rule === undefined) failUnknown(code, path, key, Object.keys(rules));
    const value = read(key);
    if (value !== undefined) checkValue(code, rule, value, join(path, key));
  }
  for (const [key, rule] of Object.entries(rules)) {
    if (rule.isRequired !== true || read(key) !== undefined) continue;
    throw new SpanlineError({ code, option: join(path, key), expected: rule.expected, got: undefined });
  }
}

/**
 * Checks an options object, nested objects, lists and dictionaries included. `undefined` counts as not given.
 *
 * @param path - name of the options in messages, for options that are themselves an option (`sampling`)
 * @param code - code of the error
 * @throws SpanlineError `ERR_INVALID_OPTION`, or the given code: an unknown key (with the nearest known one), or a
 *   value that does not pass
 * @example
 * ```ts
 * import { checkOptions, option, type Shape } from '@spanline/record';
 *
 * interface Options {
 *   retries?: number;
 *   mode?: 'fast' | 'safe';
 * }
 * const SHAPE: Shape<Options> = {
 *   retries: option.number({ min: 0, integer: true }),
 *   mode: option.oneOf(['fast', 'safe']),
 * };
 * checkOptions(SHAPE, { mode: 'safe' });
 * ```
 */
export function checkOptions<T extends object>(
  shape: Shape<T>,
  given: unknown,
  path = '',
  code = 'ERR_INVALID_OPTION',
): asserts given is T {
  if (!isObject(given)) {
    // A string in place of options may be a key.
    const got = typeof given === 'string' ? {} : { got: given };
    throw new SpanlineError({ code, option: path === '' ? 'options' : path, expected: 'an object', ...got });
  }
  checkObject(code, shape, given, path);
}
