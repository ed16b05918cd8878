import { describe, expect, it } from 'vitest';
import { cloudwatchDashboard, grafanaDashboard, METRICS, PANELS, savedObjects } from '@spanline/dashboards';
import { ATTRIBUTE_KEYS } from '@spanline/record';
import { elasticsearchSetup } from '@spanline/ship';

type Json = Readonly<Record<string, unknown>>;

const PROFILES = ['ecs', 'otel'] as const;

/** Fields of the template that the set-up installs. */
function templateFields(profile: 'ecs' | 'otel'): ReadonlySet<string> {
  const requests = elasticsearchSetup({ flavour: 'opensearch', profile });
  const components = requests.filter(({ path }) => path.startsWith('_component_template/'));
  const properties = components.map(
    ({ body }) => (body?.['template'] as { mappings?: { properties?: Json } } | undefined)?.mappings?.properties ?? {},
  );
  return new Set(properties.flatMap((one) => Object.keys(one)));
}

/** Fields of a search: the values of `field`, and the names in clauses that have a field as their name. */
function searchFields(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    if (name === 'field' && typeof inner === 'string') return [inner];
    const isClause = ['terms', 'range', 'wildcard'].includes(name) && typeof inner === 'object' && inner !== null;
    const own = isClause && !('field' in inner) ? Object.keys(inner) : [];
    return [...own, ...searchFields(inner)];
  });
}

/** Fields of a query in Lucene's syntax. */
const luceneFields = (query: string): string[] =>
  [...query.matchAll(/(?:_exists_:|(?<![\w.]))([A-Za-z@_][\w.@]*)(?=[:\s)]|$)/g)]
    .map(([text, name = '']) => ({ isField: text.startsWith('_exists_:') || query.includes(`${name}:`), name }))
    .filter(({ isField, name }) => isField && name !== '_exists_')
    .map(({ name }) => name);

describe.each(PROFILES)('fields of the dashboards in the profile %s', (profile) => {
  const known = templateFields(profile);
  const missing = (fields: readonly string[]): string[] => [...new Set(fields)].filter((field) => !known.has(field));

  it('are in the template, in saved objects', () => {
    const charts = savedObjects({ profile }).filter(({ body }) => body['type'] === 'visualization');
    const fields = charts.flatMap(({ body }) => {
      const { params } = JSON.parse((body['attributes'] as { visState: string }).visState) as {
        params: { spec: string };
      };
      const { data } = JSON.parse(params.spec) as { data: { url: { body: Json } } };
      return searchFields(data.url.body);
    });
    expect(fields.length).toBeGreaterThan(100);
    expect(missing(fields)).toEqual([]);
    const lists = savedObjects({ profile }).filter(({ body }) => body['type'] === 'search');
    const columns = lists.flatMap(({ body }) => (body['attributes'] as { columns: string[] }).columns);
    expect(columns).toContain('duration_ms');
    expect(missing(columns)).toEqual([]);
  });

  it('are in the template, in Grafana', () => {
    const { panels } = grafanaDashboard({ profile }).body as unknown as {
      panels: { targets: { query?: string; metrics?: Json[]; bucketAggs?: Json[] }[] }[];
    };
    const targets = panels.flatMap((panel) => panel.targets);
    const fields = targets.flatMap(({ query = '', ...aggregations }) => [
      ...luceneFields(query),
      ...searchFields(aggregations),
    ]);
    expect(fields.length).toBeGreaterThan(100);
    expect(missing(fields)).toEqual([]);
  });
});

it('CloudWatch names fields of the default profile, and values of its own queries', () => {
  const { body } = cloudwatchDashboard({ logGroup: 'app', region: 'eu-central-1' });
  const { widgets } = body['DashboardBody'] as { widgets: { properties: { query?: string } }[] };
  const queries = widgets.flatMap(({ properties }) => properties.query ?? []);
  const own = new Set(['filter', 'fields', 'stats', 'sort', 'limit', 'by', 'as', 'and', 'or', 'not', 'in', 'desc']);
  const functions = new Set(['ispresent', 'strcontains', 'tolower', 'sum', 'count', 'avg', 'min', 'pct', 'bin']);
  const names = queries.flatMap(
    (query) => query.replaceAll(/SOURCE '.*'|"[^"]*"/g, '').match(/[A-Za-z_][\w.]*/g) ?? [],
  );
  const keys = new Set<string>(ATTRIBUTE_KEYS);
  const unknown = names.filter(
    (name) =>
      !own.has(name) &&
      !functions.has(name) &&
      !keys.has(name.replace(/\.0$/, '')) &&
      !Object.hasOwn(METRICS, name) &&
      !/^(?:is_\d|[hd])$/.test(name),
  );
  expect(queries.length).toBeGreaterThanOrEqual(PANELS.length);
  expect([...new Set(unknown)]).toEqual([]);
});
