import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cli, type Outcome } from '../support/cli.ts';

type Body = Readonly<Record<string, unknown>>;

const env = { DD_API_KEY: 'api-key-of-the-account', DD_APP_KEY: 'application-key' };
const BY_HAND = { name: 'By hand', message: 'Ours? No: [spanline:other/rule]', tags: ['managed_by:spanline'] };

/** Datadog's monitors as its API documents them: ids, times and defaults of its own. */
async function startAccount(): Promise<{ monitors: Map<string, Body>; calls: string[]; url: string }> {
  const monitors = new Map<string, Body>([['1', BY_HAND]]);
  const calls: string[] = [];
  function answer(method: string, url: URL, body: Body): unknown {
    const id = url.pathname.split('/')[4];
    if (method !== 'GET') calls.push(`${method} ${id ?? ''}`.trim());
    if (method === 'DELETE' && id !== undefined) return { deleted: monitors.delete(id) };
    if (method === 'GET') {
      const [page, size] = [Number(url.searchParams.get('page')), Number(url.searchParams.get('page_size'))];
      return [...monitors].map(([key, one]) => ({ id: Number(key), ...one })).slice(page * size, (page + 1) * size);
    }
    const key = id ?? String(monitors.size + 1);
    monitors.set(key, { ...body, options: { ...(body['options'] as object), new_host_delay: 300 } });
    return { ...body, id: Number(key) };
  }
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
    const { 'dd-api-key': key, 'dd-application-key': application } = request.headers;
    const isKnown = key === env.DD_API_KEY && application === env.DD_APP_KEY;
    const url = new URL(request.url ?? '', 'http://x');
    const body = text === '' ? {} : (JSON.parse(text) as Body);
    response.writeHead(isKnown ? 200 : 403, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify(isKnown ? answer(request.method ?? '', url, body) : { errors: ['Forbidden'] }));
  }
  const server = createServer((request, response) => void serve(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { monitors, calls, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('spanline alerts diff and apply', () => {
  it('change nothing without a yes, then only what carries the label, once', async () => {
    const { monitors, calls, url } = await startAccount();
    const run = (...args: string[]): Promise<Outcome> =>
      cli(['alerts', ...args, '--url', url, '--set', 'rag'], { env });
    const dry = await run('apply', 'datadog', 'default');
    expect([dry.code, calls]).toEqual([0, []]);
    expect(dry.stdout).toContain('+ create High Latency\n');
    expect(dry.stdout).toContain('Add --yes');
    expect((await run('diff', 'datadog', 'default')).code).toBe(1);

    const made = await run('apply', 'datadog', 'default', '--yes');
    expect([made.code, monitors.size]).toEqual([0, 7]);
    expect(made.stdout).toMatch(/\+ create High Latency {2}https:\/\/app\.datadoghq\.com\/monitors\/2\n/);
    const again = await run('diff', 'datadog', 'default');
    expect([again.code, again.stdout.match(/^= unchanged/gm)]).toEqual([
      0,
      Array.from({ length: 6 }, () => '= unchanged'),
    ]);

    monitors.set('2', { ...monitors.get('2'), query: 'formula("of0").last("5m") > 1' });
    const changed = await run('diff', 'datadog', 'default');
    expect([changed.code, changed.stdout]).toEqual([1, expect.stringContaining('query: "formula(')]);

    const fewer = await run('apply', 'datadog', 'error_rate < 1%', '--yes');
    expect([fewer.code, fewer.stdout.match(/^- remove/gm)?.length, monitors.get('1')]).toEqual([0, 6, BY_HAND]);
    expect(monitors.size).toBe(2);
  });

  it('say why an account refuses, without its keys', async () => {
    const { url } = await startAccount();
    const wrong = { ...env, DD_API_KEY: 'another-secret-key' };
    const { code, stderr } = await cli(['alerts', 'diff', 'datadog', 'default', '--url', url], { env: wrong });
    expect([code, stderr]).toEqual([1, expect.stringContaining('403')]);
    expect(stderr).not.toContain('another-secret-key');
  });

  it.each([
    [['alerts', 'apply', 'prometheus', 'default'], 'must be followed by one of cloudwatch, datadog'],
    [['alerts', 'diff', 'datadog', 'default', '--yes'], '--yes'],
    [['alerts', 'apply', 'datadog', 'default', '--url', 'http://user:secret@x'], '--url must be'],
  ])('refuse %j', async (args, message) => {
    const { code, stderr } = await cli(args, { env });
    expect([code, stderr]).toEqual([64, expect.stringContaining(message)]);
    expect(stderr).not.toContain('secret@');
  });
});
