/** Finds what an id names. The first digits of an id are enough where they name one. */

import { parseFilter, type Query, type ReadOptions, type Trace } from '@spanline/query';

/** A trace, or the ids that begin with the given digits. */
export type Found = { readonly trace: Trace } | { readonly candidates: readonly string[] };

/** `ls` prints the first eight digits. */
const PREFIX = /^[0-9a-f]{4,31}$/i;
const MAX_CANDIDATES = 10;

async function startingWith(query: Query, prefix: string, read: ReadOptions): Promise<string[]> {
  const ids = new Set<string>();
  for await (const { traceId } of query.traces(parseFilter(`trace:${prefix.toLowerCase()}*`), read)) {
    ids.add(traceId);
    if (ids.size >= MAX_CANDIDATES) break;
  }
  return [...ids];
}

/** Finds the trace, span, request, session or user of an id. */
export async function findTrace(query: Query, id: string, read: ReadOptions): Promise<Found> {
  const trace = await query.trace(id, read);
  if (trace !== undefined) return { trace };
  const candidates = PREFIX.test(id) ? await startingWith(query, id, read) : [];
  const [only, ...others] = candidates;
  if (only === undefined || others.length > 0) return { candidates };
  const found = await query.trace(only, read);
  return found === undefined ? { candidates: [] } : { trace: found };
}
