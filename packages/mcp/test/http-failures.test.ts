/** Requests that a server over HTTP refuses, or that find none. */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Tracer, validate } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { wrapMcp } from '@spanline/mcp';
import { memoryTracer } from './support/pair.ts';
import { type AnyClient, SDK1, SDK2 } from './support/versions.ts';

const HANDSHAKE = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: 'shelf', version: '1' },
};

/** Shakes hands, and answers everything else with a status; `0` ends the connection. */
function startServer(status: number): Server {
  return createServer((req, res) => {
    let body = '';
    req.on('data', (piece) => (body += String(piece)));
    req.on('end', () => {
      const { id, method } = (body === '' ? {} : JSON.parse(body)) as { id?: number; method?: string };
      if (method === 'initialize') {
        const answer = JSON.stringify({ jsonrpc: '2.0', id, result: HANDSHAKE });
        res.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 's-1' }).end(answer);
      } else if (id === undefined) res.writeHead(method === undefined ? 405 : 202).end();
      else if (status === 0) res.destroy();
      else res.writeHead(status, { 'content-type': 'text/plain' }).end('refused');
    });
  }).listen(0, '127.0.0.1');
}

describe.each([SDK1, SDK2])('a client of $name', (version) => {
  let log: MemoryLog;
  let tracer: Tracer;
  let server: Server;
  let client: AnyClient;

  beforeEach(() => {
    ({ log, tracer } = memoryTracer());
  });
  afterEach(async () => {
    await client.close();
    server.closeAllConnections();
    if (server.listening) await once(server.close(), 'close');
  });

  async function connect(status: number): Promise<void> {
    server = startServer(status);
    await once(server, 'listening');
    client = wrapMcp(version.client(), { tracer });
    await client.connect(version.http(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`));
    log.clear();
  }

  async function failed(): Promise<Record<string, unknown>> {
    await expect(client.call('add', { a: 1, b: 2 })).rejects.toThrow();
    expect(log.records()).toHaveLength(1);
    const [record] = log.records() as unknown as Record<string, unknown>[];
    expect(validate(record ?? {})).toEqual({ valid: true });
    return record ?? {};
  }

  it.each([
    [400, 'other'],
    [403, 'auth'],
    [404, 'other'],
    [429, 'rate_limit'],
    [503, 'other'],
  ])('names a refusal by its status: %i', async (status, errorClass) => {
    await connect(status);
    const line = await failed();
    expect(line).toMatchObject({
      'span.status': 'error',
      'error.type': String(status),
      'spanline.error.class': errorClass,
    });
    expect(line).not.toHaveProperty(['rpc.response.status_code']);
  });

  it('names a connection that the server ends, and one that it does not take', async () => {
    await connect(0);
    expect(await failed()).toMatchObject({ 'error.type': 'connection_closed', 'spanline.error.class': 'network' });
    log.clear();
    server.closeAllConnections();
    await once(server.close(), 'close');
    // The client may still have a connection that it does not know to be lost.
    expect(await failed()).toMatchObject({
      'error.type': expect.stringMatching(/^(?:not_connected|connection_closed)$/) as string,
      'spanline.error.class': 'network',
    });
  });
});
