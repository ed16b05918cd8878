/** The dashboard as saved objects of Kibana and of OpenSearch Dashboards, which have the same forms. */
import { checkOptions, option, profileKey, type Shape } from '@spanline/record';
import { PANELS } from '@spanline/record/metrics';
import { labelOf } from '../../apply/label.ts';
import type { Resource } from '../../apply/resource.ts';
import { placeOf } from '../../panels/grid.ts';
import { RENDER_OPTIONS, type RenderOptions } from '../render-options.ts';
import { REQUEST_COLUMNS } from '../request-columns.ts';
import { DASHBOARD, DESCRIPTION, SLOWEST, titleOf } from '../texts.ts';
import { type ChartSource, vegaChart } from './vega.ts';

/** Options of {@link savedObjects}. */
export interface SavedObjectsOptions extends RenderOptions, Partial<ChartSource> {
  /**
   * Address of a trace, with `{trace_id}` in the place of its id, such as that of a viewer:
   * `https://viewer.example.com/#/trace/{trace_id}`. Trace ids are links to it. @defaultValue no links
   */
  readonly traceUrl?: string;
}

const OPTIONS: Shape<SavedObjectsOptions> = {
  ...RENDER_OPTIONS,
  index: option.string(),
  profile: option.oneOf(['otel', 'ecs']),
  traceUrl: option.string(),
};

/** A saved object, as the import API takes it. */
export interface SavedObject {
  readonly type: 'index-pattern' | 'search' | 'visualization' | 'dashboard';
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly references: readonly { readonly id: string; readonly name: string; readonly type: string }[];
}

const INDEX = 'kibanaSavedObjectMeta.searchSourceJSON.index';
const GRID = { columns: 48, height: 14 };
const LINES = 'lines';
const TRACES = 'traces';

/** The id of an object: it is that of the target too. */
const idOf = (set: string, name: string): string => `spanline-${set}-${name}`;

/**
 * Renders the dashboard: an index pattern whose trace ids are links, a chart for each panel, a list of requests, and
 * the dashboard. Each object's `body` is a {@link SavedObject}.
 */
export function savedObjects(options: SavedObjectsOptions = {}): Resource[] {
  checkOptions(OPTIONS, options);
  const { set = 'spanline', filter = '', index = 'logs-spanline-*', profile = 'ecs', traceUrl } = options;
  const source = (query: string): string => JSON.stringify({ query: { query, language: 'kuery' }, filter: [] });
  const object = (name: string, title: string, body: SavedObject): Resource => ({
    id: idOf(set, name),
    title,
    body: { ...body },
  });
  const traceId = profileKey('trace_id', profile);
  const described = (id: string): string => labelOf(set, idOf(set, id));
  const formats =
    traceUrl === undefined
      ? {}
      : {
          [traceId]: {
            id: 'url',
            params: { urlTemplate: traceUrl.replace('{trace_id}', '{{value}}'), openLinkInCurrentTab: false },
          },
        };
  const pattern = object(LINES, index, {
    type: 'index-pattern',
    attributes: { title: index, timeFieldName: '@timestamp', fieldFormatMap: JSON.stringify(formats) },
    references: [],
  });
  const charts = PANELS.map((panel) =>
    object(panel.id, panel.title, {
      type: 'visualization',
      attributes: {
        title: panel.title,
        description: described(panel.id),
        uiStateJSON: '{}',
        visState: JSON.stringify({
          title: panel.title,
          type: 'vega',
          aggs: [],
          params: { spec: JSON.stringify(vegaChart(panel, { index, profile }), undefined, 2) },
        }),
        kibanaSavedObjectMeta: { searchSourceJSON: source('') },
      },
      references: [],
    }),
  );
  const requests = `${profileKey('event.name', profile)} : "span.end" and not ${profileKey('parent_span_id', profile)} : *`;
  const traces = object(TRACES, SLOWEST, {
    type: 'search',
    attributes: {
      title: SLOWEST,
      description: described(TRACES),
      columns: REQUEST_COLUMNS.map((key) => profileKey(key, profile)),
      sort: [[profileKey('duration_ms', profile), 'desc']],
      kibanaSavedObjectMeta: {
        searchSourceJSON: JSON.stringify({
          query: { query: requests, language: 'kuery' },
          filter: [],
          indexRefName: INDEX,
        }),
      },
    },
    references: [{ id: pattern.id, name: INDEX, type: 'index-pattern' }],
  });
  const shown = [...charts, traces];
  const title = titleOf(set);
  const dashboard = object(DASHBOARD, title, {
    type: 'dashboard',
    attributes: {
      title,
      description: `${DESCRIPTION} ${described(DASHBOARD)}`,
      timeRestore: true,
      timeFrom: 'now-24h',
      timeTo: 'now',
      optionsJSON: JSON.stringify({ useMargins: true, hidePanelTitles: false }),
      panelsJSON: JSON.stringify(
        shown.map(({ id }, place) => ({
          panelIndex: id,
          gridData: { ...placeOf(place, GRID), i: id },
          version: '7.10.0',
          embeddableConfig: {},
          panelRefName: `panel_${place}`,
        })),
      ),
      kibanaSavedObjectMeta: { searchSourceJSON: source(filter) },
    },
    references: shown.map(({ id, body }, place) => ({ id, name: `panel_${place}`, type: String(body['type']) })),
  });
  return [pattern, ...shown, dashboard];
}

/** The objects as a file for the import of Kibana or OpenSearch Dashboards. */
export function importFile(objects: readonly Resource[]): string {
  return objects.map(({ id, body }) => `${JSON.stringify({ id, ...body })}\n`).join('');
}
