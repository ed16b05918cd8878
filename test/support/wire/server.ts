import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createServer2, type Http2Server, type Http2ServerRequest } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** What a client asked. */
export interface WireRequest {
  readonly path: string;
  /** The JSON body; empty for one that is no JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** The bytes that a provider answers with. */
export interface WireReply {
  readonly status?: number;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly chunks: readonly (string | Uint8Array)[];
  /** Where the answer should go on, the connection is cut. */
  readonly cut?: true;
  /** Where the answer should go on, nothing comes. */
  readonly open?: true;
}

/** A provider on this machine that answers every request with what it is told to. */
export interface Wire {
  readonly url: string;
  readonly requests: readonly WireRequest[];
  answer(reply: (request: WireRequest) => WireReply): void;
  close(): Promise<void>;
}

function parsed(body: string): Record<string, unknown> {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function answerWith(
  response: Pick<ServerResponse, 'writeHead' | 'write' | 'end'>,
  socket: Socket | undefined,
  reply: WireReply,
): void {
  response.writeHead(reply.status ?? 200, { 'content-type': reply.type, ...reply.headers });
  const rest = [...reply.chunks];
  const next = (): void => {
    const chunk = rest.shift();
    if (chunk !== undefined) response.write(chunk, () => setImmediate(next));
    else if (reply.cut === true) socket?.destroy();
    else if (reply.open !== true) response.end();
  };
  next();
}

/**
 * Opens a provider on a free port.
 *
 * @param protocol - `h2` speaks HTTP/2 without TLS, as Amazon's clients do
 */
export async function openWire(protocol: 'http' | 'h2' = 'http'): Promise<Wire> {
  const requests: WireRequest[] = [];
  const sockets = new Set<Socket>();
  let reply: (request: WireRequest) => WireReply = () => ({ status: 404, type: 'text/plain', chunks: ['nothing'] });
  const serve = async (
    request: IncomingMessage | Http2ServerRequest,
    response: Pick<ServerResponse, 'writeHead' | 'write' | 'end'>,
  ): Promise<void> => {
    const asked = { path: request.url ?? '', body: parsed(await text(request)) };
    requests.push(asked);
    answerWith(response, request.socket as Socket, reply(asked));
  };
  const server: Server | Http2Server =
    protocol === 'h2'
      ? createServer2((request, response) => void serve(request, response as never))
      : createServer((request, response) => void serve(request, response));
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer(next): void {
      reply = next;
      requests.length = 0;
    },
    async close(): Promise<void> {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** One JSON document. */
export function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): WireReply {
  return { status, type: 'application/json', headers, chunks: [JSON.stringify(value)] };
}

/** Server-sent events; objects become JSON, those with a `type` are named after it. */
export function events(values: readonly unknown[], named = false): WireReply {
  const chunks = values.map((value) => {
    const data = typeof value === 'string' ? value : JSON.stringify(value);
    return named ? `event: ${String((value as { type?: unknown }).type)}\ndata: ${data}\n\n` : `data: ${data}\n\n`;
  });
  return { type: 'text/event-stream', chunks };
}
