import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A saved object. */
export type SavedObject = Record<string, unknown>;

/** OpenSearch Dashboards, as far as its saved objects go. */
export interface DashboardsServer {
  /** Objects by `<type>/<id>`. */
  readonly objects: Map<string, SavedObject>;
  readonly url: string;
}

/** The saved-object API as OpenSearch Dashboards documents it, with conflicts and the header that it asks for. */
export async function startDashboards(
  known: readonly (readonly [string, SavedObject])[] = [],
): Promise<DashboardsServer> {
  const objects = new Map<string, SavedObject>(known);
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
