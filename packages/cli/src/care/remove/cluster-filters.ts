/** Filters of the documents of a user, session or trace, in the order in which they are to be deleted. */

import { type Filter, parseFilter, type Query } from '@spanline/query';
import { createOwnership, type Subject } from './ownership.ts';

/** Ids in one filter. */
const AT_ONCE = 200;
const NOTHING = { traceIds: [], spans: {} };

const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
const anyOf = (ids: readonly string[]): string => `(${ids.map(quoted).join(' OR ')})`;

function* batches(ids: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < ids.length; at += AT_ONCE) yield ids.slice(at, at + AT_ONCE);
}

/** Finds the documents that belong to a subject, by the same rule as in files. */
export async function clusterFilters(query: Query, subject: Subject, signal: AbortSignal): Promise<readonly Filter[]> {
  const { by, id } = subject;
  const own = parseFilter(`${by}:${quoted(id)}`);
  if (by === 'trace') return [own];
  const ownership = createOwnership(subject, NOTHING);
  for await (const { record } of query.records(own, { signal })) ownership.findTrace(record);
  for (const ids of batches(ownership.found().traceIds)) {
    const others = parseFilter(`trace:${anyOf(ids)} exists:${by} -${by}:${quoted(id)}`);
    for await (const { record } of query.records(others, { signal })) ownership.findShared(record);
  }
  for (const ids of batches(Object.keys(ownership.found().spans))) {
    const lines = query.records(parseFilter(`trace:${anyOf(ids)}`), { signal });
    for await (const { record } of lines) ownership.addSpan(record);
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
