/** The list of requests of a Datadog dashboard. A row opens the log, and its trace if Datadog has one of that id. */
import { REQUEST } from '@spanline/record/metrics';
import { REQUEST_COLUMNS } from '../request-columns.ts';
import { attributeOf, logQuery } from './log-query.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The slowest requests. `filter` narrows them. */
export function requestsWidget(filter: string): Fields {
  const columns = REQUEST_COLUMNS.map((key) => ({ field: attributeOf(key).replace(/^@/, ''), width: 'auto' }));
  const query = {
    data_source: 'logs_stream',
    query_string: [filter, logQuery(REQUEST)].filter((part) => part !== '').join(' '),
    indexes: [],
    sort: { column: attributeOf('duration_ms').replace(/^@/, ''), order: 'desc' },
  };
  const requests = [{ response_format: 'event_list', query, columns }];
  return { definition: { title: 'Slowest requests', type: 'list_stream', requests } };
}
