import type { Received, Reply } from './receiver.ts';

/** What an index holds: documents by id, and how often each was stored. */
export interface Index {
  readonly documents: Map<string, Record<string, unknown>>;
  /** Documents whose action names a stream of their own. */
  stream(name: string): Map<string, Record<string, unknown>>;
  /** Answers a `_bulk` request as a node does, and stores what it takes. */
  bulk(request: Received): Reply;
}

/** Decides about one document; `undefined` stores it. */
export type Refusal = (
  document: Record<string, unknown>,
  stream: string | undefined,
) => { status: number; type: string; reason?: string } | undefined;

/** Pairs of `create` actions and documents. */
export function readBulk(body: Buffer): { id: string; stream?: string; document: Record<string, unknown> }[] {
  const lines = body.toString('utf8').split('\n');
  if (lines.pop() !== '') throw new Error('a bulk body ends with a newline');
  return Array.from({ length: lines.length / 2 }, (_, index) => {
    const { create } = JSON.parse(lines[index * 2] ?? '') as { create: { _id: string; _index?: string } };
    const stream = create._index === undefined ? {} : { stream: create._index };
    return { id: create._id, ...stream, document: JSON.parse(lines[index * 2 + 1] ?? '') as Record<string, unknown> };
  });
}

/** An index that knows `create`, conflicts, and what the test refuses. */
export function createIndex(refuse: Refusal = () => undefined): Index {
  const documents = new Map<string, Record<string, unknown>>();
  const streams = new Map<string, Map<string, Record<string, unknown>>>();
  const streamOf = (name: string | undefined): Map<string, Record<string, unknown>> => {
    if (name === undefined) return documents;
    const stream = streams.get(name) ?? new Map<string, Record<string, unknown>>();
    streams.set(name, stream);
    return stream;
  };
  return {
    documents,
    stream: streamOf,
    bulk({ body }) {
      const items = readBulk(body).map(({ id, stream, document }) => {
        const stored = streamOf(stream);
        if (stored.has(id)) {
          return { create: { status: 409, error: { type: 'version_conflict_engine_exception', reason: 'exists' } } };
        }
        const refusal = refuse(document, stream);
        if (refusal !== undefined) {
          const { status, type, reason = 'failed to parse field [x]' } = refusal;
          return { create: { status, error: { type, reason } } };
        }
        stored.set(id, document);
        return { create: { status: 201 } };
      });
      const errors = items.some(({ create }) => create.status >= 300);
      return {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ errors, items }),
      };
    },
  };
}
