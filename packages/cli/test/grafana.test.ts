import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cli, type Outcome } from './support/cli.ts';

type Body = Record<string, unknown>;
type Answer = [status: number, body: unknown];

const TOKEN = 'token-of-a-service-account';
const V2 = '/apis/dashboard.grafana.app/v2/namespaces/default/dashboards';

/** Grafana's dashboards as its API documents them, for both schemas. */
class Grafana {
  readonly dashboards = new Map<string, Body>();
  readonly writes: string[] = [];

  #classic(method: string, url: URL, body: Body): Answer {
    if (url.pathname === '/api/search') {
      const tag = url.searchParams.get('tag');
      const tagged = [...this.dashboards].filter(([, { tags }]) => (tags as string[] | undefined)?.includes(tag ?? ''));
      return [200, url.searchParams.get('page') === '1' ? tagged.map(([uid, { title }]) => ({ uid, title })) : []];
    }
    if (url.pathname === '/api/dashboards/db') {
      const { dashboard, overwrite } = body as { dashboard: Body; overwrite: boolean };
      const uid = String(dashboard['uid']);
      if (this.dashboards.has(uid) && !overwrite) return [412, { message: 'The dashboard has been changed' }];
      this.dashboards.set(uid, { ...dashboard, id: 7, version: 3 });
      return [200, { uid, status: 'success', url: `/d/${uid}/spanline` }];
    }
    const uid = url.pathname.replace('/api/dashboards/uid/', '');
    const dashboard = this.dashboards.get(uid);
    if (dashboard === undefined) return [404, { message: 'Dashboard not found' }];
    if (method === 'DELETE') this.dashboards.delete(uid);
    return [200, { meta: { slug: 'spanline' }, dashboard }];
  }

  #v2(method: string, url: URL, body: Body): Answer {
    const name = url.pathname.slice(V2.length + 1);
    if (name === '' && method === 'GET') return [200, { metadata: {}, items: [...this.dashboards.values()] }];
    const { metadata } = body as { metadata?: { name: string; resourceVersion?: string } };
    const stored = this.dashboards.get(metadata?.name ?? name) as { metadata: { resourceVersion: string } } | undefined;
    if (method === 'DELETE') return [this.dashboards.delete(name) ? 200 : 404, {}];
    if (method === 'PUT' && metadata?.resourceVersion !== stored?.metadata.resourceVersion) return [409, {}];
    if (method === 'POST' && stored !== undefined) return [409, { message: 'already exists' }];
    const saved = { ...body, metadata: { ...metadata, resourceVersion: String(this.writes.length), generation: 1 } };
    this.dashboards.set(metadata?.name ?? '', saved);
    return [method === 'POST' ? 201 : 200, saved];
  }

  answer(method: string, url: URL, body: Body): Answer {
    if (method !== 'GET') this.writes.push(method);
    return url.pathname.startsWith(V2) ? this.#v2(method, url, body) : this.#classic(method, url, body);
  }
}

async function startGrafana(): Promise<{ grafana: Grafana; url: string }> {
  const grafana = new Grafana();
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
    const body = text === '' ? {} : (JSON.parse(text) as Body);
    const [status, answer] =
      request.headers.authorization === `Bearer ${TOKEN}`
        ? grafana.answer(request.method ?? '', new URL(request.url ?? '', 'http://x'), body)
        : [401, { message: `Unauthorized ${String(request.headers.authorization)}` }];
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify(answer));
  }
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return { grafana, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const run = (args: readonly string[], token = TOKEN): Promise<Outcome> =>
  cli(['dashboards', ...args], { env: { GRAFANA_TOKEN: token } });

describe('spanline dashboards for Grafana', () => {
  it.each(['classic', 'v2'])('creates, leaves alone, mends and removes in the schema %s', async (schema) => {
    const { grafana, url } = await startGrafana();
    const by = (name: string, description: string): Body =>
      schema === 'v2'
        ? { metadata: { name, resourceVersion: '1' }, spec: { title: 'By hand', description } }
        : { uid: name, title: 'By hand', tags: ['spanline'], description };
    const other = by('by-hand', 'no label');
    grafana.dashboards.set('by-hand', other);
    const apply = (...more: string[]) => run(['apply', 'grafana', '--url', url, '--schema', schema, ...more]);
    expect((await apply()).stdout).toBe('+ create Spanline\nNothing was changed. Add --yes to change it.\n');
    expect(grafana.writes).toEqual([]);
    expect((await apply('--yes')).stdout).toBe(`+ create Spanline  ${url}/d/spanline-spanline\n`);
    expect((await apply('--yes')).stdout).toBe(`= unchanged Spanline  ${url}/d/spanline-spanline\n`);
    expect(grafana.writes).toEqual(['POST']);
    const own = grafana.dashboards.get('spanline-spanline') as { spec?: Body };
    (schema === 'v2' ? (own.spec as Body) : (own as Body))['title'] = 'Changed';
    grafana.dashboards.set('old', by('old', '[spanline:spanline/gone]'));
    expect((await apply('--yes')).stdout).toBe(`~ replace Spanline  ${url}/d/spanline-spanline\n- remove By hand\n`);
    expect([...grafana.dashboards.keys()]).toEqual(['by-hand', 'spanline-spanline']);
    expect(grafana.dashboards.get('by-hand')).toBe(other);
    expect((await run(['diff', 'grafana', '--url', url, '--schema', schema])).code).toBe(0);
  });

  it('keeps the token out of errors, and names wrong options', async () => {
    const { url } = await startGrafana();
    const refused = await run(['diff', 'grafana', '--url', url], 'a-wrong-token');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).not.toContain('a-wrong-token');
    const wrong = await run(['render', 'grafana', '--source', 'loki']);
    expect(wrong).toMatchObject({ code: 64 });
    expect(wrong.stderr).toContain('--source must be one of elasticsearch, opensearch, prometheus');
    expect((await run(['diff', 'grafana', '--url', url], '')).stderr).toContain('GRAFANA_TOKEN');
  });
});
