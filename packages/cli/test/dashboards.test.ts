import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cli, type Outcome } from './support/cli.ts';

type Body = Record<string, unknown>;

const KEYS = { DD_API_KEY: 'api-key-of-the-account', DD_APP_KEY: 'application-key' };
const OTHER = { title: 'By hand', description: 'Ours? No: [spanline:other-set/dashboard]', widgets: [] };

/** Datadog's dashboards as its API documents them: lists without bodies, ids and times of its own. */
class Account {
  readonly dashboards = new Map<string, Body>([['aaa-aaa-aaa', OTHER]]);
  readonly calls: string[] = [];
  #next = 0;

  #list(url: URL): [number, unknown] {
    const [start, count] = [Number(url.searchParams.get('start')), Number(url.searchParams.get('count'))];
    const all = [...this.dashboards].map(([id, { title, description }]) => ({ id, title, description }));
    return [200, { dashboards: all.slice(start, start + count) }];
  }

  answer(method: string, url: URL, body: Body): [number, unknown] {
    this.calls.push(method);
    const id = url.pathname.split('/')[4];
    if (id === undefined && method === 'GET') return this.#list(url);
    if (id === undefined) {
      const made = `new-new-${this.#next++}`;
      this.dashboards.set(made, body);
      return [200, { ...body, id: made }];
    }
    const stored = this.dashboards.get(id);
    if (stored === undefined) return [404, { errors: ['Dashboard with ID not found'] }];
    if (method === 'DELETE') this.dashboards.delete(id);
    if (method === 'PUT') this.dashboards.set(id, body);
    return [200, { ...this.dashboards.get(id), id, created_at: '2026-11-30T00:00:00Z' }];
  }
}

async function startAccount(): Promise<{ account: Account; url: string }> {
  const account = new Account();
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
    const { 'dd-api-key': key, 'dd-application-key': application } = request.headers;
    const isKnown = key === KEYS.DD_API_KEY && application === KEYS.DD_APP_KEY;
    const [status, answer] = isKnown
      ? account.answer(
          request.method ?? '',
          new URL(request.url ?? '', 'http://x'),
          text === '' ? {} : (JSON.parse(text) as Body),
        )
      : [403, { errors: [`Forbidden: ${String(key)}`] }];
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify(answer));
  }
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return { account, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const run = (args: readonly string[], env: Record<string, string> = KEYS): Promise<Outcome> =>
  cli(['dashboards', ...args], { env });

describe('spanline dashboards', () => {
  it('renders without a key, one JSON on each line', async () => {
    const { code, stdout } = await run(['render', 'datadog', '--filter', 'service:rag-api'], {});
    expect(code).toBe(0);
    const [body, ...others] = stdout.trim().split('\n');
    expect(others).toEqual([]);
    expect(JSON.parse(body ?? '')).toMatchObject({ title: 'Spanline', layout_type: 'ordered' });
    expect(stdout).toContain('service:rag-api');
  });

  it('changes nothing without --yes, then creates, then has nothing to change', async () => {
    const { account, url } = await startAccount();
    const dry = await run(['apply', 'datadog', '--url', url]);
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(dry.stdout).toBe('+ create Spanline\nNothing was changed. Add --yes to change it.\n');
    expect(new Set(account.calls)).toEqual(new Set(['GET']));
    const applied = await run(['apply', 'datadog', '--url', url, '--yes']);
    expect(applied.stdout).toBe('+ create Spanline  https://app.datadoghq.com/dashboard/new-new-0\n');
    const again = await run(['apply', 'datadog', '--url', url, '--yes']);
    expect(again.stdout).toBe('= unchanged Spanline  https://app.datadoghq.com/dashboard/new-new-0\n');
    expect(await run(['diff', 'datadog', '--url', url])).toMatchObject({ code: 0, stdout: '= unchanged Spanline\n' });
    expect(account.calls.filter((method) => method !== 'GET')).toEqual(['POST']);
  });

  it('shows and mends what was changed by hand, removes its own leftovers, and touches no other dashboard', async () => {
    const { account, url } = await startAccount();
    await run(['apply', 'datadog', '--url', url, '--yes']);
    const own = account.dashboards.get('new-new-0') as Body;
    account.dashboards.set('new-new-0', { ...own, title: 'Changed by hand' });
    account.dashboards.set('old', { title: 'Old', description: 'x [spanline:spanline/gone]' });
    for (let index = 0; index < 120; index++) account.dashboards.set(`by-hand-${index}`, { title: 'By hand' });
    account.dashboards.set('copy', { ...own, title: 'Copy' });
    const diff = await run(['diff', 'datadog', '--url', url]);
    expect(diff.code).toBe(1);
    expect(diff.stdout).toBe(
      '~ replace Spanline\n    title: "Changed by hand" → "Spanline"\n- remove Old\n- remove Copy\n',
    );
    expect((await run(['apply', 'datadog', '--url', url, '--yes'])).code).toBe(0);
    expect(account.dashboards.get('new-new-0')).toEqual(own);
    expect(account.dashboards.get('aaa-aaa-aaa')).toBe(OTHER);
    expect(account.dashboards.size).toBe(122);
  });

  it('keeps the sets of two services apart', async () => {
    const { account, url } = await startAccount();
    await run(['apply', 'datadog', '--url', url, '--yes']);
    await run(['apply', 'datadog', '--url', url, '--yes', '--set', 'rag-api']);
    expect([...account.dashboards.values()].map(({ title }) => title)).toEqual([
      'By hand',
      'Spanline',
      'Spanline: rag-api',
    ]);
  });

  it('names a refusal without the key, and exits with 1', async () => {
    const { url } = await startAccount();
    const { code, stdout, stderr } = await run(['apply', 'datadog', '--url', url, '--yes'], {
      ...KEYS,
      DD_API_KEY: 'a-wrong-key',
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe('spanline dashboards: GET api/v1/dashboard?count=100&start=0: 403 Forbidden: …\n');
  });

  it.each([
    [['apply', 'datadog'], {}, /DD_API_KEY must be an environment variable/],
    [
      ['apply', 'nowhere'],
      KEYS,
      /dashboards apply must be followed by one of cloudwatch, datadog, grafana, kibana, opensearch/,
    ],
    [['aply', 'datadog'], KEYS, /dashboards must be followed by render, diff, apply/],
    [['render', 'datadog', '--yes'], KEYS, /unknown option "--yes"/],
    [['apply', 'datadog', '--url', 'https://key:secret@dd'], KEYS, /--url must be an http or https URL without user/],
    [['render', 'datadog', '--set', 'a b'], KEYS, /--set must be/],
  ])('refuses %j', async (args, env, message) => {
    const { code, stderr } = await run(args, env);
    expect(code).toBe(64);
    expect(stderr).toMatch(message);
  });
});
