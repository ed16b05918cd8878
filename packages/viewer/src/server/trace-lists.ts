/** Lists of traces that are kept for the next request. They grow while lines are read, and follow their source. */

import type { Query } from '@spanline/query';
import { readTraceList, type TraceList } from './answers/trace-list.ts';
import { isRolling, type PageFilter, toFilter } from './page-filter.ts';
import { createRecent } from './recent.ts';

const MAX_LISTS = 4;
/** Traces of all lists that are kept. */
const MAX_KEPT_ROWS = 3_000_000;
/** A list reads changes at most this share of the time. */
const BUSY_SHARE = 0.1;
/** A request waits so long for the newest lines; it gets the others otherwise. */
const PATIENCE_MS = 100;
/** A list of the last hours is read anew after this time, so that older traces leave it. */
const ROLLING_MS = 60_000;

interface KeptList {
  readonly list: TraceList;
  version: number;
  /** When the list was begun. */
  readonly bornMs: number;
  /** When it read lines last, and how long that took. */
  readMs: number;
  tookMs: number;
  reading: Promise<void> | undefined;
  /** The list that replaces this one when it is complete. */
  next: TraceList | undefined;
}

/** Waits for a promise that does not fail, but not for long. */
async function briefly(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, PATIENCE_MS)))]);
  clearTimeout(timer);
}

export interface TraceLists {
  /** `isStale`: there are newer lines than those of the list. */
  list(filter: PageFilter): Promise<{ readonly list: TraceList; readonly isStale: boolean }>;
  close(): void;
}

/** @param versionNow - counts changes of the source */
export function createTraceLists(query: Query, versionNow: () => number, nowMs: () => number): TraceLists {
  const lists = createRecent<KeptList>(MAX_LISTS, ({ list, next }) => {
    list.stop();
    next?.stop();
  });

  /** Large lists leave little room for others. */
  function makeRoom(): void {
    const all = lists.entries();
    let rows = all.reduce((sum, [, { list }]) => sum + list.table.count, 0);
    for (const [key, { list }] of all.slice(0, -1)) {
      if (rows <= MAX_KEPT_ROWS) return;
      rows -= list.table.count;
      lists.delete(key);
    }
  }

  const keep = (list: TraceList, bornMs: number): KeptList => ({
    list,
    version: versionNow(),
    bornMs,
    readMs: bornMs,
    tookMs: 0,
    reading: undefined,
    next: undefined,
  });

  function start(key: string, filter: PageFilter): KeptList {
    const kept = keep(readTraceList(query, toFilter(filter)), nowMs());
    const { list } = kept;
    lists.set(key, kept);
    // After a fault, its next request shows the fault, and the one after it reads the lines again.
    const settle = (): void => {
      kept.readMs = nowMs();
      makeRoom();
    };
    list.done.then(settle, settle);
    return kept;
  }

  /** Reads the lines that were written since. */
  async function readOn(kept: KeptList): Promise<void> {
    const at = versionNow();
    const began = nowMs();
    try {
      await kept.list.more();
      if (!kept.list.isOver) kept.version = at;
    } catch {
      // The list stays as it is; the next request tries again.
    } finally {
      kept.readMs = nowMs();
      kept.tookMs = kept.readMs - began;
      kept.reading = undefined;
    }
  }

  /** Reads all lines for a list that takes the place of another one. */
  function replace(key: string, filter: PageFilter, kept: KeptList): void {
    const next = readTraceList(query, toFilter(filter));
    const another = keep(next, nowMs());
    kept.next = next;
    const settle = (isRead: boolean): void => {
      kept.next = undefined;
      another.readMs = nowMs();
      if (isRead) lists.set(key, another);
    };
    next.done.then(
      () => settle(true),
      () => settle(false),
    );
  }

  async function renew(key: string, filter: PageFilter, kept: KeptList): Promise<void> {
    const { list, readMs, tookMs, bornMs } = kept;
    if (!list.isComplete) return;
    const isOld = list.isOver || (isRolling(filter) && nowMs() - bornMs > ROLLING_MS);
    if (isOld && kept.next === undefined) replace(key, filter, kept);
    if (kept.version === versionNow()) return;
    if (kept.reading === undefined && !list.isOver && nowMs() - readMs >= tookMs / BUSY_SHARE)
      kept.reading = readOn(kept);
    if (kept.reading !== undefined) await briefly(kept.reading);
  }

  return {
    async list(filter) {
      const key = JSON.stringify([filter.text, filter.since, filter.from, filter.to]);
      const known = lists.get(key);
      const kept = known ?? start(key, filter);
      if (kept.list.hasFailed) lists.delete(key);
      else await renew(key, filter, kept);
      return { list: kept.list, isStale: kept.version !== versionNow() };
    },
    close: () => lists.clear(),
  };
}
