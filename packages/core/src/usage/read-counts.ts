/** Reads every number of a usage object, by the spelling of its key. */
import { type BilledUnit, isObject, isPlainObject, UNITS } from '@spanline/record';
import { type PriceConditions, readCondition } from './conditions.ts';
import { type CountList, NOT_BILLED, type Reading, type Spelling, type SpellingMap } from './spelling.ts';
import { MODALITIES } from './spellings.ts';

/** Counts of a usage object, before they are reconciled. */
export interface Counts {
  readonly readings: { [reading in Reading]?: number };
  readonly conditions: PriceConditions;
  /** Paths of numbers that no spelling knows. */
  unknown: string[] | undefined;
}

/** Beyond this a count is a fault, not a count. */
const MAX_COUNT = 1e12;
const MAX_UNKNOWN = 20;
const MAX_ENTRIES = 100;
const MAX_DEPTH = 4;
/** Of one object no more keys are read. The longest usage has a few dozen, a whole answer about as many. */
const MAX_USAGE_KEYS = 500;

/** A number, which some providers write as text. Clients of gRPC have integers as `bigint`. */
function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : undefined;
}

/** The number in a value. `undefined` for one that cannot be a count. */
function toCount(value: unknown): number | undefined {
  const number = toNumber(value);
  return number !== undefined && number >= 0 && number <= MAX_COUNT ? number : undefined;
}

/** True for a value in the place of a count that is neither a count nor absent. */
const isFault = (value: unknown): boolean =>
  typeof value === 'number' || typeof value === 'boolean' || (typeof value === 'string' && value.trim() !== '');

/** A count may be there by two spellings, one of them with 0. Returns false for a value that cannot be a count. */
function put({ readings }: Counts, reading: Reading, value: unknown): boolean {
  const number = toCount(value);
  if (number === undefined) return reading === 'total' || !isFault(value);
  const count = Number.isInteger(number) || !reading.endsWith('_tokens') ? number : Math.round(number);
  const known = readings[reading];
  if (known === undefined || count > known) readings[reading] = count;
  return true;
}

function add({ readings }: Counts, reading: Reading, value: unknown): void {
  const number = toCount(value);
  if (number !== undefined) readings[reading] = (readings[reading] ?? 0) + Math.round(number);
}

function note(counts: Counts, path: string): void {
  counts.unknown ??= [];
  if (counts.unknown.length < MAX_UNKNOWN && !counts.unknown.includes(path)) counts.unknown.push(path);
}

/** Names whose values are no counts, also where they are made of digits. */
const ID = /(?:^|[._])(?:\w+I|i)d$/;

/** Notes the numbers in a value that no spelling knows. A 0 was not billed. */
function noteUnknown(counts: Counts, path: string, value: unknown, depth = 0): void {
  const number = typeof value === 'string' && ID.test(path) ? undefined : toNumber(value);
  if (number !== undefined) {
    if (number !== 0 && Number.isFinite(number)) note(counts, path);
  } else if (isObject(value) && depth < MAX_DEPTH) {
    if (Array.isArray(value)) {
      for (const entry of value.slice(0, MAX_ENTRIES)) if (isObject(entry)) noteUnknown(counts, path, entry, depth + 1);
    } else {
      let keys = 0;
      for (const key in value) {
        if (keys++ === MAX_USAGE_KEYS) return;
        noteUnknown(counts, `${path}.${key}`, (value as Record<string, unknown>)[key], depth + 1);
      }
    }
  }
}

const entriesOf = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? (value.slice(0, MAX_ENTRIES).filter(isObject) as Record<string, unknown>[]) : [];

const LISTS = {
  input: (modality: string) => `input_${modality}_tokens`,
  output: (modality: string) => `output_${modality}_tokens`,
  cache: (modality: string) => `cache_${modality}_read_tokens`,
  tool: (modality: string) => `input_${modality}_tool_tokens`,
};

