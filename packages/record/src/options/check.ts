/**
 * The rule for the value of one option.
 *
 * @typeParam T - type of a value that passes
 */
export interface Check<T> {
  /** Completes the sentence "must be …". */
  readonly expected: string;
  accepts(value: unknown): value is T;
  /** Rules of the object's own options. They apply once {@link Check.accepts} has passed. */
  readonly shape?: Readonly<Record<string, Check<unknown>>>;
  /** The rule of each element of a list, or of each value of a dictionary. */
  readonly each?: Check<unknown>;
  /** The rule of the keys of a dictionary. */
  readonly keys?: Check<string>;
  /** Known values. An error names the one that was probably meant. */
  readonly known?: readonly string[];
  /** Several rules. The first one that accepts a value also checks the options inside of it. */
  readonly alternatives?: readonly Check<unknown>[];
  readonly isRequired?: boolean;
  /** Errors do not show the value. */
  readonly isSecret?: boolean;
}

/**
 * One rule for each option of `T`. It is exhaustive: an option that is added to the type and not to the shape does not
 * compile, nor does a rule for an option that the type does not have.
 */
export type Shape<T extends object> = { readonly [Key in keyof T]-?: Check<Exclude<T[Key], undefined>> };

/** Bounds of a number, both inclusive. */
export interface NumberBounds {
  readonly min?: number;
  readonly max?: number;
  readonly integer?: boolean;
}

/** Tells whether a value passes a test. A value that cannot be read, such as a revoked proxy, does not. */
function passes(test: (value: unknown) => boolean, value: unknown): boolean {
  try {
    return test(value);
  } catch {
    return false;
  }
}

const isNoArray = (value: unknown): boolean => !Array.isArray(value);

/** True for an object that can be read and is no array. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && passes(isNoArray, value);
}

function check<T>(expected: string, accepts: (value: unknown) => boolean): Check<T> {
  return { expected, accepts: (value): value is T => passes(accepts, value) };
}

function describeNumber({ min, max, integer }: NumberBounds): string {
  const noun = integer === true ? 'an integer' : 'a number';
  if (min !== undefined && max !== undefined) return `${noun} from ${min} to ${max}`;
  if (min !== undefined) return `${noun} of at least ${min}`;
  return max === undefined ? noun : `${noun} of at most ${max}`;
}

/** Makes sentences such as "a boolean or a function". */
function either(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} or ${parts.at(-1)}`;
}

/** Any value. */
export function any(): Check<unknown> {
  return check('a value', () => true);
}

/** A string that is not empty. */
export function string(): Check<string> {
  return check('a non-empty string', (value) => typeof value === 'string' && value !== '');
}

/** `true` or `false`. */
export function boolean(): Check<boolean> {
  return check('a boolean', (value) => typeof value === 'boolean');
}

/** A finite number within bounds. */
export function number(bounds: NumberBounds = {}): Check<number> {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, integer = false } = bounds;
  return check(describeNumber(bounds), (value) => {
    if (typeof value !== 'number' || !Number.isFinite(value) || value < min || value > max) return false;
    return !integer || Number.isInteger(value);
  });
}

/** One of the given values. */
export function oneOf<const T extends string | number | boolean>(values: readonly T[]): Check<T> {
  return check(`one of ${values.join(', ')}`, (value) => values.includes(value as T));
}

/** A function. Its type comes from the option. */
export function callback<T extends (...args: never[]) => unknown>(): Check<T> {
  return check('a function', (value) => typeof value === 'function');
}

/** A regular expression. */
export function pattern(): Check<RegExp> {
  return check('a regular expression', (value) => value instanceof RegExp);
}

/**
 * A value that a test recognises: another library's object, a key, an address.
 *
 * @param expected - completes the sentence "must be …"
 */
export function like<T>(expected: string, test: (value: unknown) => boolean): Check<T> {
  return check(expected, test);
}

/** A name. An error has the nearest of the known ones. */
export function name(expected: string, known: readonly string[], test: (value: string) => boolean): Check<string> {
  return { ...check<string>(expected, (value) => typeof value === 'string' && test(value)), known };
}

/** The name of an HTTP header (RFC 9110, `token`). */
export function headerName(): Check<string> {
  return check(
    'the name of an HTTP header',
    (value) => typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(value),
  );
}

/** An object whose options are checked by a shape. */
export function object<T extends object>(shape: Shape<T>, expected = 'an object'): Check<T> {
  return { ...check<T>(expected, isObject), shape };
}

/** A list of at most `max` elements, each of which passes a check. */
export function list<T>(each: Check<T>, expected = 'an array', max: number = Number.POSITIVE_INFINITY): Check<T[]> {
  return { ...check<T[]>(expected, (value) => Array.isArray(value) && value.length <= max), each };
}

/** An object with keys of the user's own, each value of which passes a check, and each key, if it has a rule. */
export function dictionary<T>(each: Check<T>, expected = 'an object', keys?: Check<string>): Check<Record<string, T>> {
  return { ...check<Record<string, T>>(expected, isObject), each, ...(keys === undefined ? {} : { keys }) };
}

/**
 * A value that passes one of several checks. Options inside of it are checked by the first one that accepts it.
 */
export function anyOf<T>(...checks: readonly Check<T>[]): Check<T> {
  return {
    expected: either(checks.map(({ expected }) => expected)),
    accepts: (value): value is T => checks.some((candidate) => candidate.accepts(value)),
    alternatives: checks,
  };
}

/** An option that must be given. */
export function required<T>(inner: Check<T>): Check<T> {
  return { ...inner, isRequired: true };
}

/** A value that errors do not show: a key, or a URL that may contain one. */
export function secret<T>(inner: Check<T>): Check<T> {
  return { ...inner, isSecret: true };
}
