/** The dashboard for Kibana's Dashboards API, which Kibana has from 9.5 on. */
import { checkOptions, option, type Shape } from '@spanline/record';
import { PANELS } from '@spanline/record/metrics';
import { labelOf } from '../../apply/label.ts';
import type { Resource } from '../../apply/resource.ts';
import { placeOf } from '../../panels/grid.ts';
import { RENDER_OPTIONS, type RenderOptions } from '../render-options.ts';
import { DASHBOARD, DESCRIPTION, SLOWEST, titleOf } from '../texts.ts';
import { kibanaChart, requestsTable } from './chart.ts';
import type { QuerySource } from './query.ts';

/** Options of {@link kibanaDashboard}. */
export interface KibanaDashboardOptions extends RenderOptions, Partial<QuerySource> {
  /**
   * Address of a trace, with `{trace_id}` in the place of its id. A click on a request opens it. @defaultValue no links
   */
  readonly traceUrl?: string;
}

const OPTIONS: Shape<KibanaDashboardOptions> = {
  ...RENDER_OPTIONS,
  set: option.like(
    'lower-case letters, digits, dashes and underscores',
    (value) => typeof value === 'string' && /^[a-z\d_-]+$/.test(value),
  ),
  index: option.string(),
  profile: option.oneOf(['otel', 'ecs']),
  traceUrl: option.string(),
};

const GRID = { columns: 48, height: 14 };

/**
 * Renders the dashboard: a panel in ES|QL for each of the list, and the slowest requests. Its id is that of the
 * dashboard of `savedObjects`, so that one replaces the other.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function kibanaDashboard(options: KibanaDashboardOptions = {}): Resource {
  checkOptions(OPTIONS, options);
  const { set = 'spanline', filter = '', index = 'logs-spanline-*', profile = 'ecs', traceUrl } = options;
  const source = { index, profile };
  const title = titleOf(set);
  const id = `spanline-${set}-${DASHBOARD}`;
  const charts = [
    ...PANELS.map((panel) => ({ id: panel.id, config: kibanaChart(panel, source) })),
    { id: 'traces', config: requestsTable(SLOWEST, source, traceUrl) },
  ];
  const body = {
    title,
    description: `${DESCRIPTION} ${labelOf(set, id)}`,
    time_range: { from: 'now-24h', to: 'now' },
    ...(filter === '' ? {} : { query: { expression: filter, language: 'kql' } }),
    panels: charts.map((chart, place) => ({ ...chart, type: 'vis', grid: placeOf(place, GRID) })),
  };
  return { id, title, body };
}
