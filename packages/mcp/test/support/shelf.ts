/**
 * A server in a process of its own, traced. Arguments: version of the SDK, `stdio`, `http` or `sessions` (HTTP with
 * sessions that can be resumed, version 2), the file for its lines, `trusting` or `wary`. Over HTTP, it sends its port to
 * the process that forked it. It drops the connections of open calls when that process says `cut`.
 */

import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type NodeIncomingMessageLike,
  NodeStreamableHTTPServerTransport,
  toNodeHandler,
} from '@modelcontextprotocol/node';
import { StdioServerTransport as Stdio1 } from '@modelcontextprotocol/sdk/server/stdio.js';
import { StreamableHTTPServerTransport as Http1 } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createMcpHandler, type McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { createLogger, createTracer } from '@spanline/core';
import { type McpPeer, wrapMcp } from '@spanline/mcp';
import { EventLog } from './event-log.ts';
import { SDK1, SDK2 } from './versions.ts';

const [version = '', transport = '', file = '', trust = ''] = process.argv.slice(2);

const logger = createLogger({ pretty: false }, { write: (text: string) => appendFileSync(file, text) });
const tracer = createTracer({ logger, service: { name: 'shelf' }, statsIntervalSeconds: 0 });
const traced = (server: McpPeer): McpPeer => wrapMcp(server, { tracer, trustIncoming: trust === 'trusting' });
const newServer2 = (): McpServer => traced(SDK2.server()) as McpServer;

type Handler = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

async function session1(): Promise<Handler> {
  const server = new Http1({ sessionIdGenerator: () => randomUUID() });
  await traced(SDK1.server()).connect(server as never);
  return (req, res) => server.handleRequest(req, res);
}

async function session2(): Promise<Handler> {
  const server = new NodeStreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    eventStore: new EventLog(),
    retryInterval: 10,
  });
  await newServer2().connect(server);
  return (req, res) => server.handleRequest(req as never, res as never);
}

async function handler(): Promise<Handler> {
  if (transport === 'sessions') return session2();
  if (version === '1') return session1();
  const stateless = toNodeHandler(createMcpHandler(newServer2));
  return async (req, res) => stateless(req as NodeIncomingMessageLike, res);
}

if (transport === 'stdio') {
  if (version === '1') await traced(SDK1.server()).connect(new Stdio1() as never);
  else serveStdio(newServer2);
} else {
  const handle = await handler();
  const open = new Set<ServerResponse>();
  const http = createServer((req, res) => {
    if (req.method === 'POST') open.add(res.once('close', () => open.delete(res)));
    void handle(req, res);
  }).listen(0, '127.0.0.1', () => {
    process.send?.((http.address() as AddressInfo).port);
  });
  process.on('message', () => {
    // Other connections stay: the client may be about to send a request over an idle one, or to open its own stream.
    // A call is cut when its answer has begun: before, it would be one that failed.
    const cut = (): void => {
      if ([...open].some((res) => !res.headersSent)) return void setImmediate(cut);
      for (const res of open) res.socket?.end();
      process.send?.('cut');
    };
    cut();
  });
}
