/** Answers about many traces: lists, figures, panels, maps. */

import { readFileSync } from 'node:fs';
import { FIELD_NAMES } from '@spanline/query';
import { props, text } from '@spanline/record';
import {
  type AboutAnswer,
  type DatasetAnswer,
  type GroupsAnswer,
  MAP_TEXTS,
  type MapAnswer,
  type PanelAnswer,
  TRACE_GROUPS,
  type TracesAnswer,
  type ValuesAnswer,
} from '../../contract/index.ts';
import { readComparison } from '../answers/compare.ts';
import { panelOf, readPanel } from '../answers/dashboard.ts';
import { toDataset } from '../answers/dataset.ts';
import { readAlerts, toCausesAnswer, toErrorsAnswer } from '../answers/lists.ts';
import { toStatsAnswer } from '../answers/stats.ts';
import { readMap } from '../map/read-map.ts';
import { toFilter } from '../page-filter.ts';
import { type Answer, MAX_WINDOW, NOT_FOUND, oneOf, orderOf, pageFilter, type Routes, whole } from './call.ts';

const MAX_BY = 4;
/** Values that a filter is completed with. */
const MAX_VALUES = 12;

const VERSION = text(
  props(JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')))['version'],
);

const aboutAnswer: Answer = ({ sources, canAnnotate }): AboutAnswer => ({
  version: VERSION ?? '',
  sources,
  fields: FIELD_NAMES,
  ...(canAnnotate ? { canAnnotate } : {}),
});

const tracesAnswer: Answer = async ({ store, parameters }): Promise<TracesAnswer> => {
  const offset = whole(parameters, 'offset', 0, Number.MAX_SAFE_INTEGER);
  const limit = whole(parameters, 'limit', 100, MAX_WINDOW);
  const order = orderOf(parameters);
  const { list, isStale } = await store.list(pageFilter(parameters));
  await list.begun;
  const around = list.placeOf(order, parameters.get('around') ?? '');
  const first = around === undefined ? offset : Math.max(0, around - 1);
  return { ...list.window(order, first, limit), ...(isStale ? { isStale } : {}) };
};

const groupsAnswer: Answer = async ({ store, parameters }): Promise<GroupsAnswer> => {
  const offset = whole(parameters, 'offset', 0, Number.MAX_SAFE_INTEGER);
  const limit = whole(parameters, 'limit', 100, MAX_WINDOW);
  const { list, isStale } = await store.list(pageFilter(parameters));
  const by = oneOf(parameters, 'by', TRACE_GROUPS);
  const order = orderOf(parameters);
  await list.begun;
  return { ...list.groups(by, order, offset, limit), ...(isStale ? { isStale } : {}) };
};

const valuesAnswer: Answer = async ({ store, parameters }): Promise<ValuesAnswer> => {
  const prefix = (parameters.get('prefix') ?? '').toLowerCase();
  const values = await store.values(parameters.get('field') ?? '');
  return { values: values.filter(({ value }) => value.toLowerCase().startsWith(prefix)).slice(0, MAX_VALUES) };
};

const statsAnswer: Answer = async ({ query, parameters, signal }) => {
  const by = (parameters.get('by') ?? 'step').split(',').slice(0, MAX_BY);
  return toStatsAnswer(await query.stats(toFilter(pageFilter(parameters)), { by, signal }));
};

const errorsAnswer: Answer = async ({ query, parameters, signal }) =>
  toErrorsAnswer(await query.errors(toFilter(pageFilter(parameters)), { signal }));

const alertsAnswer: Answer = ({ query, parameters, signal }) =>
  readAlerts(query, toFilter(pageFilter(parameters)), { signal });

const causesAnswer: Answer = async ({ query, signal, parts: [id = ''] }) => {
  const question = await query.alert(id, { signal });
  return question === undefined ? NOT_FOUND : toCausesAnswer(await query.explain(question, '*', { signal }));
};

const panelAnswer: Answer = async ({ query, store, parameters, signal, parts: [id = ''] }): Promise<PanelAnswer> => {
  const panel = panelOf(id);
  const filter = pageFilter(parameters);
  const { list } = await store.list(filter);
  await list.done;
  return readPanel(panel, { query, filter: toFilter(filter), bars: list.bars, options: { signal } });
};

const compareAnswer: Answer = ({ query, parameters, signal }) => {
  const sides = [parameters.get('a') ?? '', parameters.get('b') ?? ''] as const;
  return readComparison(query, toFilter(pageFilter(parameters)), sides, { signal });
};

const datasetAnswer: Answer = async ({ store, parameters }): Promise<DatasetAnswer> => {
  const { list } = await store.list(pageFilter(parameters));
  await list.done;
  const ids = parameters.get('ids')?.split(',').slice(0, MAX_WINDOW);
  const limit = whole(parameters, 'limit', MAX_WINDOW, MAX_WINDOW);
  const rows = ids?.map((traceId) => list.rowOf(traceId)) ?? list.window(orderOf(parameters), 0, limit).rows;
  return toDataset(rows, store.trace);
};

const mapAnswer: Answer = async ({ query, store, embed, parameters, signal }): Promise<MapAnswer> => {
  const of = oneOf(parameters, 'of', MAP_TEXTS);
  const filter = pageFilter(parameters);
  const { list } = await store.list(filter);
  await list.done;
  return readMap({ query, filter: toFilter(filter), of, table: list.table, embed, signal });
};

export const LIST_ROUTES: Routes = [
  ['about', aboutAnswer],
  ['traces', tracesAnswer],
  ['groups', groupsAnswer],
  ['values', valuesAnswer],
  ['stats', statsAnswer],
  ['errors', errorsAnswer],
  ['alerts', alertsAnswer],
  ['causes/*', causesAnswer],
  ['panels/*', panelAnswer],
  ['compare', compareAnswer],
  ['dataset', datasetAnswer],
  ['map', mapAnswer],
];
