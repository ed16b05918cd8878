/** Errors by fingerprint, and alerts: the list of `spanline errors`, and alert lines. */

import {
  allOf,
  type ErrorGroups,
  type Explanation,
  type Filter,
  parseFilter,
  type Query,
  type ReadOptions,
} from '@spanline/query';
import type { SpanRecord } from '@spanline/record';
import type { AlertRow, AlertsAnswer, CausesAnswer, ErrorsAnswer } from '../../contract/index.ts';
import { present } from './present.ts';

/** Rows that are sent; the page says how many more there are. */
const MAX_ROWS = 500;

const ALERTS = parseFilter('event:alert');

export function toErrorsAnswer({ groups, count, ungrouped }: ErrorGroups): ErrorsAnswer {
  const rows = groups.slice(0, MAX_ROWS).map(({ example, firstMs, lastMs, ...group }) => ({
    ...group,
    ...(firstMs === undefined ? {} : { firstMs }),
    ...(lastMs === undefined ? {} : { lastMs }),
    ...(example.traceId === undefined ? {} : { traceId: example.traceId }),
    ...(example.spanId === undefined ? {} : { spanId: example.spanId }),
  }));
  return { rows, count, more: groups.length - rows.length + (ungrouped > 0 ? 1 : 0) };
}

function toAlert(record: SpanRecord): AlertRow {
  const facts = {
    id: record['event.id'],
    key: record['spanline.alert.dedup_key'],
    event: record['spanline.alert.event'],
    state: record['spanline.alert.state'],
    severity: record['spanline.alert.severity'],
    metric: record['spanline.alert.metric'],
    value: record['spanline.alert.value'],
    threshold: record['spanline.alert.threshold'],
    baseline: record['spanline.alert.baseline'],
    step: record['spanline.alert.step'],
    causes: record['spanline.alert.causes'],
    traceIds: record['spanline.alert.trace_ids'],
  };
  const time = Date.parse(record['@timestamp'] ?? '');
  return {
    name: record['spanline.alert.name'] ?? '(no name)',
    message: record.message ?? '',
    ...(Number.isNaN(time) ? {} : { timeMs: time }),
    ...present(facts),
  };
}

/** The newest alerts first. */
export async function readAlerts(query: Query, filter: Filter, options: ReadOptions): Promise<AlertsAnswer> {
  const rows: AlertRow[] = [];
  let count = 0;
  for await (const { record } of query.records(allOf(filter, ALERTS), options)) {
    count++;
    rows.push(toAlert(record));
    if (rows.length > 2 * MAX_ROWS) rows.splice(0, MAX_ROWS);
  }
  const newest = rows.toSorted((a, b) => (b.timeMs ?? 0) - (a.timeMs ?? 0)).slice(0, MAX_ROWS);
  return { rows: newest, more: count - newest.length };
}

export function toCausesAnswer({ question, bad, good, tested, causes, parts, traceIds }: Explanation): CausesAnswer {
  return {
    measure: question.measure,
    bad,
    good,
    tested,
    causes: causes.map((cause) => ({
      step: cause.subject.step,
      text: cause.text,
      bad: cause.bad,
      good: cause.good,
      lift: cause.lift,
      liftLow: cause.liftInterval.low,
      liftHigh: cause.liftInterval.high,
      p: cause.p,
    })),
    parts: parts.slice(0, MAX_ROWS),
    traceIds,
  };
}
