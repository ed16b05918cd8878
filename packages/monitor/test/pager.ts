/** A pager behind a real server, for tests with real processes. It ends an incident when anybody resolves its key. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A message that the pager was sent. */
export interface Page {
  readonly action: 'trigger' | 'resolve';
  readonly key: string;
  /** `fired` or `repeated`; `recovered` of a resolve. */
  readonly event: string;
}

/** A pager on loopback. */
export interface Pager {
  readonly url: string;
  /** Keys of the incidents that are open. */
  readonly open: ReadonlySet<string>;
  /** What it was sent, in order. */
  readonly pages: readonly Page[];
  /**
   * Called with each message before it is answered.
   * @returns the status; anything but 202 changes nothing. Without one, the connection breaks.
   */
  onPage: (page: Page) => number | undefined;
  close(): void;
}

function parsePage(body: string): Page {
  const {
    event_action: action,
    dedup_key: key,
    payload,
  } = JSON.parse(body) as {
    event_action: Page['action'];
    dedup_key: string;
    payload?: { custom_details: { event: string } };
  };
  return { action, key, event: payload?.custom_details.event ?? 'recovered' };
}

/** Starts a pager that answers 202. */
export async function startPager(): Promise<Pager> {
  const open = new Set<string>();
  const pages: Page[] = [];
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const pager: Pager = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    open,
    pages,
    onPage: () => 202,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };

  function answer(page: Page, response: ServerResponse): void {
    pages.push(page);
    const status = pager.onPage(page);
    // What arrives may count, also where the sender does not hear of it.
    if (status === 202 || status === undefined) {
      if (page.action === 'resolve') open.delete(page.key);
      else open.add(page.key);
    }
    if (status === undefined) response.destroy();
    else response.writeHead(status).end('{}');
  }

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => answer(parsePage(body), response));
  });
  return pager;
}
