/**
 * Traces of a cluster that grows. Lines are found by their times, from some seconds before the newest one on: lines of
 * several machines do not arrive in the order of their times. A trace that got a line is read whole again, so that no
 * line counts twice.
 */

import { type AttributeKey, number, props } from '@spanline/record';
import type { TraceSummary } from '../answers/index.ts';
import type { Filter, SearchQuery } from '../filter/index.ts';
import type { ReadOptions } from '../records/index.ts';
import { type Asked, EVERYTHING, type OpenCluster } from './open-cluster.ts';
import { clusterTraces } from './traces.ts';

const KEYS: readonly AttributeKey[] = ['trace_id', '@timestamp', 'event.name'];
/** A line that arrives this much later than a newer one is still found. */
const LATE_MS = 10_000;
/** Lines that arrive even later are found when all traces are read anew, after this time. */
const WHOLE_MS = 60_000;

/** The traces that got lines since the last call. */
interface FollowedCluster {
  read(options?: ReadOptions): AsyncIterable<TraceSummary>;
  /** All traces should be read anew. */
  readonly isOver: boolean;
}

/** Ids of one query; there are more only if traces come faster than they are read. */
const MAX_IDS = 10_000;

/** The time of the newest line. A line of the future does not hide the others. */
async function newest({ snapshot, signal }: Asked): Promise<number> {
  const body = {
    size: 0,
    track_total_hits: false,
    query: EVERYTHING,
    aggs: { last: { max: { field: '@timestamp' } } },
  };
  const answer = await snapshot.search(body, signal);
  const last = number(props(props(answer['aggregations'])['last'])['value']) ?? 0;
  return Math.min(last, Date.now());
}

/** Follows the traces in which a span passes. */
export function followCluster(cluster: OpenCluster, filter: Filter): FollowedCluster {
  let beganMs: number | undefined;
  let lastMs = 0;
  /** Documents that were seen, with their times. */
  let seen = new Map<string, number>();

  async function* begin(asked: Asked): AsyncGenerator<TraceSummary> {
    beganMs = Date.now();
    lastMs = await newest(asked);
    yield* clusterTraces(asked);
  }

  async function* changed(asked: Asked): AsyncGenerator<TraceSummary> {
    const from = Math.min(lastMs, Date.now()) - LATE_MS;
    const range: SearchQuery = { range: { '@timestamp': { gte: from, format: 'epoch_millis' } } };
    const found = new Map<string, number>();
    const ids = new Set<string>();
    for await (const { record, file } of asked.lines(range, { keys: KEYS })) {
      const time = Date.parse(record['@timestamp'] ?? '');
      found.set(file.path, time);
      lastMs = Math.max(lastMs, Math.min(Number.isNaN(time) ? 0 : time, Date.now()));
      if (!seen.has(file.path) && record.trace_id !== undefined) ids.add(record.trace_id);
    }
    seen = found;
    if (ids.size > 0) yield* clusterTraces(asked, { terms: { [asked.name('trace_id')]: [...ids].slice(-MAX_IDS) } });
  }

  return {
    read: (options = {}) => cluster.ask({ filter, options }, beganMs === undefined ? begin : changed),
    get isOver() {
      return beganMs !== undefined && Date.now() - beganMs > WHOLE_MS;
    },
  };
}
