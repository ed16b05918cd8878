import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type ClusterSource, open, type Query, readSpans } from '@spanline/query';
import { all, span } from '../support/logs.ts';
import { hit, nothing, type Reply, type Seen, startCluster } from './server.ts';

const PASSWORD = 'p4ss:w0rd/ünlocked';
const isSearch = ({ path }: Seen): boolean => path === '/_search';
const failing = (reply: Reply) => (seen: Seen) => (isSearch(seen) ? reply : undefined);

async function messageOf(answer: Promise<unknown>): Promise<string> {
  try {
    await answer;
  } catch (error) {
    return inspect(error, { depth: 10, showHidden: true });
  }
  throw new Error('it answered');
}

const first = async (query: Query, filter = '*'): Promise<unknown> => (await all(query.spans(filter)))[0];

describe('the source', () => {
  it('sends user and password of the URL as a header, and the index of the path', async () => {
    const { host, seen } = await startCluster(() => undefined);
    await first(open(`http://reader:${encodeURIComponent(PASSWORD)}@${host}/proxy/logs-*,spans`));
    expect(seen.map(({ method, path }) => `${method} ${path.split('?')[0]}`)).toEqual([
      'GET /proxy/',
      'GET /proxy/logs-*,spans/_field_caps',
      'POST /proxy/logs-*,spans/_pit',
      'POST /proxy/_search',
      'DELETE /proxy/_pit',
    ]);
    const basic = `Basic ${Buffer.from(`reader:${PASSWORD}`).toString('base64')}`;
    expect(new Set(seen.map(({ headers }) => headers.authorization))).toEqual(new Set([basic]));
  });

  it.each([
    [{ apiKey: 'id:key' }, `ApiKey ${Buffer.from('id:key').toString('base64')}`],
    [{ bearer: 'token' }, 'Bearer token'],
    [{ basic: 'a:b' }, `Basic ${Buffer.from('a:b').toString('base64')}`],
    [{ headers: { Authorization: 'AWS4 x' } }, 'AWS4 x'],
  ])('sends the keys of %o', async (keys, expected) => {
    const { host, seen } = await startCluster(() => undefined);
    await first(open({ url: `http://${host}`, index: 'spans', ...keys }));
    expect(seen.at(0)?.headers.authorization).toBe(expected);
  });

  it.each<[string, ClusterSource | string[]]>([
    ['two kinds of keys', { url: 'https://u:hunter22@es/spans', apiKey: 'hunter22' }],
    ['a path of a certificate', { url: 'https://u:hunter22@es/spans', ca: '/etc/hunter22.pem' }],
    ['a certificate without its key', { url: 'https://u:hunter22@es', cert: '-----BEGIN hunter22' }],
    ['a bad index', { url: 'https://u:hunter22@es', index: 'A?b' }],
    ['a URL that is none', { url: 'https://u:hunter22@[' }],
    ['another protocol', { url: 'ftp://u:hunter22@es/x' }],
    ['an unknown option', { url: 'https://u:hunter22@es', apikey: 'hunter22' } as never],
    ['a cluster among files', ['app.ndjson', 'https://u:hunter22@es/spans']],
  ])('refuses %s, and shows no key', async (_, source) => {
    const refused = messageOf((async () => open(source))());
    expect(await refused).toMatch(/ERR_INVALID_OPTION/);
    expect(await refused).not.toMatch(/hunter22/);
  });

  it('refuses a key that its variable does not have', async () => {
    const { host } = await startCluster(() => undefined);
    const query = open({ url: `http://${host}/spans`, apiKey: { env: 'NO_SUCH_KEY' } });
    await expect(first(query)).rejects.toThrow(/source.apiKey must be a key/);
  });
});

