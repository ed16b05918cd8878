/**
 * Grafana's Elasticsearch data source and expressions, as they are documented: a query of a panel as a search, and the
 * values of a panel's series or rows.
 */
import type { SearchClient } from './search-client.ts';

type Json = Record<string, unknown>;

/** A query of a panel, in the classic schema. */
export interface Target {
  readonly refId: string;
  readonly query?: string;
  readonly metrics?: readonly { id: string; type: string; field?: string; settings?: { percents?: string[] } }[];
  readonly bucketAggs?: readonly { id: string; type: string; field: string; settings: Record<string, string> }[];
  readonly expression?: string;
  readonly type?: 'math' | 'reduce';
}

/** A panel, in the classic schema. */
export interface GrafanaPanel {
  readonly title: string;
  readonly type: 'timeseries' | 'table';
  readonly targets: readonly Target[];
  readonly transformations: readonly { id: string; options: Json }[];
  readonly fieldConfig: {
    readonly overrides: readonly { matcher: { options: string }; properties: { id: string; value: unknown }[] }[];
  };
}

/** Values by the name of a bucket: `key`, `time` or `key time`. */
export type Values = ReadonlyMap<string, number>;

const WHOLE = 'all buckets';

/** Time range and interval of the page. */
export interface PageTime {
  readonly from: string;
  readonly to: string;
  readonly interval: string;
}

function aggregationsOf({ metrics = [], bucketAggs = [] }: Target, { from, to, interval }: PageTime): Json {
  const [metric] = metrics;
  const { id = '', type = '', field, settings } = metric ?? {};
  const percents = settings?.percents?.map(Number);
  let inner: Json = type === 'count' ? {} : { [id]: { [type]: { field, ...(percents && { percents }) } } };
  for (const { id: name, type: kind, field: by, settings: own } of bucketAggs.toReversed()) {
    const fixed = own['interval'] === 'auto' ? interval : own['interval'];
    const times = {
      field: by,
      fixed_interval: fixed,
      min_doc_count: Number(own['min_doc_count']),
      extended_bounds: { min: Date.parse(from), max: Date.parse(to) },
    };
    const terms = {
      field: by,
      size: Number(own['size']),
      order: { _count: own['order'] },
      min_doc_count: Number(own['min_doc_count']),
    };
    inner = { [name]: { [kind]: kind === 'terms' ? terms : times, aggs: inner } };
  }
  return inner;
}

function valueOf(bucket: Json): number | undefined {
  const { value, values } = (bucket['1'] ?? { value: bucket['doc_count'] }) as { value?: number; values?: Json };
  const found = values === undefined ? value : Object.values(values)[0];
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
}

function* leaves(result: Json, ids: readonly string[], name: readonly string[]): Generator<[string, number]> {
  const [id, ...others] = ids;
  if (id === undefined) {
    const value = valueOf(result);
    if (value !== undefined) yield [name.join(' '), value];
    return;
  }
  const { buckets } = result[id] as { buckets: Json[] };
  for (const bucket of buckets) {
    yield* leaves(bucket, others, [...name, String(bucket['key_as_string'] ?? bucket['key'])]);
  }
}

/** The values of a query of a search engine. */
export async function ask(client: SearchClient, index: string, target: Target, time: PageTime): Promise<Values> {
  const range = { range: { '@timestamp': { gte: time.from, lte: time.to } } };
  const query = { bool: { filter: [range, { query_string: { analyze_wildcard: true, query: target.query } }] } };
  const body = { size: 0, query, aggs: aggregationsOf(target, time) };
  const answer = await client.send('POST', `${index}/_search`, body);
  const ids = (target.bucketAggs ?? []).map(({ id }) => id);
  return new Map(leaves(answer['aggregations'] as Json, ids, []));
}

/** Comparisons, which are 1 or 0, sums, products and quotients, from the left; `$A` is a value. */
export function calculate(expression: string, valueOfRef: (ref: string) => number): number {
  const tokens = expression.match(/\$[A-Z]|[\d.]+|>=|[-+*/()]/g) ?? [];
  let place = 0;
  function factor(): number {
    const token = tokens[place++] ?? '';
    if (token !== '(') return token.startsWith('$') ? valueOfRef(token.slice(1)) : Number(token);
    const value = comparison();
    place++;
    return value;
  }
  function product(): number {
    let value = factor();
    while (tokens[place] === '*' || tokens[place] === '/') {
      value = tokens[place++] === '*' ? value * factor() : value / factor();
    }
    return value;
  }
  function sum(): number {
    let value = product();
    while (tokens[place] === '+') {
      place++;
      value += product();
    }
    return value;
  }
  function comparison(): number {
    const value = sum();
    if (tokens[place] !== '>=') return value;
    place++;
    return Number(value >= sum());
  }
  return comparison();
}

/** The sum of all buckets; it stands beside every bucket of others. */
const reduced = (values: Values = new Map()): Values =>
  new Map([[WHOLE, [...values.values()].reduce((sum, value) => sum + value, 0)]]);

/** A value for each bucket that all parts have. */
function computed(expression: string, values: ReadonlyMap<string, Values>): Values {
  const refs = [...new Set([...expression.matchAll(/\$([A-Z])/g)].map(([, ref]) => ref ?? ''))];
  const own = (ref: string): Values => values.get(ref) ?? new Map<string, number>();
  const [first = new Map<string, number>(), ...others] = refs.map(own).filter((one) => !one.has(WHOLE));
  const shared = [...first.keys()].filter((key) => others.every((other) => other.has(key)));
  const rows = shared.map((key): [string, number] => [
    key,
    calculate(expression, (ref) => own(ref).get(key) ?? own(ref).get(WHOLE) ?? Number.NaN),
  ]);
  return new Map(rows.filter(([, value]) => Number.isFinite(value)));
}

/** Columns that the page computes from others. An absent value counts as 0 in a sum, and as none in a quotient. */
function addColumns(panel: GrafanaPanel, columns: Map<string, Values>): void {
  for (const { id, options } of panel.transformations) {
    if (id !== 'calculateField') continue;
    const { alias, reduce, binary } = options as {
      alias: string;
      reduce?: { include: string[] };
      binary?: { left: string; right: string };
    };
    const inputs = reduce?.include ?? [binary?.left ?? '', binary?.right ?? ''];
    const keys = new Set(inputs.flatMap((name) => [...(columns.get(name)?.keys() ?? [])]));
    const rows = [...keys].map((key): [string, number] => {
      const parts = inputs.map((name) => columns.get(name)?.get(key));
      if (reduce !== undefined) return [key, parts.reduce<number>((sum, part) => sum + (part ?? 0), 0)];
      return [key, (parts[0] ?? Number.NaN) / (parts[1] ?? Number.NaN)];
    });
    columns.set(alias, new Map(rows.filter(([, value]) => Number.isFinite(value))));
  }
}

/** The values of a panel, by the name of each series or column. */
export async function panelValues(
  client: SearchClient,
  index: string,
  panel: GrafanaPanel,
  time: PageTime,
): Promise<Map<string, Values>> {
  const values = new Map<string, Values>();
  for (const target of panel.targets) {
    const { refId, expression, type } = target;
    if (type === 'reduce') {
      values.set(refId, reduced(values.get(expression ?? '')));
      continue;
    }
    values.set(refId, expression === undefined ? await ask(client, index, target, time) : computed(expression, values));
  }
  if (panel.type === 'table') addColumns(panel, values);
  const shown = panel.fieldConfig.overrides.map(
    ({ matcher }) => [matcher.options, values.get(matcher.options) ?? new Map<string, number>()] as const,
  );
  return new Map(shown);
}