/** A list of counts by modality. The modality of what tools put into the prompt counts as input as well. */
function readModalities(counts: Counts, list: keyof typeof LISTS, path: string, value: unknown): void {
  for (const entry of entriesOf(value)) {
    const count = entry['tokenCount'] ?? entry['token_count'] ?? entry['tokens'];
    const name = String(entry['modality']).toUpperCase();
    const modality = MODALITIES[name];
    if (modality === undefined) {
      if (name !== 'MODALITY_UNSPECIFIED') noteUnknown(counts, `${path}.${name}`, count);
      continue;
    }
    add(counts, LISTS[list](modality) as Reading, count);
    if (list === 'tool') add(counts, LISTS.input(modality) as Reading, count);
  }
}

function readTtls(counts: Counts, path: string, value: unknown): void {
  for (const { ttl, inputTokens } of entriesOf(value)) {
    const reading = `cache_write_${String(ttl)}_tokens`;
    if (Object.hasOwn(UNITS, reading)) add(counts, reading as BilledUnit, inputTokens);
    else noteUnknown(counts, `${path}.${String(ttl)}`, inputTokens);
  }
}

/** Searches of the web. The price of a search of maps or of documents of one's own is another one. */
function readSearches(counts: Counts, path: string, value: unknown): void {
  for (const { type, count } of entriesOf(value)) {
    if (type === 'google_search') add(counts, 'web_searches', count);
    else noteUnknown(counts, `${path}.${String(type)}`, count);
  }
}

/** The texts that Titan wrote. */
function readResults(counts: Counts, value: unknown): void {
  for (const { tokenCount } of entriesOf(value)) add(counts, 'output_tokens', tokenCount);
}

function readList(counts: Counts, { list }: CountList, path: string, value: unknown): void {
  if (list === 'ttl') readTtls(counts, path, value);
  else if (list === 'results') readResults(counts, value);
  else if (list === 'searches') readSearches(counts, path, value);
  else readModalities(counts, list, path, value);
}

/** The path of a key. */
const at = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

/** Reads one key. */
function readKey(counts: Counts, spelling: Spelling, path: string, value: unknown): void {
  if (spelling === NOT_BILLED) return;
  if (typeof spelling === 'string') {
    if (!put(counts, spelling, value)) note(counts, path);
  } else if ('list' in spelling) {
    const { parts } = spelling;
    if (parts === undefined || Array.isArray(value)) readList(counts, spelling, path, value);
    else if (isObject(value)) readObject(counts, parts, value as Record<string, unknown>, path);
  } else if (Array.isArray(value)) {
    return;
  } else if (isObject(value)) {
    readObject(counts, spelling, value as Record<string, unknown>, path);
  } else {
    const self = spelling.get('');
    if (typeof self === 'string' && self !== NOT_BILLED && !put(counts, self, value)) note(counts, path);
  }
}

/**
 * Reads the keys of an object. It visits the keys that are there: looking for those that are not costs more.
 *
 * @param skip - keys that say nothing here; with it, unknown keys of the object itself are no usage
 */
export function readObject(
  counts: Counts,
  spellings: SpellingMap,
  raw: Record<string, unknown>,
  path = '',
  skip?: ReadonlySet<string>,
): void {
  // The values of a provider's own class may be behind accessors, which no loop shows.
  if (!isPlainObject(raw) && !Array.isArray(raw)) {
    for (const [key, spelling] of spellings) {
      const value = skip?.has(key) === true || Object.hasOwn(raw, key) ? undefined : raw[key];
      if (value !== undefined && value !== null) readKey(counts, spelling, at(path, key), value);
    }
  }
  let keys = 0;
  for (const key in raw) {
    if (keys++ === MAX_USAGE_KEYS) return;
    const value = raw[key];
    if (value === undefined || value === null) continue;
    const spelling = spellings.get(key);
    if (spelling === undefined) {
      if (!readCondition(counts.conditions, key, value) && skip === undefined)
        noteUnknown(counts, at(path, key), value);
    } else if (skip?.has(key) !== true) {
      const isNumber = typeof spelling === 'string' && spelling !== NOT_BILLED;
      if (!isNumber) readKey(counts, spelling, at(path, key), value);
      else if (!put(counts, spelling, value) && (skip === undefined || typeof value === 'number'))
        note(counts, at(path, key));
    }
  }
}