describe('an answer that is none', () => {
  it.each<[string, Reply, RegExp]>([
    [
      'a refusal',
      [403, { error: { type: 'security_exception', reason: 'no permission' } }],
      /403 security_exception: no permission/,
    ],
    ['a redirect', [302, '', { location: 'http://elsewhere.example/' }], /answered 302: redirects are not followed/],
    ['a page of a proxy', [200, '<html>hello</html>'], /without a JSON object/],
    [
      'a reason of a shard',
      [
        400,
        {
          error: {
            type: 'search_phase_execution_exception',
            reason: 'all shards failed',
            root_cause: [{ type: 'query_shard_exception', reason: 'no such field' }],
          },
        },
      ],
      /query_shard_exception: no such field/,
    ],
    ['control characters', [500, { error: { type: 'x', reason: 'a\u001b[31mb\r\nc\u202ed' } }], /a \[31mb c d/],
    [
      'a limit',
      [429, { error: { type: 'circuit_breaking_exception', reason: 'too much' } }, { 'retry-after': '7' }],
      /429 circuit_breaking_exception: too much; it asks to wait 7 s/,
    ],
    [
      'an index that is not there',
      [404, { error: { type: 'index_not_found_exception', reason: 'no such index [spans]' }, status: 404 }],
      /404 index_not_found_exception: no such index \[spans\]/,
    ],
  ])("is told in the server's words: %s", async (_, reply, expected) => {
    const { url } = await startCluster(failing(reply));
    const error = messageOf(first(open(url)));
    expect(await error).toMatch(/ERR_CLUSTER: 127\.0\.0\.1:\d+/);
    expect(await error).toMatch(expected);
  });

  it('never quotes a key, also where the server does', async () => {
    const basic = Buffer.from(`reader:${PASSWORD}`).toString('base64');
    const words = `bad ${PASSWORD} reader:${PASSWORD} ${basic}`;
    const { host } = await startCluster(() => [401, { error: { type: 'security_exception', reason: words } }]);
    const message = await messageOf(first(open(`http://reader:${encodeURIComponent(PASSWORD)}@${host}/spans`)));
    expect(message).toMatch(/401 security_exception: bad … /);
    for (const secret of [PASSWORD, basic, encodeURIComponent(PASSWORD)]) expect(message).not.toContain(secret);
  });

  it('is no response in time', async () => {
    const { host } = await startCluster((seen) => (isSearch(seen) ? 'silence' : undefined));
    await expect(first(open({ url: `http://${host}/spans`, timeoutMs: 200 }))).rejects.toThrow(/no response in time/);
  });

  it('is cut in the middle', async () => {
    const { url } = await startCluster((seen) => (isSearch(seen) ? 'cut' : undefined));
    await expect(first(open(url))).rejects.toThrow(/ERR_CLUSTER: 127\.0\.0\.1:\d+: (?:ECONNRESET|.*aborted|.*closed)/);
  });

  it('is nobody at the address', async () => {
    await expect(first(open('http://127.0.0.1:1/spans'))).rejects.toThrow('ERR_CLUSTER: 127.0.0.1:1: ECONNREFUSED');
  });

  it('is the reason of the caller who stops', async () => {
    const stop = new AbortController();
    const { url, seen } = await startCluster((one) => {
      if (!isSearch(one)) return undefined;
      stop.abort(new Error('enough'));
      return 'silence';
    });
    await expect(all(open(url).spans('*', { signal: stop.signal }))).rejects.toThrow('enough');
    await expect.poll(() => seen.at(-1)?.method).toBe('DELETE');
  });

  it.each([
    ['7.16.3', undefined, 'Elasticsearch 7.16.3 is older than 7.17'],
    ['1.3.20', 'opensearch', 'OpenSearch 1.3.20 is older than 2.0'],
  ])('is an old server: %s', async (number, distribution, expected) => {
    const { url } = await startCluster(({ path }) =>
      path === '/' ? [200, { version: { number, distribution } }] : undefined,
    );
    await expect(first(open(url))).rejects.toThrow(expected);
  });
});

describe('an answer', () => {
  it('names the shards that gave none', async () => {
    const failures = [{ shard: 2, index: 'spans', reason: { type: 'node_disconnected', reason: 'gone\n' } }];
    const { url } = await startCluster(failing([200, { ...nothing, _shards: { total: 3, failed: 1, failures } }]));
    const query = open(url);
    expect(await all(query.spans())).toEqual([]);
    expect([...query.unreadFiles()]).toEqual([['shard 2 of spans', 'node_disconnected: gone ']]);
  });

  it('names a search that ran out of time, and clusters that were skipped', async () => {
    const { url } = await startCluster(
      failing([200, { ...nothing, timed_out: true, _clusters: { total: 2, skipped: 1 } }]),
    );
    const query = open(url);
    await query.stats();
    expect([...query.unreadFiles().keys()]).toEqual(['shards', 'remote clusters']);
  });

  it('counts documents that are no lines', async () => {
    const { url } = await startCluster((seen) =>
      isSearch(seen)
        ? [200, { hits: { hits: [{ _index: 'spans', _id: '1', _source: 'odd' }, hit('2', span(2))] } }]
        : undefined,
    );
    const query = open(url);
    expect(await all(query.spans())).toEqual([span(2)]);
    expect(query.badLines()).toMatchObject({ count: 1, examples: [{ reason: 'json', file: 'spans/1' }] });
  });

  it('is asked for in smaller pages when it is too long', async () => {
    const long = 'x'.repeat(100_000);
    const { url, seen } = await startCluster((one) => {
      if (!isSearch(one)) return undefined;
      const size = Number(one.body['size']);
      const from = one.body['search_after'] === undefined ? 0 : Number((one.body['search_after'] as number[])[1]);
      const hits = Array.from({ length: Math.min(size, 600 - from) }, (_, n) =>
        hit(`${from + n}`, { ...span(from + n + 1), 'gen_ai.input.messages': long }, [1, from + n + 1]),
      );
      return [200, { hits: { hits } }];
    });
    const found = await all(open(url).spans());
    expect(found.map(({ span_id }) => span_id)).toEqual(Array.from({ length: 600 }, (_, n) => span(n + 1).span_id));
    const sizes = seen.filter(isSearch).map(({ body }) => body['size']);
    expect(sizes.slice(0, 2)).toEqual([500, 125]);
  });

  it('puts back what the pipeline took out of a document, and forges no prototype', async () => {
    const odd = [
      { name: 'duration_ms', value: 'long' },
      { name: '__proto__', value: { polluted: true } },
    ];
    const { duration_ms: _, ...line } = span(1);
    const source = { ...line, 'spanline.odd': odd, 'spanline.text': ['gathered'] };
    const { url } = await startCluster(failing([200, { hits: { hits: [hit('1', source)] } }]));
    const [record] = await all(open(url).records());
    expect(record?.rest).toMatchObject({ duration_ms: 'long' });
    expect(record?.rest).not.toHaveProperty(['spanline.text']);
    expect(({} as Record<string, unknown>)['polluted']).toBe(undefined);
  });

  it('groups by intervals of a time, and into one group without a field', async () => {
    const figures = { errors: { doc_count: 1 }, input: { value: 7 } };
    const { url, seen } = await startCluster((one) => {
      if (!isSearch(one)) return undefined;
      const isAll = !JSON.stringify(one.body).includes('composite');
      const bucket = { key: { by0: Date.UTC(2026, 10, 23, 9, 5) }, doc_count: 3, ...figures };
      const aggregations = isAll ? { all: { doc_count: 4, ...figures } } : { groups: { buckets: [bucket] } };
      return [200, { ...nothing, aggregations }];
    });
    const log = open(url);
    const parts = await log.stats('*', { by: ['start/5m'] });
    expect(parts.rows.map(({ by, count, inputTokens }) => [...by, count, inputTokens])).toEqual([
      ['2026-11-23T09:05:00.000Z', 3, 7],
    ]);
    const whole = await log.stats('*', { by: [] });
    expect(whole.rows.map(({ by, count, errors }) => [by, count, errors])).toEqual([[[], 4, 1]]);
    const searches = seen.filter(isSearch).map(({ body }) => JSON.stringify(body));
    expect(searches[0]).toContain(
      '"date_histogram":{"field":"event.start","fixed_interval":"300000ms","missing_bucket":true}',
    );
    expect(searches).toHaveLength(2);
  });

  it('is a table, whatever asks for it', async () => {
    const { url } = await startCluster(failing([200, { hits: { hits: [hit('1', span(1))] } }]));
    const table = readSpans(url).where('type:task').select('step', 'duration').toTable();
    expect(await table.head()).toEqual([{ step: 'step 1', duration: 10 }]);
  });

  it('says how many bytes and lines were read', async () => {
    const { url } = await startCluster(failing([200, { hits: { hits: [hit('1', span(1)), hit('2', span(2))] } }]));
    const seen: number[] = [];
    await all(open(url).spans('*', { onProgress: ({ lines, bytes }) => seen.push(lines, bytes) }));
    expect(seen).toEqual([2, expect.any(Number)]);
    expect(seen[1]).toBeGreaterThan(100);
  });
});

describe('requests', () => {
  it('only read: they search, and close the point in time that they opened, also when the reader stops', async () => {
    const { url, seen } = await startCluster(failing([200, { hits: { hits: [hit('1', span(1))] } }]));
    for await (const _ of open(url).spans()) break;
    await open(url).stats('type:task', { by: ['model'] });
    await open(url).trace('id');
    await all(open(url).traces());
    const known = /^(?:GET \/(?:spans\/_field_caps)?|POST \/(?:spans\/_pit|_search)|DELETE \/_pit)$/;
    for (const { method, path } of seen) expect(`${method} ${path.split('?')[0]}`).toMatch(known);
    expect(seen.filter(({ method }) => method === 'DELETE')).toHaveLength(4);
  });

  it('refuse a filter on a field that no index has, or that an index cuts into words', async () => {
    const { url } = await startCluster(({ path }) => {
      if (!path.includes('_field_caps') || path.includes('spanline.schema')) return undefined;
      const fields = path.includes('user.id') ? {} : { 'span.name': { text: { type: 'text', indices: ['spans'] } } };
      return [200, { indices: ['spans'], fields }];
    });
    await expect(first(open(url), 'user:a')).rejects.toThrow(/user\.id is mapped in no index of spans/);
    await expect(first(open(url), 'step:a')).rejects.toThrow(/span\.name is mapped as text in spans/);
  });
});
