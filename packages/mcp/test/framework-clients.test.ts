/** Tools over MCP that the AI SDK and LangChain make by themselves, against a server in another process. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createMCPClient, type MCPClient } from '@ai-sdk/mcp';
import { createOpenAI } from '@ai-sdk/openai';
import { LLMock } from '@copilotkit/aimock';
import { MultiServerMCPClient } from '@langchain/mcp-adapters';
import { generateText, isStepCount } from 'ai';
import { describe, expect, it, onTestFinished } from 'vitest';
import { spanlineTelemetry } from '@spanline/ai-sdk';
import { parseLine, type SpanRecord, type Tracer } from '@spanline/core';
import { tree } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { wrapMcp } from '@spanline/mcp';
import { compileProgram } from '../../../test/support/child.ts';
import { memoryTracer } from './support/pair.ts';

const SERVER = await compileProgram(fileURLToPath(new URL('support/shelf.ts', import.meta.url)));

interface Shelf {
  readonly url: string;
  records(): SpanRecord[];
}

/** Starts a server over streamable HTTP in a process of its own. */
async function startShelf(version: '1' | '2' = '1'): Promise<Shelf> {
  const file = join(mkdtempSync(join(tmpdir(), 'spanline-mcp-')), 'shelf.ndjson');
  const child = fork(SERVER, [version, 'http', file, 'trusting'], { execArgv: [] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [port] = (await once(child, 'message')) as [number];
  const records = (): SpanRecord[] =>
    readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .flatMap((line) => parseLine(line)?.record ?? []) as SpanRecord[];
  return { url: `http://127.0.0.1:${port}/mcp`, records };
}

/** A client of the AI SDK, traced. */
async function aiSdkClient({ url }: Shelf, tracer: Tracer): Promise<MCPClient> {
  const client = wrapMcp(await createMCPClient({ transport: { type: 'http', url } }), { tracer });
  onTestFinished(() => client.close());
  return client;
}

/** A model that calls a tool, then says its result. */
async function startModel(name: string, args: object): Promise<ReturnType<ReturnType<typeof createOpenAI>['chat']>> {
  const fake = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
  const usage = { prompt_tokens: 40, completion_tokens: 12 };
  fake.on(
    { predicate: () => true, hasToolResult: false },
    { toolCalls: [{ id: 'call_1', name, arguments: JSON.stringify(args) }], usage },
  );
  fake.on({ predicate: () => true }, { content: 'Three.', usage });
  await fake.start();
  onTestFinished(() => fake.stop());
  return createOpenAI({ apiKey: 'test', baseURL: `${fake.url}/v1` }).chat('gpt-4o-mini');
}

describe('a tool of the AI SDK over MCP', () => {
  it.each(['1', '2'] as const)(
    'is one span here, and one in the process of a server of version %s',
    async (version) => {
      const shelf = await startShelf(version);
      const { log, tracer } = memoryTracer();
      const client = await aiSdkClient(shelf, tracer);
      const { text } = await generateText({
        model: await startModel('add', { a: 1, b: 2 }),
        prompt: 'What is one and two?',
        tools: await client.tools(),
        stopWhen: isStepCount(3),
        telemetry: { functionId: 'adder', integrations: spanlineTelemetry({ tracer }) },
      });
      expect(text).toBe('Three.');
      const own = log.records().filter((record) => record['mcp.method.name'] !== 'tools/list');
      const served = (): SpanRecord[] => shelf.records().filter((record) => record['mcp.method.name'] === 'tools/call');
      await expect.poll(() => served().length).toBe(1);
      expect(`\n${tree([...own, ...served()])}`).toMatchInlineSnapshot(`
      "
      agent invoke_agent adder
        llm chat gpt-4o-mini
        tool execute_tool add
          tool tools/call add
        llm chat gpt-4o-mini"
    `);
      const called = own.find((record) => record['span.type'] === 'tool');
      expect(called).toMatchObject({
        'mcp.method.name': 'tools/call',
        'network.transport': 'tcp',
        'server.address': '127.0.0.1',
        'jsonrpc.request.id': served()[0]?.['jsonrpc.request.id'],
      });
    },
  );

  it('of a server that is killed in the middle of the call has failed', async () => {
    const shelf = await startShelf();
    const { log, tracer } = memoryTracer();
    const client = await aiSdkClient(shelf, tracer);
    const { kill } = await client.tools();
    log.clear();
    await expect(kill?.execute?.({}, { toolCallId: 'call_1', messages: [], context: {} })).rejects.toThrow();
    const [record] = log.records();
    expect(record).toMatchObject({
      'span.name': 'tools/call kill',
      'span.status': 'error',
      'spanline.error.class': 'network',
    });
  });
});

describe('a tool of @langchain/mcp-adapters', () => {
  it('is one span here, and one in the process of its server', async () => {
    const shelf = await startShelf();
    const { log, tracer } = memoryTracer();
    const adapters = new MultiServerMCPClient({ mcpServers: { shelf: { transport: 'http', url: shelf.url } } });
    onTestFinished(() => adapters.close());
    const tools = await adapters.getTools();
    const client = await adapters.getClient('shelf');
    wrapMcp(client as never, { tracer });
    const add = tools.find(({ name }) => name.endsWith('add'));
    await add?.invoke({ a: 1, b: 2 }, { callbacks: [new SpanlineCallbackHandler({ tracer })] });
    const served = (): SpanRecord[] => shelf.records().filter((record) => record['mcp.method.name'] === 'tools/call');
    await expect.poll(() => served().length).toBe(1);
    expect(`\n${tree([...log.records(), ...served()])}`).toMatchInlineSnapshot(`
      "
      tool execute_tool add
        tool tools/call add"
    `);
    expect(log.records()[0]).toMatchObject({ 'mcp.method.name': 'tools/call', 'gen_ai.tool.name': add?.name });
  });
});
