/** The traces of a rerun: a sample that a seed determines, whatever the order of the log. */
import { createHash } from 'node:crypto';
import { ALL, allOf, type Filter, parseFilter, type Query, type ReadOptions } from '@spanline/query';
import type { SpanRecord } from '@spanline/record';

/** A trace of the sample, with all of its lines that have spans or their content. */
export interface PickedTrace {
  readonly traceId: string;
  readonly lines: readonly SpanRecord[];
}

/** A sample. */
export interface Sample {
  /** Traces in which a span passes the filter. */
  readonly matching: number;
  /** Traces without a model call, which the sample leaves out. */
  readonly withoutModel: number;
  /** In the order of the sample: a larger sample of the same seed begins with a smaller one. */
  readonly traces: readonly PickedTrace[];
}

/** Ids in one question. */
const CHUNK = 100;

const orderOf = (seed: string, traceId: string): string =>
  createHash('sha256').update(`${seed}\n${traceId}`).digest('hex');

async function linesOf(query: Query, ids: readonly string[], read: ReadOptions): Promise<PickedTrace[]> {
  const byId = new Map<string, SpanRecord[]>(ids.map((id) => [id, []]));
  const wanted = parseFilter(`trace:(${ids.map((id) => `"${id}"`).join(' OR ')})`);
  for await (const { kind, record } of query.records(allOf(ALL, wanted), read)) {
    if (kind === 'span' && record['event.name'] !== 'span.start') byId.get(record.trace_id ?? '')?.push(record);
  }
  return [...byId].map(([traceId, lines]) => ({ traceId, lines }));
}

const hasModelCall = ({ lines }: PickedTrace): boolean => lines.some((record) => record['span.type'] === 'llm');

/**
 * Picks traces with a model call in which a span passes the filter: those with the smallest hash of seed and id.
 *
 * @param count - most traces
 */
export async function pickTraces(
  query: Query,
  filter: Filter,
  { count, seed }: { readonly count: number; readonly seed: string },
  read: ReadOptions,
): Promise<Sample> {
  const ids = new Set<string>();
  for await (const { trace_id: id } of query.spans(filter, read)) if (id !== undefined) ids.add(id);
  const ordered = [...ids]
    .map((id) => ({ id, order: orderOf(seed, id) }))
    .toSorted((a, b) => (a.order < b.order ? -1 : 1))
    .map(({ id }) => id);
  const traces: PickedTrace[] = [];
  let withoutModel = 0;
  for (let at = 0; at < ordered.length && traces.length < count; at += CHUNK) {
    for (const trace of await linesOf(query, ordered.slice(at, at + CHUNK), read)) {
      if (traces.length === count) break;
      if (hasModelCall(trace)) traces.push(trace);
      else withoutModel++;
    }
  }
  return { matching: ids.size, withoutModel, traces };
}
