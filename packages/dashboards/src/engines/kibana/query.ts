/** A panel as a query in ES|QL. Kibana adds time and filters of the page, and fills in `?_tstart` and `?_tend`. */
import { type AttributeKey, profileKey } from '@spanline/record';
import { METRICS, type Panel, REQUEST } from '@spanline/record/metrics';
import type { SearchProfile } from '../../search/condition.ts';
import { esqlAggregations, esqlField, esqlName, esqlValue } from '../../search/esql-metric.ts';
import { esqlCondition } from '../../search/esql.ts';
import { usualTitle } from '../texts.ts';

/** Lines that queries read. */
export interface QuerySource {
  /** Index pattern or data stream. */
  readonly index: string;
  readonly profile: SearchProfile;
}

/** Column of the buckets of time. */
export const TIME = 'time';
const BUCKETS = 50;
const ROWS = 10;
/** The most rows that ES|QL returns. */
const MOST = 10_000;
/** Requests in the list. */
const LISTED = 50;

const from = (index: string): string => `FROM ${/^[\w.*,-]+$/.test(index) ? index : JSON.stringify(index)}`;

const joined = (commands: readonly string[]): string => commands.join('\n| ');

const aggregationsOf = ({ metrics }: Panel, profile: SearchProfile): string =>
  metrics.flatMap((name) => esqlAggregations(name, METRICS[name], profile)).join(',\n    ');

/** The query of a panel: a column for its field, `time` for its buckets, and a column with the title of each metric. */
export function panelQuery(panel: Panel, { index, profile }: QuerySource): string {
  const { metrics, by, kind, every } = panel;
  const field = by === undefined ? [] : [esqlField(by, profile)];
  const span = every === 'day' ? '1 day' : `${BUCKETS}, ?_tstart, ?_tend`;
  const buckets = kind === 'time' ? [`${TIME} = BUCKET(@timestamp, ${span})`] : [];
  const keys = [...field, ...buckets];
  const values = metrics.map((name) => `${esqlName(METRICS[name].title)} = ${esqlValue(name, METRICS[name])}`);
  const titles = metrics.map((name) => esqlName(METRICS[name].title));
  return joined([
    from(index),
    ...field.map((name) => `WHERE ${name} IS NOT NULL`),
    `STATS ${aggregationsOf(panel, profile)}${keys.length === 0 ? '' : `\n  BY ${keys.join(', ')}`}`,
    `EVAL ${values.join(',\n    ')}`,
    ...(kind === 'time' ? [`SORT ${TIME}`, `LIMIT ${MOST}`] : []),
    ...(kind === 'top' ? [`SORT ${titles[0] ?? ''} DESC NULLS LAST`, `LIMIT ${ROWS}`] : []),
    `KEEP ${[...field, ...(kind === 'time' ? [TIME] : []), ...titles].join(', ')}`,
  ]);
}

/** The value of each metric over the whole time of the page, once at its start and once at its end: a level line. */
export function usualQuery(panel: Panel, { index, profile }: QuerySource): string {
  const titles = panel.metrics.map((name) => esqlName(usualTitle(METRICS[name].title)));
  const values = panel.metrics.map((name, place) => `${titles[place] ?? ''} = ${esqlValue(name, METRICS[name])}`);
  return joined([
    from(index),
    `STATS ${aggregationsOf(panel, profile)}`,
    `EVAL ${values.join(',\n    ')}`,
    `EVAL ${TIME} = MV_APPEND(TO_DATETIME(?_tstart), TO_DATETIME(?_tend))`,
    `MV_EXPAND ${TIME}`,
    `KEEP ${[TIME, ...titles].join(', ')}`,
  ]);
}

/** Columns of the list of requests. */
export const COLUMNS = {
  rows: ['trace_id', '@timestamp', 'span.name', 'span.status'],
  metrics: ['duration_ms', 'spanline.rollup.cost_usd'],
} as const satisfies Readonly<Record<string, readonly AttributeKey[]>>;

/** The query of the list of the slowest requests. */
export function requestsQuery({ index, profile }: QuerySource): string {
  const columns = [...COLUMNS.rows, ...COLUMNS.metrics].map((key) => esqlField(key, profile));
  return joined([
    from(index),
    `WHERE ${esqlCondition(REQUEST, profile)}`,
    `SORT ${profileKey('duration_ms', profile)} DESC NULLS LAST`,
    `LIMIT ${LISTED}`,
    `KEEP ${columns.join(', ')}`,
  ]);
}
