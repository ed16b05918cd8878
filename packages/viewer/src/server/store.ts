/**
 * Answers that are kept for the next request: lists of traces, which grow while lines are read, and the traces and
 * spans that are open on the page. A change of the source makes them stale.
 */

import { allOf, type Filter, parseFilter, type Query, timeFilter, type Trace } from '@spanline/query';
import { type SpanDetails, toSpanDetails } from './answers/span.ts';
import { readTraceList, type TraceList } from './answers/trace-list.ts';
import { createRecent } from './recent.ts';

const MAX_LISTS = 4;
const MAX_TRACES = 8;
const MAX_SPANS = 16;
/** A list is read again at most this share of the time. */
const BUSY_SHARE = 0.1;

/** A filter of the page: text in the filter grammar, and times. */
export interface PageFilter {
  readonly text: string;
  readonly since?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** @throws FilterError */
export function toFilter({ text, since, from, to }: PageFilter): Filter {
  const range = { ...(since && { since }), ...(from && { from }), ...(to && { to }) };
  return allOf(parseFilter(text), timeFilter(range));
}

interface KeptList {
  readonly list: TraceList;
  readonly version: number;
  readonly startedMs: number;
  tookMs: number;
  /** The list that replaces this one when it is complete. */
  next: TraceList | undefined;
}

export interface Store {
  /** `isStale`: there are newer lines than those of the list. */
  list(filter: PageFilter): { readonly list: TraceList; readonly isStale: boolean };
  trace(id: string): Promise<Trace | undefined>;
  span(id: string, spanId: string): Promise<SpanDetails | undefined>;
  /** The source has new lines. */
  changed(): void;
  close(): void;
}

export function createStore(query: Query, nowMs: () => number = () => performance.now()): Store {
  const lists = createRecent<KeptList>(MAX_LISTS, ({ list, next }) => {
    list.stop();
    next?.stop();
  });
  const traces = createRecent<{ version: number; trace: Promise<Trace | undefined> }>(MAX_TRACES);
  const spans = createRecent<{ version: number; details: Promise<SpanDetails | undefined> }>(MAX_SPANS);
  let version = 0;

  function start(key: string, filter: PageFilter): KeptList {
    const startedMs = nowMs();
    const list = readTraceList(query, toFilter(filter));
    const kept: KeptList = { list, version, startedMs, tookMs: 0, next: undefined };
    lists.set(key, kept);
    // After a fault, its next request shows the fault, and the one after it reads the lines again.
    const settle = (): void => {
      kept.tookMs = nowMs() - startedMs;
    };
    list.done.then(settle, settle);
    return kept;
  }

  function renew(key: string, filter: PageFilter, kept: KeptList): void {
    const isDue = nowMs() - kept.startedMs > kept.tookMs / BUSY_SHARE;
    if (kept.version === version || kept.next !== undefined || !kept.list.isComplete || !isDue) return;
    const at = version;
    const startedMs = nowMs();
    const next = readTraceList(query, toFilter(filter));
    kept.next = next;
    next.done.then(
      () => lists.set(key, { list: next, version: at, startedMs, tookMs: nowMs() - startedMs, next: undefined }),
      () => {
        kept.next = undefined;
      },
    );
  }

  function trace(id: string): Promise<Trace | undefined> {
    const known = traces.get(id);
    if (known?.version === version) return known.trace;
    const found = query.trace(id);
    traces.set(id, { version, trace: found });
    found.catch(() => traces.delete(id));
    return found;
  }

  return {
    list(filter) {
      const key = JSON.stringify([filter.text, filter.since, filter.from, filter.to]);
      const known = lists.get(key);
      const kept = known ?? start(key, filter);
      if (kept.list.hasFailed) lists.delete(key);
      else renew(key, filter, kept);
      return { list: kept.list, isStale: kept.version !== version };
    },
    trace,
    span(id, spanId) {
      const key = `${id}\n${spanId}`;
      const known = spans.get(key);
      if (known?.version === version) return known.details;
      const details = trace(id).then((found) => (found === undefined ? undefined : toSpanDetails(found, spanId)));
      spans.set(key, { version, details });
      details.catch(() => spans.delete(key));
      return details;
    },
    changed() {
      version++;
    },
    close: () => lists.clear(),
  };
}
