/** The dashboard for CloudWatch. */
import { checkOptions, option, type Shape } from '@spanline/record';
import { METRICS, PANELS } from '@spanline/record/metrics';
import { labelOf } from '../../apply/label.ts';
import type { Resource } from '../../apply/resource.ts';
import { placeOf } from '../../panels/grid.ts';
import { RENDER_OPTIONS, type RenderOptions } from '../render-options.ts';
import { DASHBOARD, DESCRIPTION } from '../texts.ts';
import { insightsQueries } from './insights.ts';

/** Options of {@link cloudwatchDashboard}. */
export interface CloudwatchDashboardOptions extends RenderOptions {
  /** Log group of the lines, in the profile `otel`. */
  readonly logGroup: string;
  /** Region of the log group, such as `eu-central-1`. */
  readonly region: string;
}

const OPTIONS: Shape<CloudwatchDashboardOptions> = {
  ...RENDER_OPTIONS,
  logGroup: option.required(option.like('the name of a log group', (value) => /^[\w./#-]{1,512}$/.test(String(value)))),
  region: option.required(option.like('a region of AWS', (value) => /^[a-z]{2,4}(?:-[a-z]+)+-\d$/.test(String(value)))),
};

const GRID = { columns: 24, height: 7 };
const TEXT_HEIGHT = 2;

const nameOf = (set: string): string => (set === 'spanline' ? 'Spanline' : `Spanline-${set}`);

/**
 * Renders the dashboard: its name, and the body that `PutDashboard` takes as a string. `filter` is a condition of
 * Logs Insights, such as `service.name = "rag-api"`.
 */
export function cloudwatchDashboard(options: CloudwatchDashboardOptions): Resource {
  checkOptions(OPTIONS, options);
  const { set = 'spanline', filter = '', logGroup, region } = options;
  const narrowed = filter === '' ? '' : `| filter ${filter}\n`;
  const shown = PANELS.flatMap((panel) =>
    insightsQueries(panel).map(({ metrics, query }) => ({
      title:
        metrics.length === panel.metrics.length ? panel.title : metrics.map((name) => METRICS[name].title).join(', '),
      view: panel.kind === 'time' && panel.by === undefined ? 'timeSeries' : 'table',
      query: `SOURCE '${logGroup}'\n${narrowed}| ${query}`,
    })),
  );
  const markdown = `${DESCRIPTION}\n\n${labelOf(set, DASHBOARD)}`;
  const widgets = [
    { type: 'text', x: 0, y: 0, width: GRID.columns, height: TEXT_HEIGHT, properties: { markdown } },
    ...shown.map(({ title, view, query }, index) => {
      const { x, y, w: width, h: height } = placeOf(index, GRID);
      return { type: 'log', x, y: y + TEXT_HEIGHT, width, height, properties: { region, title, view, query } };
    }),
  ];
  const name = nameOf(set);
  const body = { DashboardName: name, DashboardBody: { start: '-PT24H', widgets } };
  return { id: DASHBOARD, title: name, body };
}
