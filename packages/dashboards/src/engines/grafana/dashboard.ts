/** The dashboard for Grafana. */
import { checkOptions, option, type Shape } from '@spanline/record';
import { PANELS } from '@spanline/record/metrics';
import { labelOf } from '../../apply/label.ts';
import type { Resource } from '../../apply/resource.ts';
import type { SearchProfile } from '../../search/condition.ts';
import { RENDER_OPTIONS, type RenderOptions } from '../render-options.ts';
import { DASHBOARD, DESCRIPTION, titleOf } from '../texts.ts';
import type { Chart } from './chart.ts';
import { classicDashboard } from './classic.ts';
import { requestsChart, searchChart } from './elasticsearch.ts';
import { prometheusChart } from './prometheus.ts';
import { v2Dashboard } from './v2.ts';

/** Plugins of the data sources. */
const PLUGINS = {
  elasticsearch: 'elasticsearch',
  opensearch: 'grafana-opensearch-datasource',
  prometheus: 'prometheus',
} as const;

/** Data source of the panels. */
export type GrafanaSource = keyof typeof PLUGINS;

/** Options of {@link grafanaDashboard}. */
export interface GrafanaOptions extends RenderOptions {
  /**
   * Data source that the panels query. Which one of its kind is chosen on the page. `prometheus` has the panels whose
   * metrics are in `/metrics`. @defaultValue `elasticsearch`
   */
  readonly source?: GrafanaSource;
  /** Schema of the dashboard. Grafana 13 and later read `v2`. @defaultValue `classic` */
  readonly schema?: GrafanaSchema;
  /** Profile of the lines in Elasticsearch or OpenSearch. @defaultValue `ecs` */
  readonly profile?: SearchProfile;
  /** Address of a trace, with `{trace_id}` in the place of its id. Trace ids are links to it. @defaultValue no links */
  readonly traceUrl?: string;
}

/** Schema of a dashboard. */
export type GrafanaSchema = 'classic' | 'v2';

const OPTIONS: Shape<GrafanaOptions> = {
  ...RENDER_OPTIONS,
  source: option.oneOf(['elasticsearch', 'opensearch', 'prometheus']),
  schema: option.oneOf(['classic', 'v2']),
  profile: option.oneOf(['ecs', 'otel']),
  traceUrl: option.string(),
};

function chartsOf({ source = 'elasticsearch', filter = '', profile = 'ecs', traceUrl }: GrafanaOptions): Chart[] {
  if (source === 'prometheus') return PANELS.flatMap((panel) => prometheusChart(panel, filter) ?? []);
  const search = { profile, filter, traceUrl };
  return [...PANELS.map((panel) => searchChart(panel, search)), requestsChart(search)];
}

/** Version of Grafana's API that has the schema v2. */
export const V2_API = 'dashboard.grafana.app/v2';

/**
 * Renders the dashboard: in `classic` the `dashboard` of `POST /api/dashboards/db`, in `v2` the body of `POST
 * /apis/dashboard.grafana.app/v2/…/dashboards`. `filter` is a Lucene query such as `service.name:rag-api`; with
 * `prometheus` label matchers such as `job="rag-api"`.
 */
export function grafanaDashboard(options: GrafanaOptions = {}): Resource {
  checkOptions(OPTIONS, options);
  const { set = 'spanline', source = 'elasticsearch', schema = 'classic' } = options;
  const title = titleOf(set);
  const uid = `spanline-${set}`.slice(0, 40);
  const text = {
    uid,
    title,
    description: `${DESCRIPTION} ${labelOf(set, DASHBOARD)}`,
    plugin: PLUGINS[source],
    tags: ['spanline', 'llm'],
  };
  const charts = chartsOf(options);
  const body =
    schema === 'classic'
      ? classicDashboard(charts, text)
      : { apiVersion: V2_API, kind: 'Dashboard', metadata: { name: uid }, spec: v2Dashboard(charts, text) };
  return { id: DASHBOARD, title, body };
}
