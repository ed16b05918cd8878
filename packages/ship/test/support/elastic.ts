import type { Received, Reply } from './receiver.ts';

/** What an index holds: documents by id, and how often each was stored. */
export interface Index {
  readonly documents: Map<string, Record<string, unknown>>;
  /** Answers a `_bulk` request as a node does, and stores what it takes. */
  bulk(request: Received): Reply;
}

/** Decides about one document; `undefined` stores it. */
export type Refusal = (document: Record<string, unknown>) => { status: number; type: string } | undefined;

/** Pairs of `create` actions and documents. */
export function readBulk(body: Buffer): { id: string; document: Record<string, unknown> }[] {
  const lines = body.toString('utf8').split('\n');
  if (lines.pop() !== '') throw new Error('a bulk body ends with a newline');
  return Array.from({ length: lines.length / 2 }, (_, index) => {
    const action = JSON.parse(lines[index * 2] ?? '') as { create: { _id: string } };
    return { id: action.create._id, document: JSON.parse(lines[index * 2 + 1] ?? '') as Record<string, unknown> };
  });
}

/** An index that knows `create`, conflicts, and what the test refuses. */
export function createIndex(refuse: Refusal = () => undefined): Index {
  const documents = new Map<string, Record<string, unknown>>();
  return {
    documents,
    bulk({ body }) {
      const items = readBulk(body).map(({ id, document }) => {
        if (documents.has(id)) {
          return { create: { status: 409, error: { type: 'version_conflict_engine_exception', reason: 'exists' } } };
        }
        const refusal = refuse(document);
        if (refusal !== undefined) {
          return {
            create: { status: refusal.status, error: { type: refusal.type, reason: 'failed to parse field [x]' } },
          };
        }
        documents.set(id, document);
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
