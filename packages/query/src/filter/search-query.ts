/** Filters as queries of Elasticsearch and OpenSearch, for the mappings that `spanline ship setup` makes. */

import {
  attributeRow,
  checkOptions,
  CONTENT_TEXT_FIELD,
  MAX_TERM_CHARACTERS,
  option,
  PROFILE_NAMES,
  profileKey,
  type ProfileName,
  type Shape,
} from '@spanline/record';
import { anyOf, approximate, type Compiled, type Language } from './approximate.ts';
import type { Column, Value } from './fields/column.ts';
import { type Field, TEXT } from './fields/resolve.ts';
import { isPrefix, literalOf, type Pattern, prefixOf, writePattern } from './pattern.ts';
import type { Bounds, Filter, Test } from './tree.ts';

/** A query of Elasticsearch or OpenSearch. */
export type SearchQuery = Readonly<Record<string, unknown>>;

/** Options of {@link toSearchQuery}. */
export interface SearchOptions {
  /** Profile of the documents. @defaultValue `ecs` */
  profile?: ProfileName;
}

const SHAPE: Shape<SearchOptions> = { profile: option.oneOf(PROFILE_NAMES) };

/** A filter for a cluster. */
export interface SearchFilter {
  readonly query: SearchQuery;
  /** `false`: the documents include some that do not pass. Test each record with `toTest`. */
  readonly isExact: boolean;
}

const ALL: SearchQuery = { match_all: {} };
const NONE: SearchQuery = { match_none: {} };

const and = (queries: readonly SearchQuery[]): SearchQuery => ({ bool: { filter: queries } });
const or = (queries: readonly SearchQuery[]): SearchQuery => ({ bool: { should: queries, minimum_should_match: 1 } });
const exact = (query: SearchQuery): Compiled<SearchQuery> => ({ query, isExact: true });
const more = (query: SearchQuery): Compiled<SearchQuery> => ({ query, isExact: false });

/** A `long` refuses larger numbers. */
const MAX_LONG = 9e18;
/** More `?` than these beside a `*` make an automaton that a node refuses. */
const MAX_SINGLES = 8;

const NOTATION = { text: (text: string): string => text.replaceAll(/[\\*?]/g, String.raw`\$&`), '*': '*', '?': '?' };

function patternQuery(field: string, pattern: Pattern): Compiled<SearchQuery> {
  if (isPrefix(pattern)) return exact({ prefix: { [field]: { value: prefixOf(pattern) } } });
  const singles = pattern.filter((part) => 'wild' in part && part.wild === '?').length;
  if (singles > MAX_SINGLES) return more({ prefix: { [field]: { value: prefixOf(pattern) } } });
  return exact({ wildcard: { [field]: { value: writePattern(pattern, NOTATION) } } });
}

function keywordQuery(field: string, test: Test): Compiled<SearchQuery> {
  if (test.kind === 'pattern') return patternQuery(field, test.pattern);
  if (test.kind !== 'equal') return exact({ exists: { field } });
  // Longer terms are not indexed.
  const isIndexed = test.values.every((value) => String(value).length <= MAX_TERM_CHARACTERS);
  return isIndexed ? exact({ terms: { [field]: test.values } }) : more(ALL);
}

/** Bounds that a `long` takes; `undefined` if no number is within. */
function longBounds(bounds: Bounds): Bounds | undefined {
  const { gt = -MAX_LONG, gte = -MAX_LONG, lt = MAX_LONG, lte = MAX_LONG } = bounds;
  if (Math.max(gt, gte) > MAX_LONG || Math.min(lt, lte) < -MAX_LONG) return undefined;
  return Object.fromEntries(Object.entries(bounds).filter(([, bound]) => Math.abs(bound as number) <= MAX_LONG));
}

function numberQuery(field: string, test: Test, isInteger: boolean): SearchQuery {
  if (test.kind === 'equal') {
    const values = isInteger ? test.values.filter((value) => Number.isSafeInteger(value)) : test.values;
    return { terms: { [field]: values } };
  }
  if (test.kind !== 'range') return { exists: { field } };
  const bounds = isInteger ? longBounds(test.bounds) : test.bounds;
  if (bounds === undefined) return NONE;
  return Object.keys(bounds).length === 0 ? { exists: { field } } : { range: { [field]: bounds } };
}

/** Times of lines are not before the epoch. */
function timeQuery(field: string, test: Test): SearchQuery {
  if (test.kind !== 'range') return { exists: { field } };
  const { gte = 0, lt } = test.bounds;
  if (lt !== undefined && lt <= 0) return NONE;
  const until = lt === undefined ? {} : { lt: String(lt) };
  return { range: { [field]: { gte: String(Math.max(0, gte)), ...until, format: 'epoch_millis' } } };
}

/** A fraction that the ingest pipeline may write in another way than JSON: `0.0005` becomes `5.0E-4`. */
const isRewritten = (value: Value): boolean => /^-?\d+(?:\.\d+)?(?:e[+-]\d+)?$/.test(String(value));

/** A text that a number might begin with. */
const mayBeNumber = (text: string): boolean => text === '' || /^-?\d|^-$/.test(text);

/** A member of a family is an exact term. Families know no wildcards and no numbers. */
function openQuery(field: string, test: Test): Compiled<SearchQuery> {
  const exists: SearchQuery = { exists: { field } };
  switch (test.kind) {
    case 'exists':
      return exact(exists);
    case 'equal':
      if (test.values.some((value) => isRewritten(value) && !/^-?\d{1,15}$/.test(String(value)))) return more(exists);
      return exact({ terms: { [field]: test.values } });
    case 'pattern':
      if (!isPrefix(test.pattern) || mayBeNumber(prefixOf(test.pattern))) return more(exists);
      return exact({ prefix: { [field]: { value: prefixOf(test.pattern) } } });
    default:
      return more(exists);
  }
}

