/** Finds what an id names. The first digits of a trace or span id are enough where they name one. */

import type { Trace } from '../answers/index.ts';
import { parseFilter } from '../filter/index.ts';
import type { ReadOptions } from '../records/index.ts';
import type { Query } from './query.ts';

/** A trace, or the ids that begin with the given digits: none, or several. */
export type FoundTrace = { readonly trace: Trace } | { readonly candidates: readonly string[] };

/** Lists show the first eight digits. */
const PREFIX = /^[0-9a-f]{4,31}$/i;
const MAX_CANDIDATES = 10;

/** Ids of spans or traces that begin with the digits; at most ten. */
async function idsLike(query: Query, prefix: string, key: 'trace' | 'span', options: ReadOptions): Promise<string[]> {
  const ids = new Set<string>();
  for await (const record of query.spans(parseFilter(`${key}:${prefix}*`), options)) {
    ids.add((key === 'trace' ? record.trace_id : record.span_id) ?? '');
    if (ids.size >= MAX_CANDIDATES) break;
  }
  return [...ids];
}

/**
 * Finds the trace, span, request, session or user of an id, or the trace or span whose id begins with it.
 *
 * @param id - an id, or at least the first four digits of the id of a trace or span
 * @example
 * ```ts
 * import { findTrace, open } from '@spanline/query';
 *
 * const found = await findTrace(open('logs/'), '4bf92f35');
 * if ('trace' in found) console.log(found.trace.spans.length);
 * ```
 */
export async function findTrace(query: Query, id: string, options: ReadOptions = {}): Promise<FoundTrace> {
  const trace = await query.trace(id, options);
  if (trace !== undefined) return { trace };
  if (!PREFIX.test(id)) return { candidates: [] };
  const prefix = id.toLowerCase();
  const traces = await idsLike(query, prefix, 'trace', options);
  const candidates = traces.length > 0 ? traces : await idsLike(query, prefix, 'span', options);
  const [only, ...others] = candidates;
  const found = only === undefined || others.length > 0 ? undefined : await query.trace(only, options);
  return found === undefined ? { candidates } : { trace: found };
}
