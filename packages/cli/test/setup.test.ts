import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { elasticsearchSetup } from '@spanline/ship';
import { cli, type Outcome } from './support/cli.ts';

const SECRET = 'elastic:correct-horse';
const AUTHORIZATION = `Basic ${Buffer.from(SECRET).toString('base64')}`;

interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

type Answer = readonly [status: number, body: unknown];

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
  return text === '' ? undefined : JSON.parse(text);
}

/** A target that keeps what it was asked, and answers as the test says. */
async function startTarget(answer: (call: Call) => Answer): Promise<{ url: string; calls: Call[] }> {
  const calls: Call[] = [];
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    const call = { method, path, headers, body: await readBody(request) };
    calls.push(call);
    const [status, content] = answer(call);
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify(content));
  }
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}

/** An address that nobody listens on. */
async function closedUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return `http://127.0.0.1:${port}`;
}

const setup = (args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> =>
  cli(['ship', 'setup', ...args], { env });

const acknowledged: Answer = [200, { acknowledged: true }];
const error = (status: number, type: string, reason: string): Answer => [status, { error: { type, reason }, status }];

/** As strict as a cluster: who asks, for what, and in which form. */
function cluster({ method, path, headers, body }: Call): Answer {
  if (headers.authorization !== AUTHORIZATION) return error(401, 'security_exception', 'missing authentication');
  if (method !== 'PUT') return error(405, 'method_not_allowed', method);
  if (path.startsWith('/_data_stream/')) return body === undefined ? acknowledged : error(400, 'parse', 'has a body');
  if (!/^application\/json$/.test(headers['content-type'] ?? '')) return error(406, 'media_type', 'not JSON');
  return /^\/_(ilm\/policy|ingest\/pipeline|component_template|index_template|security\/role)\/[\w-]+$/.test(path)
    ? acknowledged
    : error(400, 'illegal_argument_exception', `no handler found for ${path}`);
}

describe('spanline ship setup', () => {
  it('sends what the library says, in order, with the key of the environment', async () => {
    const target = await startTarget(cluster);
    const args = ['--url', `${target.url}/`, '--retention-days', '14', '--content-stream', 'llm-content', '--roles'];
    const { code, stdout, stderr } = await setup(['elasticsearch', ...args], { ES_BASIC: SECRET });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const requests = elasticsearchSetup({
      flavour: 'elasticsearch',
      retentionDays: 14,
      content: { dataStream: 'llm-content' },
      roles: true,
    });
    expect(target.calls.map(({ method, path, body }) => ({ method, path, body }))).toEqual(
      requests.map(({ method, path, body }) => ({ method, path: `/${path}`, body })),
    );
    expect(stdout).toBe(requests.map(({ method, path }) => `${method} ${path}  200\n`).join(''));
  });

  it('takes a data stream and an ISM policy that exist for a second run, and replaces the policy', async () => {
    const target = await startTarget(({ method, path }) => {
      if (path.startsWith('/_data_stream/')) return error(400, 'resource_already_exists_exception', 'exists');
      if (method === 'GET') return [200, { _seq_no: 7, _primary_term: 2, policy: {} }];
      const isStale = path.startsWith('/_plugins/_ism/') && !path.endsWith('?if_seq_no=7&if_primary_term=2');
      return isStale ? error(409, 'version_conflict_engine_exception', 'exists') : acknowledged;
    });
    const { code, stdout } = await setup(['opensearch', '--url', target.url]);
    expect(code).toBe(0);
    expect(stdout).toContain('PUT _plugins/_ism/policies/logs-spanline  200\n');
    expect(stdout).toContain('PUT _data_stream/logs-spanline-default  400, it exists\n');
  });

  it('prepares the stream of the trace screens with --traces', async () => {
    const target = await startTarget(() => acknowledged);
    expect(await setup(['opensearch', '--url', target.url, '--traces'])).toMatchObject({ code: 0 });
    const requests = elasticsearchSetup({ flavour: 'opensearch', traces: true });
    expect(target.calls.map(({ path }) => path)).toEqual(requests.map(({ path }) => `/${path}`));
  });

  it('ends where the key is unknown, gives the reason, and shows no key', async () => {
    const target = await startTarget(() => error(401, 'security_exception', `unable to authenticate ${SECRET}`));
    const { code, stdout, stderr } = await setup(['elasticsearch', '--url', target.url], { ES_BASIC: SECRET });
    expect({ code, stdout, calls: target.calls.length }).toEqual({ code: 1, stdout: '', calls: 1 });
    expect(stderr).toContain('PUT _ingest/pipeline/spanline-ecs: 401 security_exception');
    expect(stderr).not.toContain('correct-horse');
  });

  it('goes on after a refusal, and sums up', async () => {
    const target = await startTarget(({ path }) =>
      path.startsWith('/_ilm/') ? error(403, 'security_exception', 'action is unauthorized') : acknowledged,
    );
    const { code, stdout, stderr } = await setup(['elasticsearch', '--url', target.url], { ES_BASIC: SECRET });
    expect(code).toBe(1);
    expect(target.calls).toHaveLength(5);
    expect(stdout).toContain('PUT _data_stream/logs-spanline-default  200\n');
    expect(stderr).toBe(
      'spanline ship setup: 1 of 5 requests were refused\n' +
        '  PUT _ilm/policy/logs-spanline: 403 security_exception: action is unauthorized\n',
    );
  });

  it.each(['elasticsearch', 'opensearch'] as const)(
    'leaves out the lifecycle of %s with --no-lifecycle',
    async (flavour) => {
      const target = await startTarget(() => acknowledged);
      expect(await setup([flavour, '--url', target.url, '--no-lifecycle'])).toMatchObject({ code: 0 });
      const requests = elasticsearchSetup({ flavour, lifecycle: false });
      expect(target.calls.map(({ path }) => path)).toEqual(requests.map(({ path }) => `/${path}`));
      expect(JSON.stringify(target.calls)).not.toMatch(/_ilm|_ism|"lifecycle"/);
    },
  );

  it('says that nobody listens', async () => {
    const { code, stderr } = await setup(['opensearch', '--url', await closedUrl()]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^spanline ship setup: PUT _ingest\/pipeline\/spanline-ecs: ECONNREFUSED\n$/);
  });

  it('follows no redirect with its key', async () => {
    const elsewhere = await startTarget(() => acknowledged);
    const server = createServer((_, response) => void response.writeHead(307, { location: elsewhere.url }).end());
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { code } = await setup(['elasticsearch', '--url', url], { ES_API_KEY: 'abc' });
    expect({ code, calls: elsewhere.calls.length }).toEqual({ code: 1, calls: 0 });
  });

  it('prints the requests of a dry run for the console, and sends none', async () => {
    const target = await startTarget(() => acknowledged);
    const args = ['elasticsearch', '--dry-run', '--url', target.url];
    const { code, stdout } = await setup(args, { ES_BASIC: SECRET });
    expect({ code, calls: target.calls.length }).toEqual({ code: 0, calls: 0 });
    const printed = stdout.split(/^(?=PUT )/m).map((text) => {
      const end = text.indexOf('\n');
      const [method, path] = text.slice(0, end).split(' ');
      const body = text.slice(end).trim();
      return { method, path, ...(body === '' ? {} : { body: JSON.parse(body) as unknown }) };
    });
    expect(printed).toEqual(elasticsearchSetup({ flavour: 'elasticsearch' }));
  });

  it('creates the pipeline of Datadog once, and replaces it the next time', async () => {
    const made = new Map<string, unknown>();
    const target = await startTarget(({ method, path, headers, body }) => {
      if (headers['dd-api-key'] !== 'a' || headers['dd-application-key'] !== 'b')
        return [403, { errors: ['Forbidden'] }];
      if (method === 'GET') return [200, [...made].map(([id, pipeline]) => ({ ...(pipeline as object), id }))];
      const id = method === 'PUT' ? (path.split('/').at(-1) ?? '') : `id-${made.size}`;
      made.set(id, body);
      return [200, { id }];
    });
    const args = ['datadog', '--api', '--url', target.url];
    const keys = { DD_API_KEY: 'a', DD_APP_KEY: 'b' };
    expect(await setup(args, keys)).toMatchObject({ code: 0, stdout: 'POST api/v1/logs/config/pipelines  200\n' });
    expect(await setup(args, keys)).toMatchObject({ code: 0, stdout: 'PUT api/v1/logs/config/pipelines/id-0  200\n' });
    expect([...made.values()]).toEqual([expect.objectContaining({ name: 'Spanline' })]);
    expect(await setup(args, { ...keys, DD_APP_KEY: 'c' })).toMatchObject({
      code: 1,
      stderr: 'spanline ship setup: GET api/v1/logs/config/pipelines: 403 Forbidden\n',
    });
  });

  it.each([
    ['--url', ['elasticsearch']],
    ['--url', ['elasticsearch', '--url', 'ftp://es']],
    ['--url', ['elasticsearch', '--url', 'http://elastic:pass@es']],
    ['retentionDays', ['elasticsearch', '--url', 'http://es', '--retention-days', 'many']],
    ['--site', ['opensearch', '--url', 'http://es', '--site', 'datadoghq.eu']],
    ['DD_API_KEY', ['datadog', '--api']],
    ['site', ['datadog', '--api', '--site', 'example.com']],
    ['--log-group', ['cloudwatch', '--file', 'a.log']],
    ['setup', ['splunk']],
    ['--colour', ['datadog', '--colour']],
  ])('names the wrong option %s', async (option, args) => {
    const { code, stdout, stderr } = await setup(args, option === 'site' ? { DD_API_KEY: 'a', DD_APP_KEY: 'b' } : {});
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain(option);
    expect(stderr).not.toContain('pass@');
  });

  it.each([
    ['datadog', [], ['pipeline', 'facets', 'measures', 'restrictionQueries', 'note']],
    [
      'cloudwatch',
      ['--log-group', '/rag-api', '--file', '/var/log/app.log'],
      ['agent', 'metricFilters', 'emf', 'note'],
    ],
  ])('prints the documents of %s as JSON', async (target, args, keys) => {
    const { code, stdout } = await setup([target, ...args]);
    expect(code).toBe(0);
    expect(Object.keys(JSON.parse(stdout) as object)).toEqual(keys);
  });
});