function wordQuery(field: string, word: Pattern): SearchQuery {
  const text = literalOf(word);
  if (text !== undefined) return { match: { [field]: { query: text, operator: 'and' } } };
  return patternQuery(field, word).query;
}

const isStructured = ({ key }: Column): boolean => attributeRow(key)?.kind === 'json';

/** True if one index field holds exactly the words that a test compares. */
type IsWhole = (column: Column) => boolean;

function phraseQuery(field: string, words: readonly Pattern[], isWhole: boolean): Compiled<SearchQuery> {
  const [only, ...others] = words;
  if (only === undefined || others.length > 0) return more(and(words.map((word) => wordQuery(field, word))));
  const isExact = isWhole && (literalOf(only) !== undefined || patternQuery(field, only).isExact);
  return { query: wordQuery(field, only), isExact };
}

/** The fields of documents. */
export interface Naming {
  /** How content is indexed. */
  readonly profile: ProfileName;
  /** The field that has the value of a key. */
  nameOf(key: string): string;
}

/**
 * Content is JSON in `otel`, in which names are words too. In `ecs` all content of a line shares a field, which holds
 * more than a key's own words, and exactly those of {@link TEXT}.
 */
function wordsQuery({ columns }: Field, test: Test, { profile, nameOf }: Naming): Compiled<SearchQuery> {
  const isShared: IsWhole = (column) => profile === 'ecs' && isStructured(column);
  const isWhole: IsWhole = (column) => !isStructured(column) || (isShared(column) && columns === TEXT.columns);
  const fieldOf = (column: Column): string => (isShared(column) ? CONTENT_TEXT_FIELD : nameOf(column.key));
  const byField = new Map(columns.map((column) => [fieldOf(column), column]));
  const tests = [...byField].map(([field, column]) => {
    const exists: SearchQuery = { exists: { field } };
    // No set-up makes an analyzer that reads JSON in this profile.
    if (profile === 'datadog' && isStructured(column)) return more(exists);
    if (test.kind === 'phrase') return phraseQuery(field, test.words, isWhole(column));
    return isStructured(column) && !isWhole(column) ? more(exists) : exact(exists);
  });
  return anyOf({ or, none: NONE }, tests);
}

/** Adds the fields of a document that it has. Values are parameters, so that the cluster compiles it once. */
const SUM_SCRIPT = `double sum = 0; boolean isThere = false;
for (def name : params.fields) {
  if (doc.containsKey(name) && doc[name].size() > 0) { sum += doc[name].value; isThere = true; }
}
if (!isThere) return false;
if (params.values != null) { for (def value : params.values) if (sum == (double) value) return true; return false; }
return (params.gt == null || sum > params.gt) && (params.gte == null || sum >= params.gte)
  && (params.lt == null || sum < params.lt) && (params.lte == null || sum <= params.lte);`;

function sumQuery(fields: readonly string[], test: Test): SearchQuery {
  if (test.kind !== 'equal' && test.kind !== 'range') return or(fields.map((field) => ({ exists: { field } })));
  const limits = test.kind === 'equal' ? { values: test.values } : test.bounds;
  return { script: { script: { lang: 'painless', source: SUM_SCRIPT, params: { fields, ...limits } } } };
}

function columnQuery({ type }: Column, field: string, test: Test): Compiled<SearchQuery> {
  switch (type) {
    case 'keyword':
      return keywordQuery(field, test);
    case 'time':
      return exact(timeQuery(field, test));
    case 'boolean':
      return exact(test.kind === 'equal' ? { terms: { [field]: test.values } } : { exists: { field } });
    case 'open':
      return openQuery(field, test);
    default:
      return exact(numberQuery(field, test, type === 'integer'));
  }
}

function languageOf(naming: Naming): Language<SearchQuery> {
  const nameOf = ({ key }: Column): string => naming.nameOf(key);
  return {
    all: ALL,
    none: NONE,
    and,
    or,
    not: (query) => ({ bool: { must_not: [query] } }),
    test(field, test) {
      const { columns, combine, type } = field;
      if (combine === 'sum') return exact(sumQuery(columns.map(nameOf), test));
      if (type === 'words') return wordsQuery(field, test, naming);
      return anyOf(
        { or, none: NONE },
        columns.map((column) => columnQuery(column, nameOf(column), test)),
      );
    },
  };
}

/** Compiles a filter for documents with other names of fields than a profile has. */
export const searchQueryFor = (filter: Filter, naming: Naming): SearchFilter => approximate(filter, languageOf(naming));

/**
 * Compiles a filter to a query of Elasticsearch (7.17, 8, 9) or OpenSearch (2, 3).
 *
 * Words of content, wildcards in labels and numbers of labels are not exact: the cluster finds more.
 *
 * @example
 * ```ts
 * import { parseFilter, toSearchQuery } from '@spanline/query';
 *
 * console.log(JSON.stringify(toSearchQuery(parseFilter('type:llm duration>2s')).query));
 * // {"bool":{"filter":[{"terms":{"span.type":["llm"]}},{"range":{"duration_ms":{"gt":2000}}}]}}
 * ```
 */
export function toSearchQuery(filter: Filter, options: SearchOptions = {}): SearchFilter {
  checkOptions(SHAPE, options);
  const { profile = 'ecs' } = options;
  return searchQueryFor(filter, { profile, nameOf: (key) => profileKey(key, profile) });
}
