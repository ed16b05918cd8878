/** Calls of version 2 in several rounds: the server asks in a result, and the client calls again. */

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createMcpHandler, inputRequired, McpServer } from '@modelcontextprotocol/server';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { tree } from '@spanline/core/testing';
import { wrapMcp } from '@spanline/mcp';
import { memoryTracer } from './support/pair.ts';

it('is one call of the client, with the answer of its model below it', async () => {
  const { log, tracer } = memoryTracer();
  const { tracer: other } = memoryTracer();
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'shelf', version: '1.0.0' });
    server.registerTool('ask', { inputSchema: z.looseObject({}) }, async (_args, { mcpReq }) => {
      const { inputResponses } = mcpReq;
      if (inputResponses !== undefined) return { content: [{ type: 'text', text: 'thanks' }] };
      return inputRequired({
        inputRequests: {
          model: inputRequired.createMessage({
            messages: [{ role: 'user', content: { type: 'text', text: 'How tall?' } }],
            maxTokens: 5,
          }),
        },
      });
    });
    return wrapMcp(server, { tracer: other, trustIncoming: true });
  });
  const client = wrapMcp(
    new Client(
      { name: 'app', version: '1.0.0' },
      { capabilities: { sampling: {} }, versionNegotiation: { mode: 'auto' } },
    ),
    { tracer },
  );
  client.setRequestHandler('sampling/createMessage', async () => ({
    model: 'm',
    role: 'assistant' as const,
    content: { type: 'text' as const, text: 'tall' },
  }));
  const transport = new StreamableHTTPClientTransport(new URL('http://127.0.0.1/mcp'), {
    fetch: async (url, init) => handler.fetch(new Request(url, init)),
  });
  await client.connect(transport);
  onTestFinished(() => client.close());
  log.clear();
  expect(await client.callTool({ name: 'ask', arguments: {} })).toMatchObject({ content: [{ text: 'thanks' }] });
  expect(tree(log.lines())).toBe('tool tools/call ask\n  llm sampling/createMessage');
});
