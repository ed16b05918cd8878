/** Tools that a framework calls over MCP, sampling with a wrapped client, and servers behind Express. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tool } from '@langchain/core/tools';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import express from 'express';
import OpenAI from 'openai';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { type MemoryLog, tree } from '@spanline/core/testing';
import { spanlineExpress } from '@spanline/express';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { wrapMcp } from '@spanline/mcp';
import { wrapOpenAI } from '@spanline/openai';
import { startProvider } from '../../../test/support/provider.ts';
import { connected, memoryTracer } from './support/pair.ts';
import { type AnyClient, SDK1, SDK2 } from './support/versions.ts';

type Line = Record<string, unknown>;

/** A tool of LangChain that calls a tool of MCP. */
function langchainTool(client: AnyClient, name: string, called: string) {
  return tool(async (args: Record<string, unknown>) => JSON.stringify(await client.call(called, args)), {
    name,
    description: name,
    schema: z.looseObject({}),
  });
}

describe.each([SDK1, SDK2])('a tool of LangChain over $name', (version) => {
  it.each(['add', 'shelf__add', 'mcp__shelf__add'])('named %s is one span, with the keys of MCP', async (name) => {
    const { log, tracer } = memoryTracer();
    const client = await connected(version, tracer, log);
    const callbacks = [new SpanlineCallbackHandler({ tracer })];
    await langchainTool(client, name, 'add').invoke({ a: 1, b: 2 }, { callbacks });
    expect(tree(log.lines())).toBe(`tool execute_tool ${name}\n  tool tools/call add`);
    const [served, outer] = log.records() as unknown as Line[];
    expect(outer).toMatchObject({ 'mcp.method.name': 'tools/call', 'gen_ai.tool.name': name });
    expect(outer?.['jsonrpc.request.id']).toBe(served?.['jsonrpc.request.id']);
  });

  it('that fails on the server has failed', async () => {
    const { log, tracer } = memoryTracer();
    const client = await connected(version, tracer, log);
    await langchainTool(client, 'refuse', 'refuse').invoke(
      {},
      { callbacks: [new SpanlineCallbackHandler({ tracer })] },
    );
    const outer = log.records().at(-1);
    expect(outer).toMatchObject({ 'span.status': 'error', 'error.type': 'tool_error', 'gen_ai.tool.name': 'refuse' });
  });

  it('that calls a tool of another name has a span for it', async () => {
    const { log, tracer } = memoryTracer();
    const client = await connected(version, tracer, log);
    const callbacks = [new SpanlineCallbackHandler({ tracer })];
    await langchainTool(client, 'sum', 'add').invoke({ a: 1, b: 2 }, { callbacks });
    expect(tree(log.lines())).toBe('tool execute_tool sum\n  tool tools/call add\n    tool tools/call add');
  });
});

it('a wrapped client that answers a server is billed once, on the span of sampling', async () => {
  const provider = await startProvider();
  onTestFinished(() => void provider.stop());
  const { log, tracer } = memoryTracer();
  const openai = wrapOpenAI(new OpenAI({ apiKey: 'test', baseURL: `${provider.url}/v1`, maxRetries: 0 }), { tracer });
  const client = await connected(SDK1, tracer, log, {
    async sampler() {
      const messages = [{ role: 'user' as const, content: 'plain' }];
      const answer = await openai.chat.completions.create({ model: 'gpt-4o', messages });
      return answer.choices[0]?.message.content ?? '';
    },
  });
  await client.call('ask', { question: 'How tall?' });
  const models = log.records().filter((record) => record['span.type'] === 'llm') as unknown as Line[];
  expect(models).toHaveLength(1);
  expect(models[0]).toMatchObject({
    'span.name': 'sampling/createMessage',
    'gen_ai.provider.name': 'openai',
    'gen_ai.usage.input_tokens': expect.any(Number),
    'spanline.cost.usd': expect.any(Number),
  });
});

/** A server behind Express, and a client of another tracer. */
async function behindExpress(
  trust: boolean,
): Promise<{ lines: () => Line[]; sent: MemoryLog; call: () => Promise<void> }> {
  const { log, tracer } = memoryTracer();
  const { log: sent, tracer: caller } = memoryTracer();
  const server = wrapMcp(SDK1.server(), { tracer });
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => 'one' });
  await server.connect(transport as never);
  const app = express();
  app.use(spanlineExpress({ tracer, trustIncoming: trust }));
  app.all('/mcp', async (req, res) => transport.handleRequest(req, res));
  const http = app.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const client = wrapMcp(SDK1.client(), { tracer: caller });
  onTestFinished(async () => {
    await client.close();
    await server.close();
    http.closeAllConnections();
    http.close();
  });
  await client.connect(SDK1.http(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`));
  const lines = (): Line[] => log.records() as unknown as Line[];
  return {
    lines,
    sent,
    call: async () => {
      await client.call('add', { a: 1, b: 2 });
      await expect.poll(() => lines().filter((line) => line['span.type'] === 'http').length).toBeGreaterThan(2);
    },
  };
}

it('a server behind Express is below the HTTP request, and linked to the caller', async () => {
  const { lines, sent, call } = await behindExpress(false);
  await call();
  const served = lines().find((line) => line['mcp.method.name'] === 'tools/call');
  const request = lines().find((line) => line['span_id'] === served?.['parent_span_id']);
  expect(request).toMatchObject({ 'span.type': 'http', 'http.request.method': 'POST' });
  expect(served).toMatchObject({
    'http.request.id': request?.['http.request.id'],
    'mcp.session.id': 'one',
    'spanline.link.trace_id': sent.records().at(-1)?.trace_id,
  });
});
