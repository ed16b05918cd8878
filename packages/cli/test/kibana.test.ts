import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { cli } from './support/cli.ts';

type Json = Record<string, unknown>;

const ID = 'spanline-spanline-dashboard';
const CHART = 'spanline-spanline-cache';

interface Kibana {
  readonly dashboards: Map<string, Json>;
  /** Saved objects of the type `visualization`. */
  readonly charts: Map<string, Json>;
  readonly url: string;
}

/** The Dashboards API as Kibana documents it: pages of summaries, whole bodies by id, defaults in answers; and the saved objects. */
async function startKibana({ hasSavedObjects = true } = {}): Promise<Kibana> {
  const dashboards = new Map<string, Json>([['by-hand', { title: 'By hand', panels: [] }]]);
  for (let n = 0; n < 120; n++) dashboards.set(`other-${n}`, { title: `Other ${n}`, panels: [] });
  const charts = new Map<string, Json>();

  function answer(method: string, path: string, query: URLSearchParams, body: Json): [number, unknown] {
    if (path === '/api/saved_objects/_find') {
      if (!hasSavedObjects) return [404, { message: 'Not Found' }];
      return [200, { saved_objects: query.get('type') === 'visualization' ? [...charts.values()] : [] }];
    }
    const chart = /^\/api\/saved_objects\/visualization\/(.+)$/.exec(path)?.[1];
    if (chart !== undefined) return [charts.delete(chart) ? 200 : 404, {}];
    if (path === '/api/dashboards') {
      const [page, size] = [Number(query.get('page')), Number(query.get('per_page'))];
      const data = [...dashboards].map(([id, { title, description }]) => ({ id, data: { title, description } }));
      return [200, { data: data.slice((page - 1) * size, page * size), meta: { page, total: data.length } }];
    }
    const id = decodeURIComponent(path.replace('/api/dashboards/', ''));
    if (method === 'DELETE') return [dashboards.delete(id) ? 200 : 404, {}];
    if (method === 'PUT') dashboards.set(id, { options: { use_margins: true }, pinned_panels: [], ...body });
    const data = dashboards.get(id);
    return data === undefined ? [404, { message: 'Not Found' }] : [200, { id, data, meta: { version: 'WzEsMV0=' } }];
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    const body = text === '' ? {} : (JSON.parse(text) as Json);
    const [status, content] =
      request.headers['kbn-xsrf'] === undefined
        ? [400, {}]
        : answer(request.method ?? '', pathname, searchParams, body);
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify(content));
  }
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return { dashboards, charts, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const apply = (url: string, ...more: string[]) =>
  cli(['dashboards', 'apply', 'kibana', '--api', 'dashboards', '--url', url, ...more]);

it('keeps one dashboard by the Dashboards API, mends it, and leaves others alone', async () => {
  const { dashboards, url } = await startKibana();
  const planned = await apply(url);
  expect(planned.stdout).toContain('+ create Spanline\n');
  expect(dashboards.has(ID)).toBe(false);
  const first = await apply(url, '--yes');
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(first.stdout).toContain(`${url}/app/dashboards#/view/${ID}`);
  expect(dashboards.get(ID)?.['panels']).toHaveLength(22);
  expect((await apply(url)).stdout).toBe('= unchanged Spanline\n');
  dashboards.set(ID, { ...dashboards.get(ID), title: 'Changed by hand' });
  const diff = await cli(['dashboards', 'diff', 'kibana', '--api', 'dashboards', '--url', url]);
  expect(diff.code).toBe(1);
  expect(diff.stdout).toContain('title: "Changed by hand" → "Spanline"');
  await apply(url, '--yes');
  expect(dashboards.get(ID)?.['title']).toBe('Spanline');
  expect(dashboards.get('by-hand')).toEqual({ title: 'By hand', panels: [] });
});

it('removes the charts that the saved objects of the same set have left', async () => {
  const { charts, url } = await startKibana();
  const attributes = { title: 'Cache', description: `[spanline:spanline/${CHART}]` };
  charts.set(CHART, { id: CHART, type: 'visualization', attributes });
  charts.set('theirs', { id: 'theirs', type: 'visualization', attributes: { title: 'Theirs' } });
  expect((await apply(url, '--yes')).stdout).toContain('- remove Cache');
  expect([...charts.keys()]).toEqual(['theirs']);
});

it('works where there are no saved objects', async () => {
  const { dashboards, url } = await startKibana({ hasSavedObjects: false });
  expect(await apply(url, '--yes')).toMatchObject({ code: 0 });
  expect(dashboards.has(ID)).toBe(true);
});

it('does not replace a dashboard that has its id and not its label', async () => {
  const { dashboards, url } = await startKibana();
  dashboards.set(ID, { title: 'Theirs', panels: [] });
  const { code, stderr } = await apply(url, '--yes');
  expect(code).toBe(1);
  expect(stderr).toContain('the id is that of another dashboard');
  expect(dashboards.get(ID)).toEqual({ title: 'Theirs', panels: [] });
});

it.each([
  ['a set with capital letters', ['--set', 'RAG'], /lower-case/],
  ['Terraform', ['--terraform'], /--api saved-objects/],
  ['an unknown API', ['--api', 'v3'], /--api/],
])('refuses %s', async (_, more, reason) => {
  const { code, stderr } = await cli(['dashboards', 'render', 'kibana', '--api', 'dashboards', ...more]);
  expect(code).toBe(64);
  expect(stderr).toMatch(reason);
});

it('opens a trace by a click on a row, whose first column is the trace id', async () => {
  const options = ['--profile', 'otel', '--filter', 'service.name : "a"'];
  const link = ['--trace-url', 'https://viewer.example.com/#/trace/{trace_id}'];
  const { stdout } = await cli(['dashboards', 'render', 'kibana', '--api', 'dashboards', ...options, ...link]);
  const { query, panels } = JSON.parse(stdout) as { query: Json; panels: { config: Json }[] };
  expect(query).toEqual({ expression: 'service.name : "a"', language: 'kql' });
  expect(panels.at(-1)?.config).toMatchObject({
    rows: [{ column: 'trace_id' }, {}, {}, {}],
    drilldowns: [{ url: 'https://viewer.example.com/#/trace/{{event.values.[0]}}', trigger: 'on_click_row' }],
  });
});
