import { attributeRow, isOpenKey, MAX_KEY_LENGTH, MAX_KEYS, REQUIRED, REQUIRED_BY_EVENT } from './attributes.ts';
import { FORMS } from './attributes/forms.ts';
import type { AttributeKind } from './attributes/row.ts';

/** One error in a record. */
export interface ValidationError {
  key: string;
  expected: string;
  got: string;
}

/** Outcome of {@link validate}. */
export type ValidationResult = { valid: true } | { valid: false; errors: ValidationError[] };

type Check = readonly [expected: string, fits: (value: unknown) => boolean];

function isJson(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const CHECKS: Readonly<Record<AttributeKind | 'scalar', Check>> = {
  string: ['a string', (value) => typeof value === 'string'],
  text: ['a string', (value) => typeof value === 'string'],
  json: ['a string of JSON', isJson],
  boolean: ['a boolean', (value) => typeof value === 'boolean'],
  int: ['an integer', Number.isInteger],
  double: ['a number', isNumber],
  strings: [
    'an array of strings',
    (value) => Array.isArray(value) && value.every((entry) => typeof entry === 'string'),
  ],
  scalar: ['a string, number or boolean', (value) => ['string', 'boolean'].includes(typeof value) || isNumber(value)],
};

const show = (value: unknown): string => (Array.isArray(value) ? 'an array' : value === null ? 'null' : typeof value);

function requiredBy(event: unknown): readonly string[] {
  return typeof event === 'string' && Object.hasOwn(REQUIRED_BY_EVENT(), event)
    ? (REQUIRED_BY_EVENT()[event] ?? [])
    : [];
}

function checkValue(key: string, value: unknown): ValidationError | undefined {
  const row = attributeRow(key);
  const kind = row?.kind ?? (isOpenKey(key) ? 'scalar' : undefined);
  if (kind === undefined) return { key, expected: 'a key of the schema', got: 'an unknown key' };
  const [expected, fits] = CHECKS[kind];
  if (!fits(value)) return { key, expected, got: show(value) };
  if (row === undefined) return undefined;
  const { values, form, minimum } = row;
  if (values !== undefined && !values.includes(value as string)) {
    return { key, expected: `one of ${values.join(', ')}`, got: 'another value' };
  }
  if (form !== undefined && !FORMS[form].test(value as string)) {
    return { key, expected: `a value like ${FORMS[form].source}`, got: 'another form' };
  }
  if (minimum !== undefined && (value as number) < minimum) {
    return { key, expected: `at least ${minimum}`, got: String(value) };
  }
  return undefined;
}

/** True for a value that a record may have under a key of the table. */
export function isValueOf(key: string, value: unknown): boolean {
  return checkValue(key, value) === undefined;
}

/**
 * Checks a canonical record against the rules of `docs/span-schema.md`. Errors never contain values.
 *
 * A line of your own logger has fields of its own: pass it to `parseLine` first.
 */
export function validate(record: object): ValidationResult {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    return { valid: false, errors: [{ key: '', expected: 'an object', got: show(record) }] };
  }
  const source = record as Readonly<Record<string, unknown>>;
  const errors: ValidationError[] = [];
  const keys = Object.keys(source).filter((key) => source[key] !== undefined);
  if (keys.length > MAX_KEYS) errors.push({ key: '', expected: `at most ${MAX_KEYS} keys`, got: String(keys.length) });
  for (const key of keys) {
    if (key.length > MAX_KEY_LENGTH) {
      errors.push({ key, expected: `at most ${MAX_KEY_LENGTH} characters`, got: String(key.length) });
    }
    const error = checkValue(key, source[key]);
    if (error !== undefined) errors.push(error);
  }
  for (const key of [...REQUIRED(), ...requiredBy(source['event.name'])]) {
    if (source[key] === undefined) errors.push({ key, expected: 'a value', got: 'nothing' });
  }
  return errors.length === 0 ? { valid: true } : { valid: false, errors };
}
