/** Groups of spans that the cluster makes: a composite aggregation, page by page. */

import { list, props } from '@spanline/record';
import { type Field, intervalOf, type SearchQuery, type Value } from '../filter/index.ts';
import { ClusterError } from './client.ts';
import type { Asked } from './open-cluster.ts';

/** A group: the values that it has in common, its size, and what was aggregated. */
export interface Group {
  readonly by: readonly (Value | undefined)[];
  readonly count: number;
  readonly figures: Readonly<Record<string, unknown>>;
}

/** Where the values of a group come from. */
interface Source {
  readonly source: Readonly<Record<string, unknown>>;
  /** @returns `null` for a value that only the document has */
  read(key: unknown): Value | undefined | null;
  readonly isScript: boolean;
}

/** Groups of a page: each may hold two sketches of quantiles on every shard. */
const USUAL_PAGE = 200;
const MAX_GROUPS = 50_000;

/** The value of the first field that a document has, marked, so that an empty text differs from none. */
const FIRST_SCRIPT = `for (def name : params.fields) {
  if (doc.containsKey(name) && doc[name].size() > 0) return '=' + doc[name].value;
}
return '';`;
/** The sum of the fields that a document has. */
const SUM_SCRIPT = `double sum = 0; boolean isThere = false;
for (def name : params.fields) {
  if (doc.containsKey(name) && doc[name].size() > 0) { sum += doc[name].value; isThere = true; }
}
return isThere ? '=' + sum : '';`;

/** A label that may have been a number of another spelling: the ingest pipeline writes `0.0005` as `5.0E-4`. */
const mayBeRewritten = (key: unknown): boolean =>
  typeof key !== 'string' || (/^-?\d+(?:\.\d+)?(?:E-?\d+)?$/i.test(key) && !/^-?\d{1,15}$/.test(key));

const isGroupable = (field: Field): boolean =>
  field.columns.every(({ type, isList }) => !isList && type !== 'words' && type !== 'open');

/** `undefined`: the index does not hold the values of the field as the record has them. */
function sourceOf(field: Field, { name, isOpenSearch }: Asked): Source | undefined {
  const [first, ...others] = field.columns;
  if (first === undefined) return undefined;
  const fields = field.columns.map(({ key }) => name(key));
  if (others.length > 0) {
    if (!isGroupable(field)) return undefined;
    const source = field.combine === 'sum' ? SUM_SCRIPT : FIRST_SCRIPT;
    const isNumber = field.combine === 'sum' || field.type === 'integer' || field.type === 'number';
    return {
      source: { terms: { script: { lang: 'painless', source, params: { fields } } } },
      isScript: true,
      read(key) {
        const text = typeof key === 'string' ? key : '';
        if (text === '') return undefined;
        return isNumber ? Number(text.slice(1)) : text.slice(1);
      },
    };
  }
  const { everyMs } = field;
  if (everyMs !== undefined) {
    return {
      source: { date_histogram: { field: fields[0], fixed_interval: `${everyMs}ms`, missing_bucket: true } },
      isScript: false,
      read: (key) => (typeof key === 'number' ? intervalOf(key, everyMs) : undefined),
    };
  }
  // OpenSearch cannot aggregate the members of a family.
  if (first.type === 'open' ? isOpenSearch : !isGroupable(field)) return undefined;
  return {
    source: { terms: { field: fields[0], missing_bucket: true } },
    isScript: false,
    read(key) {
      if (key === null || key === undefined) return undefined;
      return first.type === 'open' && mayBeRewritten(key) ? null : (key as Value);
    },
  };
}

/** All spans as one group: a composite aggregation has at least one field. */
async function allSpans(
  { snapshot, signal }: Asked,
  query: SearchQuery,
  figures: Readonly<Record<string, unknown>>,
): Promise<Group[]> {
  const all = { filter: { match_all: {} }, aggs: figures };
  const answer = await snapshot.search({ size: 0, track_total_hits: false, query, aggs: { all } }, signal);
  const found = props(props(answer['aggregations'])['all']);
  const count = Number(found['doc_count'] ?? 0);
  return count === 0 ? [] : [{ by: [], count, figures: found }];
}

/**
 * Groups spans by fields.
 *
 * @param figures - aggregations of each group
 * @param page - groups that one answer has
 * @returns `undefined` if the index does not hold what the fields are in the records
 * @throws ClusterError also for more than 50,000 groups
 */
export async function groupSpans(
  asked: Asked,
  query: SearchQuery,
  by: readonly Field[],
  figures: Readonly<Record<string, unknown>>,
  page = USUAL_PAGE,
): Promise<Group[] | undefined> {
  const sources = by.map((field) => sourceOf(field, asked));
  const known = sources.filter((source) => source !== undefined);
  if (known.length < sources.length) return undefined;
  if (by.length === 0) return allSpans(asked, query, figures);
  const groups: Group[] = [];
  let after: unknown;
  do {
    const composite = {
      size: page,
      sources: known.map(({ source }, place) => ({ [`by${place}`]: source })),
      ...(after === undefined ? {} : { after }),
    };
    const body = { size: 0, track_total_hits: false, query, aggs: { groups: { composite, aggs: figures } } };
    let answer;
    try {
      answer = await asked.snapshot.search(body, asked.signal);
    } catch (error) {
      // Nodes may forbid scripts.
      const isScript = known.some((source) => source.isScript);
      if (isScript && error instanceof ClusterError && error.status === 400) return undefined;
      throw error;
    }
    const { buckets, after_key: next } = props(props(answer['aggregations'])['groups']);
    for (const bucket of list(buckets).map(props)) {
      const keys = props(bucket['key']);
      const values = known.map(({ read }, place) => read(keys[`by${place}`]));
      if (values.includes(null)) return undefined;
      groups.push({ by: values as Value[], count: Number(bucket['doc_count']), figures: bucket });
    }
    if (groups.length > MAX_GROUPS)
      throw new ClusterError(`more than ${MAX_GROUPS} groups: group by fields with fewer values`);
    after = list(buckets).length < page ? undefined : next;
  } while (after !== undefined);
  return groups;
}
