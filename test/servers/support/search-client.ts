/** A document as it was found. */
interface Hit {
  readonly _id: string;
  readonly _index: string;
  readonly _source: Readonly<Record<string, unknown>>;
}

/** Reads from Elasticsearch or OpenSearch. */
export interface SearchClient {
  /** A text is sent as it is. @throws an error with the answer, when that is no success */
  send(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** Every document that fits a query, at most 10,000. */
  find(index: string, query: Readonly<Record<string, unknown>>): Promise<Hit[]>;
  count(index: string, query?: Readonly<Record<string, unknown>>): Promise<number>;
  aggregate<Result>(index: string, body: Readonly<Record<string, unknown>>): Promise<Result>;
  /** Makes everything that was stored visible. */
  refresh(index: string): Promise<void>;
}

/** A client of a node. `account` is `user:password`, where the node asks for one. */
export function createSearchClient(url: string, account?: string): SearchClient {
  const authorization =
    account === undefined ? {} : { authorization: `Basic ${Buffer.from(account).toString('base64')}` };
  async function send(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const response = await fetch(`${url}/${path}`, {
      method,
      headers: {
        ...authorization,
        ...(body === undefined
          ? {}
          : { 'content-type': typeof body === 'string' ? 'application/x-ndjson' : 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 2000)}`);
    return JSON.parse(text) as Record<string, unknown>;
  }
  return {
    send,
    async find(index, query) {
      const answer = await send('POST', `${index}/_search`, { size: 10_000, query });
      return (answer['hits'] as { hits: Hit[] }).hits;
    },
    async count(index, query = { match_all: {} }) {
      return (await send('POST', `${index}/_count`, { query }))['count'] as number;
    },
    async aggregate<Result>(index: string, body: Readonly<Record<string, unknown>>): Promise<Result> {
      return (await send('POST', `${index}/_search`, { size: 0, ...body }))['aggregations'] as Result;
    },
    async refresh(index) {
      await send('POST', `${index}/_refresh`);
    },
  };
}
