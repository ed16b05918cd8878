import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { grafanaAlertRules, grafanaDashboard, PANELS } from '@spanline/dashboards';
import { type AlertRule, DEFAULT_RULES } from '@spanline/monitor/offline';
import { type TypedValue, typeErrors } from './support/typescript.ts';

type Fields = Readonly<Record<string, unknown>>;

const SDK = '@grafana/grafana-foundation-sdk';
const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const SOURCES = ['elasticsearch', 'opensearch', 'prometheus'] as const;
const CLASSIC = {
  imports: [`import type { Dashboard, Panel } from '${SDK}/dashboard';`],
  type: "Omit<Dashboard, 'panels'> & { panels: Omit<Panel, 'targets'>[] }",
};
const V2 = { imports: [`import type { Dashboard } from '${SDK}/dashboardv2';`], type: 'Dashboard' };
const EXPRESSIONS = `import type { TypeMath, TypeReduce } from '${SDK}/expr';`;
const QUERIES = {
  elasticsearch: {
    imports: [EXPRESSIONS, `import type { dataquery } from '${SDK}/elasticsearch';`],
    type: '(dataquery | TypeMath | TypeReduce)[]',
  },
  prometheus: {
    imports: [EXPRESSIONS, `import type { Dataquery } from '${SDK}/prometheus';`],
    type: '(Dataquery | TypeMath)[]',
  },
};

const RULE = {
  imports: [
    `import type { Rule } from '${SDK}/alerting';`,
    `import type { TypeMath, TypeReduce, TypeThreshold } from '${SDK}/expr';`,
    `import type { dataquery } from '${SDK}/elasticsearch';`,
    `import type { Dataquery } from '${SDK}/prometheus';`,
    'interface Query { refId: string; datasourceUid: string; relativeTimeRange: { from: number; to: number };',
    '  model: dataquery | Dataquery | TypeMath | TypeReduce | TypeThreshold }',
  ],
  // The organisation is that of the token.
  type: "(Omit<Rule, 'data' | 'orgID'> & { data: Query[] })[]",
};

const ODD_RULE: AlertRule = {
  name: 'Odd',
  metric: 'time_to_first_token_p95_ms',
  threshold: 10,
  comparison: 'gte',
  severity: 'critical',
  warningThreshold: 5,
  recoveryThreshold: 1,
  noData: 'alert',
};

const rulesOf = (source: (typeof SOURCES)[number]): Fields[] =>
  grafanaAlertRules([...DEFAULT_RULES, ODD_RULE], {
    source,
    dataSource: 'uid',
  }).flatMap((result) => (result.kind === 'compiled' ? result.bodies.map(({ body }) => body) : []));

const specOf = (source: (typeof SOURCES)[number]): Fields =>
  grafanaDashboard({ source, schema: 'v2' }).body['spec'] as Fields;
function classicOf(source: (typeof SOURCES)[number]): { dashboard: Fields; targets: Fields[] } {
  const { panels, ...dashboard } = grafanaDashboard({ source }).body;
  const all = panels as { targets: Fields[] }[];
  return {
    dashboard: { ...dashboard, panels: all.map(({ targets: _targets, ...panel }) => panel) },
    targets: all.flatMap((panel) => panel.targets),
  };
}

describe('grafanaDashboard()', () => {
  it('has the types of the Grafana Foundation SDK, in both schemas and in rules, and no member that they do not have', async () => {
    const classic = SOURCES.map((source) => ({ ...CLASSIC, value: classicOf(source).dashboard }));
    const v2 = SOURCES.map((source) => ({ ...V2, value: specOf(source) }));
    const queries = (['elasticsearch', 'prometheus'] as const).map((source) => ({
      ...QUERIES[source],
      value: classicOf(source).targets,
    }));
    const odd = JSON.stringify(specOf('elasticsearch'));
    const wrong: TypedValue[] = [
      { ...V2, value: JSON.parse(odd.replace('"cursorSync":"Crosshair"', '"cursorSync":"Cross"')) as Fields },
      { ...V2, value: JSON.parse(odd.replace('"preload":', '"prelaod":')) as Fields },
      {
        ...QUERIES.elasticsearch,
        value: JSON.parse(
          JSON.stringify(classicOf('elasticsearch').targets).replace('"bucketAggs"', '"bucketAgs"'),
        ) as Fields[],
      },
    ];
    const rules = SOURCES.map((source) => ({ ...RULE, value: rulesOf(source) }));
    const wrongRules = JSON.stringify(rulesOf('prometheus')).replace('"noDataState":"', '"noDataState":"Not');
    wrong.push({ ...RULE, value: JSON.parse(wrongRules) as Fields[] });
    const errors = await typeErrors(FOLDER, [...classic, ...v2, ...queries, ...rules, ...wrong]);
    const right = errors.slice(0, -wrong.length);
    expect(right).toEqual(right.map(() => []));
    expect(errors.slice(-wrong.length).map((found) => found.length > 0)).toEqual(wrong.map(() => true));
  });

  it('has every panel and the list of requests for a search engine, and the same panels in both schemas', () => {
    const { panels } = grafanaDashboard({ profile: 'otel' }).body as { panels: { title: string }[] };
    const titles = panels.map(({ title }) => title);
    expect(titles).toEqual([...PANELS.map(({ title }) => title), 'Slowest of the last requests']);
    const elements = specOf('elasticsearch')['elements'] as Record<string, { spec: { title: string } }>;
    expect(Object.values(elements).map(({ spec }) => spec.title)).toEqual(titles);
  });

  it('leaves out of Prometheus only what /metrics has no label for', () => {
    const { panels } = grafanaDashboard({ source: 'prometheus' }).body as { panels: { title: string }[] };
    const shown = new Set(panels.map(({ title }) => title));
    expect(PANELS.filter(({ title }) => !shown.has(title)).map(({ id }) => id)).toEqual([
      'route-cost',
      'user-cost',
      'prompt-cost',
      'alerts',
      'expensive',
    ]);
  });

  it('narrows every query, and links trace ids', () => {
    const traceUrl = 'https://viewer.example.com/#/trace/{trace_id}';
    const { panels } = grafanaDashboard({ filter: 'service.name:rag-api', traceUrl }).body as {
      panels: { targets: { query?: string }[] }[];
    };
    const queries = panels.flatMap(({ targets }) => targets.flatMap(({ query }) => query ?? []));
    expect(queries.length).toBeGreaterThan(40);
    expect(queries.filter((query) => !query.startsWith('(service.name:rag-api) AND '))).toEqual([]);
    expect(JSON.stringify(panels)).toContain('https://viewer.example.com/#/trace/${__value.text}');
    const prometheus = JSON.stringify(grafanaDashboard({ source: 'prometheus', filter: 'job="rag"' }).body);
    const selectors = [...prometheus.matchAll(/spanline_\w+(\{[^}]*\})?/g)].map(([, matchers = '']) => matchers);
    expect(selectors.filter((matchers) => !matchers.includes(String.raw`job=\"rag\"`))).toEqual([]);
  });
});
