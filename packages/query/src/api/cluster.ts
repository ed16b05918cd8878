/** Questions to a cluster, and their answers. */

import { SpanlineError, type SpanRecord } from '@spanline/record';
import {
  CALLS,
  costsOf,
  createAlertFinder,
  createExplainer,
  ERROR_KEYS,
  errorGroups,
  type ExplainQuestion,
  FAILED,
  questionOfAlert,
  sessionsOf,
} from '../analysis/index.ts';
import { toCosts } from '../answers/index.ts';
import {
  clusterCosts,
  clusterSessionTraces,
  clusterStats,
  type ClusterSource,
  clusterTrace,
  clusterTraces,
  EVERYTHING,
  followCluster,
  isSpan,
  linesOfTraces,
  openCluster,
  passing,
  toTarget,
} from '../cluster/index.ts';
import { ALL, allOf, type Filter, parseFilter } from '../filter/index.ts';
import { isSpanEnd, type ReadOptions, type ReadRecord } from '../records/index.ts';
import { fieldOf, toFilter } from './names.ts';
import type { Query } from './query.ts';
import { createTable } from './table.ts';

const ALERTS = parseFilter('event:alert');
/** A cluster is not asked more often for what is new. */
const LOOK_MS = 2000;

const COST_FIELDS = {
  day: fieldOf('time/1d'),
  answered: fieldOf('gen_ai.response.model'),
  asked: fieldOf('gen_ai.request.model'),
  user: fieldOf('user'),
};
const TRACE = fieldOf('trace');

/** The only value of an answer; `undefined` if there is none. */
async function only<T>(values: AsyncIterable<T>): Promise<T | undefined> {
  let found: T | undefined;
  for await (const value of values) found = value;
  return found;
}

/**
 * Opens a cluster. Nothing is sent before the first question.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`; it shows neither URL nor keys
 */
export function openClusterQuery(source: string | ClusterSource): Query {
  const cluster = openCluster(toTarget(source));

  const records = (filter: Filter, options: ReadOptions): AsyncGenerator<ReadRecord> =>
    cluster.ask({ filter, options }, (asked) => passing(asked, EVERYTHING));

  async function* spans(filter: Filter, options: ReadOptions): AsyncGenerator<SpanRecord> {
    const found = cluster.ask({ filter, options }, (asked) => passing(asked, isSpan));
    for await (const { kind, record } of found) if (isSpanEnd(kind, record)) yield record;
  }

  return {
    spans: (filter = '*', options = {}) => spans(toFilter(filter), options),
    records: (filter = '*', options = {}) => records(toFilter(filter), options),
    traces: (filter = '*', options = {}) =>
      cluster.ask({ filter: toFilter(filter), options }, (asked) => clusterTraces(asked)),
    followTraces: (filter = '*') => followCluster(cluster, toFilter(filter)),
    trace: (id, options = {}) => only(cluster.ask({ filter: ALL, options }, (asked) => clusterTrace(asked, id))),
    async stats(filter = '*', { by = ['step'], ...options } = {}) {
      const fields = by.map(fieldOf);
      const question = { filter: toFilter(filter), by: fields, options };
      const stats = await only(cluster.ask(question, (asked) => clusterStats(asked, fields)));
      return stats ?? { by, rows: [] };
    },
    async costs(filter = '*', options = {}) {
      const parsed = toFilter(filter);
      const question = { filter: parsed, by: Object.values(COST_FIELDS), options };
      const sums = await only(cluster.ask(question, (asked) => clusterCosts(asked, COST_FIELDS)));
      return sums === undefined ? costsOf(records(allOf(parsed, CALLS), options)) : toCosts(sums);
    },
    errors: (filter = '*', options = {}) =>
      errorGroups(
        cluster.ask({ filter: allOf(toFilter(filter), FAILED), options }, (asked) =>
          passing(asked, isSpan, asked.compiled.isExact ? { keys: ERROR_KEYS } : {}),
        ),
      ),
    sessions: (filter = '*', options = {}) =>
      sessionsOf(
        cluster.ask({ filter: toFilter(filter), by: [TRACE], options }, (asked) => clusterSessionTraces(asked, TRACE)),
      ),
    async explain(question, filter = '*', options = {}) {
      const explainer = createExplainer(question);
      if (question.measure === 'score') {
        const scores = records(parseFilter('event:gen_ai.evaluation.result'), options);
        for await (const { record } of scores) explainer.addScore(record);
      }
      const lines = cluster.ask({ filter: toFilter(filter), options }, linesOfTraces);
      for await (const { read, passes } of lines) explainer.add(read.kind, read.record, passes);
      return explainer.end();
    },
    async alert(id, options = {}): Promise<ExplainQuestion | undefined> {
      const finder = createAlertFinder(id);
      for await (const { record } of records(ALERTS, options)) finder.add(record);
      const found = finder.end();
      return found && questionOfAlert(found.alert, found.recovered);
    },
    table(filter = '*', { columns, ...options } = {}) {
      const parsed = toFilter(filter);
      return createTable(() => spans(parsed, options), columns);
    },
    examine() {
      const expected = 'files: a cluster does not have the lines as they were written';
      return Promise.reject(new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'source', expected }));
    },
    // The cluster has an index.
    buildIndex: () => Promise.resolve(),
    removeIndex: () => Promise.resolve(),
    close: () => Promise.resolve(),
    size: () => Promise.resolve(0),
    version: () => cluster.version(),
    lookEveryMs: async () => Math.max(LOOK_MS, await cluster.refreshMs()),
    badLines: () => cluster.bad.read(),
    unreadFiles: () => cluster.unread,
  };
}
