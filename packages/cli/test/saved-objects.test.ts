import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { cli } from './support/cli.ts';

type SavedObject = Record<string, unknown>;

const OTHER = { type: 'dashboard', id: 'by-hand', attributes: { title: 'By hand' }, references: [] };

/** The saved-object API as OpenSearch Dashboards documents it, with a page size, conflicts and the header that it asks for. */
async function startDashboards(): Promise<{ objects: Map<string, SavedObject>; url: string }> {
  const objects = new Map<string, SavedObject>([['dashboard/by-hand', OTHER]]);
  function answer(method: string, url: URL, body: SavedObject): [number, unknown] {
    const key = decodeURIComponent(url.pathname.replace('/api/saved_objects/', ''));
    if (key === '_find') {
      const type = url.searchParams.get('type');
      return [200, { saved_objects: [...objects.values()].filter((object) => object['type'] === type) }];
    }
    const [type, id] = key.split('/');
    if (method === 'DELETE') return objects.delete(key) ? [200, {}] : [404, { message: 'Not Found' }];
    if (objects.has(key) && url.searchParams.get('overwrite') !== 'true') return [409, { message: 'conflict' }];
    objects.set(key, { ...body, type, id, version: 'WzEsMV0=', updated_at: '2026-11-30T00:00:00Z' });
    return [200, objects.get(key)];
  }
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
    const url = new URL(request.url ?? '', 'http://x');
    const body = text === '' ? {} : (JSON.parse(text) as SavedObject);
    const [status, content] =
      request.headers['osd-xsrf'] === undefined ? [400, {}] : answer(request.method ?? '', url, body);
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify(content));
  }
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return { objects, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

it('keeps the saved objects of a set, mends them, removes leftovers, and leaves others alone', async () => {
  const { objects, url } = await startDashboards();
  const apply = (...more: string[]) => cli(['dashboards', 'apply', 'opensearch', '--url', url, ...more]);
  const first = await apply('--yes');
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(first.stdout).toContain(`${url}/app/dashboards#/view/spanline-spanline-dashboard`);
  const made = objects.size - 1;
  expect(made).toBe(23);
  const again = await apply();
  expect(again.stdout.trim().split('\n')).toHaveLength(made);
  expect(again.stdout).not.toMatch(/^[+~-]/m);
  const panel = objects.get('visualization/spanline-spanline-cache') as SavedObject;
  objects.set('visualization/spanline-spanline-cache', {
    ...panel,
    attributes: { title: 'x', description: '[spanline:spanline/spanline-spanline-cache]' },
  });
  objects.set('visualization/spanline-spanline-old', {
    type: 'visualization',
    id: 'spanline-spanline-old',
    attributes: { title: 'Old', description: '[spanline:spanline/spanline-spanline-old]' },
  });
  const mended = await apply('--yes');
  expect(
    mended.stdout
      .split('\n')
      .filter((line) => /^[+~-]/.test(line))
      .map((line) => line.trimEnd()),
  ).toEqual(['~ replace Input tokens from a cache', '- remove Old']);
  expect(objects.size).toBe(made + 1);
  expect(objects.get('dashboard/by-hand')).toBe(OTHER);
});
