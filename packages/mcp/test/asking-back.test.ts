/** What a server asks its client while it works on a request, and requests beside tools, resources and prompts. */

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { completable } from '@modelcontextprotocol/sdk/server/completable.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import {
  ElicitRequestSchema,
  ErrorCode,
  ListRootsRequestSchema,
  McpError,
  SubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Tracer } from '@spanline/core';
import { type MemoryLog, tree } from '@spanline/core/testing';
import { wrapMcp } from '@spanline/mcp';
import { memoryTracer } from './support/pair.ts';

let log: MemoryLog;
let tracer: Tracer;
let client: Client;

beforeEach(async () => {
  ({ log, tracer } = memoryTracer({ capture: 'full' }));
  const server = new McpServer(
    { name: 'shop', version: '1.0.0' },
    { capabilities: { resources: { subscribe: true } } },
  );
  server.registerTool('buy', { inputSchema: { article: z.string() } }, async ({ article }) => {
    const requestedSchema = { type: 'object' as const, properties: { sure: { type: 'boolean' as const } } };
    const { action } = await server.server.elicitInput({ message: `Buy ${article}?`, requestedSchema });
    const { roots } = await server.server.listRoots();
    return { content: [{ type: 'text', text: `${action} ${roots.length}` }] };
  });
  const argsSchema = { name: completable(z.string(), () => ['Ada', 'Alan']) };
  server.registerPrompt('greet', { argsSchema }, ({ name }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: name } }],
  }));
  server.server.setRequestHandler(SubscribeRequestSchema, async () => {
    await server.server.listRoots();
    return {};
  });
  client = new Client({ name: 'app', version: '1.0.0' }, { capabilities: { elicitation: {}, roots: {} } });
  client.setRequestHandler(ElicitRequestSchema, async () => ({ action: 'accept', content: { sure: true } }));
  client.setRequestHandler(ListRootsRequestSchema, async () => ({ roots: [{ uri: 'file:///srv' }] }));
  wrapMcp(client, { tracer });
  wrapMcp(server, { tracer, trustIncoming: true });
  const [clientEnd, serverEnd] = InMemoryTransport.createLinkedPair();
  await server.connect(serverEnd);
  await client.connect(clientEnd);
  onTestFinished(() => client.close());
  log.clear();
});

it('questions of a tool stand below its call, at both ends', async () => {
  const { content } = await client.callTool({ name: 'buy', arguments: { article: 'a lamp' } });
  expect(content).toEqual([{ type: 'text', text: 'accept 1' }]);
  expect(tree(log.lines())).toBe(
    [
      'tool tools/call buy',
      '  tool tools/call buy',
      '    task elicitation/create',
      '      task elicitation/create',
      '    task roots/list',
      '      task roots/list',
    ].join('\n'),
  );
  const [question] = log.records();
  expect(question).toMatchObject({ 'span.kind': 'SERVER', 'mcp.method.name': 'elicitation/create' });
  expect(question?.['spanline.input']).toContain('Buy a lamp?');
  expect(question?.['spanline.output']).toContain('"sure":true');
});

it('completions have their parameters and values, and subscriptions their resource', async () => {
  const ref = { type: 'ref/prompt' as const, name: 'greet' };
  await client.complete({ ref, argument: { name: 'name', value: 'A' } });
  await client.subscribeResource({ uri: 'notes://shelf/one?key=s3cret' });
  const [completion] = log.records();
  expect(completion).toMatchObject({ 'span.name': 'completion/complete', 'span.type': 'task' });
  expect(completion?.['spanline.output']).toContain('"Ada","Alan"');
  expect(log.records().at(-1)).toMatchObject({
    'span.name': 'resources/subscribe',
    'mcp.resource.uri': 'notes://shelf/one',
  });
});

it('a handler that passes on what its own request was refused with has failed', async () => {
  client.setRequestHandler(ListRootsRequestSchema, () => {
    throw new McpError(ErrorCode.InvalidParams, 'no such list');
  });
  await expect(client.subscribeResource({ uri: 'notes://shelf/one' })).rejects.toThrow('no such list');
  expect(log.records().map((record) => [record['span.kind'], record['span.name'], record['span.status']])).toEqual([
    ['SERVER', 'roots/list', 'ok'],
    ['CLIENT', 'roots/list', 'error'],
    ['SERVER', 'resources/subscribe', 'error'],
    ['CLIENT', 'resources/subscribe', 'error'],
  ]);
});
