/** Reads and deletes trace documents. Only documents of Spanline are found, whoever else writes to the stream. */

import { list, props } from '@spanline/record';
import { type Filter, type SearchQuery, searchQueryFor } from '../filter/index.ts';
import { createClusterClient, ClusterError } from './client.ts';
import { type DeletedDocuments, deleteFound, type DeleteFoundOptions, refuseDeletion } from './delete-found.ts';
import { columnsOfFilter, readTypes, TYPES } from './mappings.ts';
import { type OnMissing, openSnapshot } from './search.ts';
import { findServer, type Server } from './server.ts';
import { type ClusterSource, toTarget } from './target.ts';
import {
  fieldsOf,
  markOf,
  readTraceDocument,
  type SpanIds,
  type TraceForm,
  traceFormFor,
  traceFormOf,
} from './trace-form.ts';

/** Trace documents of a cluster. */
export interface TraceDocuments {
  /** The ids of the documents that pass: trace, span, parent, user, session. */
  records(filter: Filter, signal: AbortSignal): AsyncGenerator<SpanIds>;
  /** Deletes the documents that pass. @throws SpanlineError `ERR_CLUSTER`, if the cluster cannot find them exactly */
  remove(filter: Filter, options: DeleteFoundOptions): Promise<DeletedDocuments>;
}

const PAGE = 2000;

const pathOf = (index: string): string => index.split(',').map(encodeURIComponent).join(',');

/** A stream that is there, and how its documents are written. */
interface Place {
  readonly server: Server;
  readonly form: TraceForm;
  readonly index: string;
  /** Backing indices that hold documents of Spanline. */
  readonly ours: readonly string[];
}

/**
 * Opens the trace documents of a cluster. Nothing is sent before the first question.
 *
 * @param streams - names and patterns with commas; by default every stream that a sink may write to
 * @param onMissing - called for a part that gave no answer
 * @throws SpanlineError `ERR_INVALID_OPTION`
 */
export function openTraceDocuments(
  source: string | ClusterSource,
  streams: string | undefined,
  onMissing: OnMissing,
): TraceDocuments {
  const target = toTarget(source);
  const client = createClusterClient(target);
  const given = streams === undefined ? undefined : { streams, form: traceFormOf(streams) };
  let place: Promise<Place> | undefined;

  async function find(signal: AbortSignal | undefined): Promise<Place> {
    const server = await findServer(client, pathOf(target.index), signal);
    const form = given?.form ?? traceFormFor(server.isOpenSearch);
    const index = pathOf(given?.streams ?? form.pattern);
    const mark = markOf(form);
    const ours: string[] = [];
    const types = await readTypes(client, index, [mark], signal).catch((error: unknown): never => {
      if (!(error instanceof ClusterError) || error.status !== 403) throw error;
      const problem = `this account may not see the streams of trace documents, ${given?.streams ?? form.pattern}`;
      throw new ClusterError(problem, { status: 403 });
    });
    for (const [type, indices] of types.types(mark)) {
      if (TYPES.keyword.includes(type)) ours.push(...indices);
      // An index without a template: its documents are Spanline's, and cannot be searched by their ids.
      else if (type !== 'unmapped') refuseDeletion(indices.join(', '), `${mark} is mapped as ${type}, not as keyword`);
    }
    return { server, form, index, ours };
  }

  /** A field of another type would match nothing, and a filter that denies it everything. */
  async function check({ form, index, ours }: Place, filter: Filter, signal: AbortSignal | undefined): Promise<void> {
    const wanted = new Map(columnsOfFilter(filter).map(({ key, type }) => [form.nameOf(key), TYPES[type]]));
    const capabilities = await readTypes(client, index, [...wanted.keys()], signal);
    for (const [name, fits] of wanted) {
      for (const [type, indices] of capabilities.types(name)) {
        const wrong = indices.find((one) => ours.includes(one));
        if (wrong === undefined || fits.includes(type) || (type === 'unmapped' && !form.isMapped)) continue;
        const problem = type === 'unmapped' ? `does not have ${name}` : `has ${name} as ${type}, not as ${fits[0]}`;
        refuseDeletion(wrong, `its mapping ${problem}`);
      }
    }
  }

  /** `undefined` if there are no such documents. */
  async function ask(filter: Filter, signal: AbortSignal | undefined): Promise<[Place, SearchQuery] | undefined> {
    place ??= find(signal);
    const found = await place;
    const { form } = found;
    if (found.ours.length === 0) return undefined;
    await check(found, filter, signal);
    const { query, isExact } = searchQueryFor(filter, { profile: 'otel', nameOf: form.nameOf });
    if (!isExact) throw new ClusterError('a cluster cannot answer this filter exactly; nothing was deleted');
    return [found, { bool: { filter: [{ exists: { field: markOf(form) } }, query] } }];
  }

  return {
    async *records(filter, signal) {
      const asked = await ask(filter, signal);
      if (asked === undefined) return;
      const [{ server, form, index }, query] = asked;
      const snapshot = await openSnapshot(client, server, index, onMissing, signal);
      const ids = ['trace_id', 'span_id'].map((key) => ({ [form.nameOf(key)]: 'asc' }));
      const body = { size: PAGE, query, sort: ids, _source: fieldsOf(form), track_total_hits: false };
      try {
        for (let after: object = {}; ;) {
          const answer = await snapshot.search({ ...body, ...after }, signal);
          const hits = list(props(answer['hits'])['hits']);
          for (const hit of hits) yield readTraceDocument(hit, form);
          if (hits.length < PAGE) return;
          after = { search_after: props(hits.at(-1))['sort'] };
        }
      } finally {
        await snapshot.close();
      }
    },
    async remove(filter, options) {
      const asked = await ask(filter, options.signal);
      if (asked === undefined) return { found: 0, deleted: 0 };
      const [{ index }, query] = asked;
      return deleteFound(client, index, query, options);
    },
  };
}
