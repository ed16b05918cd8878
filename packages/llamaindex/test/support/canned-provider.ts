import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a path answers: JSON, the events of a stream, or lines of JSON. */
export type Canned =
  | { json: unknown; status?: number }
  | { events: readonly (string | object)[] }
  | { lines: readonly object[] };

/** A server on loopback that answers word for word what a provider's API would. */
export interface CannedProvider {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  stop(): Promise<void>;
}

function bodyOf(canned: Canned): [type: string, body: string] {
  if ('json' in canned) return ['application/json', JSON.stringify(canned.json)];
  if ('lines' in canned)
    return ['application/x-ndjson', canned.lines.map((line) => `${JSON.stringify(line)}\n`).join('')];
  const events = canned.events.map((event) => {
    if (typeof event === 'string') return `data: ${event}\n\n`;
    const { type } = event as { type?: unknown };
    return `${typeof type === 'string' ? `event: ${type}\n` : ''}data: ${JSON.stringify(event)}\n\n`;
  });
  return ['text/event-stream', events.join('')];
}

/** Starts one; `answer` gets the path and what was sent. */
export async function startCannedProvider(
  answer: (path: string, body: Record<string, unknown>) => Canned,
): Promise<CannedProvider> {
  const server = createServer((req, res) => {
    let sent = '';
    req.setEncoding('utf8').on('data', (piece: string) => (sent += piece));
    req.on('end', () => {
      const canned = answer(req.url ?? '', JSON.parse(sent === '' ? '{}' : sent) as Record<string, unknown>);
      const [type, body] = bodyOf(canned);
      res.writeHead('status' in canned ? (canned.status ?? 200) : 200, { 'content-type': type }).end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
