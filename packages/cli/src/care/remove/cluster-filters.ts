/** Filters of the documents of a user, session or trace, in the order in which they are to be deleted. */

import { type Filter, parseFilter } from '@spanline/query';
import type { DocumentStore } from './document-stores.ts';
import { createOwnership, type OwnedRecord, type Subject } from './ownership.ts';

/** Ids in one filter. */
const AT_ONCE = 200;
const NOTHING = { traceIds: [], spans: {} };

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
const anyOf = (ids: readonly string[]): string => `(${ids.map(quoted).join(' OR ')})`;

function* batches(ids: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < ids.length; at += AT_ONCE) yield ids.slice(at, at + AT_ONCE);
}

/**
 * Finds the documents that belong to a subject, by the same rule as in files. A trace is known if one store names its
 * owner: the documents of its lines and of its spans do not expire together.
 */
export async function clusterFilters(
  stores: readonly DocumentStore[],
  subject: Subject,
  signal: AbortSignal,
): Promise<readonly Filter[]> {
  const { by, id } = subject;
  const own = parseFilter(`${by}:${quoted(id)}`);
  if (by === 'trace') return [own];
  const ownership = createOwnership(subject, NOTHING);
  const each = async (filter: Filter, visit: (record: OwnedRecord) => void): Promise<void> => {
    for (const store of stores) for await (const record of store.records(filter, signal)) visit(record);
  };
  await each(own, (record) => ownership.findTrace(record));
  for (const ids of batches(ownership.found().traceIds)) {
    const others = parseFilter(`trace:${anyOf(ids)} exists:${by} -${by}:${quoted(id)}`);
    await each(others, (record) => ownership.findShared(record));
  }
  for (const ids of batches(Object.keys(ownership.found().spans))) {
    await each(parseFilter(`trace:${anyOf(ids)}`), (record) => ownership.addSpan(record));
  }
  const { traceIds, spans } = ownership.found();
  const alone = traceIds.filter((trace) => spans[trace] === undefined);
  return [
    ...[...batches(alone)].map((ids) => parseFilter(`trace:${anyOf(ids)} -exists:${by}`)),
    ...Object.entries(spans).flatMap(([trace, all]) =>
      [...batches(all)].map((ids) => parseFilter(`trace:${quoted(trace)} span:${anyOf(ids)} -exists:${by}`)),
    ),
    own,
  ];
}
