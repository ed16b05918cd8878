import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { elasticsearchSetup } from '@spanline/ship';
import { cli, type Outcome } from './support/cli.ts';

type Body = Record<string, unknown>;

const asTexts = (settings: unknown): unknown =>
  JSON.parse(JSON.stringify(settings ?? {}), (_, value: unknown) =>
    typeof value === 'object' ? value : String(value),
  );

/** The answer of an engine to a `GET`: settings are texts, and each API wraps the body. */
function storedForm(path: string, body: Body): Body {
  const [kind, name = ''] = path.split('/');
  const { template, ...rest } = body as { template?: { settings?: unknown } };
  const own =
    template === undefined ? rest : { ...rest, template: { ...template, settings: asTexts(template.settings) } };
  if (kind === '_component_template') return { component_templates: [{ name, component_template: own }] };
  if (kind === '_index_template') return { index_templates: [{ name, index_template: own }] };
  return path.startsWith('_plugins/') ? { _seq_no: 1, _primary_term: 1, ...own } : { [name]: own };
}

interface Target {
  readonly url: string;
  readonly writes: string[];
  /** Bodies that the cluster has, by path. */
  readonly stored: Map<string, Body>;
}

/** A cluster that keeps what it is sent, or refuses requests of a path, and the saved objects of its pages. */
async function startTarget(refused = 'nothing'): Promise<Target> {
  const objects = new Map<string, Body>();
  const stored = new Map<string, Body>();
  const writes: string[] = [];
  function answer(method: string, url: URL, body: Body): [number, unknown] {
    const path = decodeURIComponent(url.pathname.slice(1));
    if (method !== 'GET') writes.push(`${method} ${path}`);
    if (path.endsWith('monitors/_search')) return [404, {}];
    if (path.startsWith(refused)) return [403, { error: { type: 'security_exception', reason: 'no permissions' } }];
    if (!path.startsWith('api/saved_objects/')) {
      if (method !== 'GET') stored.set(path, body);
      const known = stored.get(path);
      return known === undefined ? [404, {}] : [200, storedForm(path, known)];
    }
    const key = path.replace('api/saved_objects/', '');
    const type = url.searchParams.get('type');
    if (key === '_find') return [200, { saved_objects: [...objects.values()].filter((one) => one['type'] === type) }];
    const [kind, id] = key.split('/');
    objects.set(key, { ...body, type: kind, id });
    return [200, objects.get(key)];
  }
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
    const body = text === '' ? {} : (JSON.parse(text) as Body);
    const [status, content] = answer(request.method ?? '', new URL(request.url ?? '', 'http://x'), body);
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify(content));
  }
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, writes, stored };
}

const setup = (...args: string[]): Promise<Outcome> => cli(['setup', ...args]);
const paths = elasticsearchSetup({ flavour: 'opensearch' }).map(({ path }) => path);
const requests = paths.map((path) => `PUT ${path}`);

describe('spanline setup', () => {
  it('prints all parts, and changes nothing without --yes', async () => {
    const { url, writes } = await startTarget();
    const { code, stdout, stderr } = await setup('opensearch', '--url', url, '--dashboards-url', url);
    expect({ code, stderr, writes }).toEqual({ code: 0, stderr: '', writes: [] });
    const printed = stdout.split('\n');
    expect(printed[0]).toBe('Lines');
    expect(printed.slice(1, requests.length + 1)).toEqual(paths.map((path) => `+ create ${path}`));
    expect(printed[requests.length + 1]).toBe('Dashboards');
    expect(printed).toContain('+ create Slowest requests');
  });

  it('installs lines and dashboards, and can be repeated', async () => {
    const { url, writes } = await startTarget();
    const args = ['opensearch', '--url', url, '--dashboards-url', url, '--set', 'rag-api', '--traces', '--yes'];
    expect(await setup(...args)).toMatchObject({ code: 0, stderr: '' });
    expect(writes.slice(0, requests.length - 1)).toEqual(requests.slice(0, -1));
    expect(writes).toContain('POST api/saved_objects/dashboard/spanline-rag-api-dashboard');
    const before = writes.length;
    const again = await setup(...args);
    expect(again.stdout).not.toMatch(/^[+~-]/m);
    expect(writes.slice(before).filter((write) => write.includes('saved_objects'))).toEqual([]);
  });

  it('says what differs in templates, pipelines and policies that are installed', async () => {
    const { url, writes, stored } = await startTarget();
    const args = ['opensearch', '--url', url, '--dashboards-url', url];
    await setup(...args, '--yes');
    const before = writes.length;
    expect((await setup(...args)).stdout).not.toMatch(/^[+~-]/m);
    const [pipeline = '', , component = ''] = paths;
    stored.set(pipeline, { ...stored.get(pipeline), description: 'by hand' });
    stored.delete(component);
    const { code, stdout } = await setup(...args);
    expect(code).toBe(0);
    expect(stdout).toContain(`~ replace ${pipeline}\n    description: "by hand" → `);
    expect(stdout).toContain(`+ create ${component}\n`);
    expect(stdout.match(/^[+~-]/gm)).toHaveLength(2);
    expect(writes).toHaveLength(before);
  });

  it('goes on when it may not read a part of what is installed, and says so', async () => {
    const { url } = await startTarget('_index_template');
    const { code, stdout, stderr } = await setup('opensearch', '--url', url, '--dashboards-url', url);
    expect(code).toBe(1);
    expect(stderr).toContain('spanline setup: GET _index_template/logs-spanline: 403 ');
    expect(stdout).toContain('+ create _data_stream/logs-spanline-default');
  });

  it('installs alert rules with the options of their own command, when there are rules', async () => {
    const { url, writes } = await startTarget();
    const args = ['opensearch', '--url', url, '--dashboards-url', url, '--rules', 'error_rate < 1%', '--yes'];
    const { code, stdout } = await setup(...args, '--set', 'rag-api', '--index', 'logs-rag-*');
    expect(code).toBe(0);
    expect(stdout).toMatch(/\nAlert rules\n\+ create error_rate < 1%\n$/);
    expect(writes.at(-1)).toBe('POST _plugins/_alerting/monitors');
    const other = await setup('grafana', '--url', url, '--rules', 'default', '--yes');
    expect([other.code, other.stderr]).toEqual([64, expect.stringContaining('GRAFANA_TOKEN')]);
  });

  it('ends with the part that is refused', async () => {
    const { url, writes } = await startTarget('_index_template');
    const { code, stdout, stderr } = await setup('opensearch', '--url', url, '--dashboards-url', url, '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain('no permissions');
    expect(stdout).not.toContain('Dashboards');
    expect(writes.filter((write) => write.includes('saved_objects'))).toEqual([]);
  });

  it.each([
    [[], /setup must be followed by one of cloudwatch, datadog, elasticsearch, grafana, opensearch/],
    [['opensearch', '--url', 'http://x'], /--dashboards-url must be given/],
    [['opensearch', '--space', 'llm'], /unknown option "--space"/],
    [['datadog', 'more'], /followed by one target/],
    [['grafana', '--source', 'loki', '--url', 'http://x'], /--source must be one of/],
    [['opensearch', '--dashboards-url', 'http://x', '--yes'], /--url must be given/],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await setup(...args);
    expect(code).toBe(64);
    expect(stderr).toMatch(message);
  });

  it('has a help', async () => {
    expect((await setup('--help')).stdout).toContain('spanline setup <target>');
  });
});
