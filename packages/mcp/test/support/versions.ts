/** Clients and servers of both versions of the official SDK, with the same tools, resource and prompt. */

import { once } from 'node:events';
import * as client2 from '@modelcontextprotocol/client';
import { StdioClientTransport as Stdio2 } from '@modelcontextprotocol/client/stdio';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as Stdio1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as Http1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { InMemoryTransport as Memory1 } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer as Server1, ResourceTemplate as Template1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { CreateMessageRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import * as server2 from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { McpPeer } from '@spanline/mcp';

/** Options of a request, as both versions have them. */
interface CallOptions {
  signal?: AbortSignal;
  timeout?: number;
  onprogress?: (progress: unknown) => void;
}

/** A client of either version. */
export interface AnyClient extends McpPeer {
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<unknown>;
  listTools(): Promise<unknown>;
  readResource(params: { uri: string }): Promise<unknown>;
  getPrompt(params: { name: string; arguments?: Record<string, string> }): Promise<unknown>;
}

/** What the tools can do beside answering. */
interface ToolContext {
  readonly signal: AbortSignal;
  progress(step: number): Promise<void>;
  ask(question: string): Promise<unknown>;
}

type Answer = { content: { type: 'text'; text: string }[]; isError?: boolean };
type Tool = (args: Record<string, unknown>, context: ToolContext) => Answer | Promise<Answer>;

const say = (text: string): Answer => ({ content: [{ type: 'text', text }] });

/** The tools of both servers. */
const TOOLS: Readonly<Record<string, Tool>> = {
  add: ({ a, b }) => say(String(Number(a) + Number(b))),
  refuse: () => ({ ...say('out of stock'), isError: true }),
  fail: () => {
    throw new RangeError('no such shelf');
  },
  async count({ steps }, { progress }) {
    for (let step = 1; step <= Number(steps); step++) await progress(step);
    return say('counted');
  },
  async wait(_, { progress, signal }) {
    await progress(1);
    if (!signal.aborted) await once(signal, 'abort');
    return say('too late');
  },
  async hang(_, { progress }) {
    await progress(1);
    return new Promise<Answer>(() => undefined);
  },
  async kill(_, { progress }) {
    await progress(1);
    process.kill(process.pid, 'SIGKILL');
    return say('never');
  },
  ask: async ({ question }, { ask }) => say(JSON.stringify(await ask(String(question)))),
};

const ARGUMENTS = z.looseObject({});
const answer = (text: string) => ({
  model: 'claude-haiku-4-5',
  role: 'assistant' as const,
  stopReason: 'endTurn',
  content: { type: 'text' as const, text },
});

/** What a client answers where its server asks for a model. */
export type Sampler = (messages: unknown) => Promise<string>;

/** One version of the SDK. */
export interface Version {
  readonly name: string;
  client(sampler?: Sampler): AnyClient;
  server(): McpPeer;
  /** Two ends in one process. */
  memory(): [never, never];
  /** Starts a program and speaks to it over its standard input and output. */
  stdio(program: string, args: readonly string[], env?: Record<string, string>): { transport: never; pid(): number };
  http(url: string): never;
}

const env = (given: Record<string, string> = {}): Record<string, string> => ({
  PATH: String(process.env['PATH']),
  ...given,
});
const asNever = (value: unknown): never => value as never;
const pidOf = (transport: { pid: number | null }) => (): number => Number(transport.pid);
const silent: Sampler = async () => 'hello';

function server1(): McpPeer {
  const server = new Server1({ name: 'shelf', version: '1.0.0' });
  for (const [name, tool] of Object.entries(TOOLS)) {
    server.registerTool(name, { inputSchema: ARGUMENTS }, async (args, extra) =>
      tool(args, {
        signal: extra.signal,
        async progress(step) {
          const { progressToken } = extra._meta ?? {};
          if (progressToken === undefined) return;
          await extra.sendNotification({ method: 'notifications/progress', params: { progressToken, progress: step } });
        },
        ask: async (question) =>
          server.server.createMessage({
            messages: [{ role: 'user', content: { type: 'text', text: question } }],
            maxTokens: 50,
            systemPrompt: 'Be brief.',
          }),
      }),
    );
  }
  server.registerResource('notes', new Template1('notes://{+path}', { list: undefined }), {}, (uri) => ({
    contents: [{ uri: uri.href, text: 'a note' }],
  }));
  server.registerPrompt('greet', { argsSchema: { name: z.string() } }, ({ name }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `Greet ${name}.` } }],
  }));
  return server;
}

function newServer2(): McpPeer {
  const server = new server2.McpServer({ name: 'shelf', version: '1.0.0' });
  for (const [name, tool] of Object.entries(TOOLS)) {
    server.registerTool(name, { inputSchema: ARGUMENTS }, async (args, { mcpReq }) =>
      tool(args, {
        signal: mcpReq.signal,
        async progress(step) {
          const { progressToken } = mcpReq._meta ?? {};
          if (progressToken === undefined) return;
          await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: step } });
        },
        ask: async (question) =>
          mcpReq.requestSampling({
            messages: [{ role: 'user', content: { type: 'text', text: question } }],
            maxTokens: 50,
            systemPrompt: 'Be brief.',
          }),
      }),
    );
  }
  server.registerResource('notes', new server2.ResourceTemplate('notes://{+path}', { list: undefined }), {}, (uri) => ({
    contents: [{ uri: uri.href, text: 'a note' }],
  }));
  server.registerPrompt('greet', { argsSchema: z.object({ name: z.string() }) }, ({ name }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `Greet ${name}.` } }],
  }));
  return server;
}

/** Version 1. */
export const SDK1: Version = {
  name: 'version 1',
  client(sampler = silent) {
    const client = new Client1({ name: 'app', version: '1.0.0' }, { capabilities: { sampling: {} } });
    client.setRequestHandler(CreateMessageRequestSchema, async ({ params }) => answer(await sampler(params.messages)));
    const call: AnyClient['call'] = async (name, args = {}, options = {}) =>
      client.callTool({ name, arguments: args }, undefined, options);
    return Object.assign(client, { call });
  },
  server: server1,
  memory: () => asNever(Memory1.createLinkedPair()),
  stdio(program, args, given) {
    const transport = new Stdio1({
      command: process.execPath,
      args: [program, ...args],
      env: env(given),
      stderr: 'inherit',
    });
    return { transport: asNever(transport), pid: pidOf(transport) };
  },
  http: (url) => asNever(new Http1(new URL(url))),
};

function version2(name: string, mode: 'legacy' | 'auto'): Version {
  return {
    name,
    client(sampler = silent) {
      const options = { capabilities: { sampling: {} }, versionNegotiation: { mode } };
      const client = new client2.Client({ name: 'app', version: '1.0.0' }, options);
      client.setRequestHandler('sampling/createMessage', async ({ params }) => answer(await sampler(params.messages)));
      const call: AnyClient['call'] = async (tool, args = {}, given = {}) =>
        client.callTool({ name: tool, arguments: args }, given);
      return Object.assign(client, { call });
    },
    server: newServer2,
    memory: () => asNever(client2.InMemoryTransport.createLinkedPair()),
    stdio(program, args, given) {
      const transport = new Stdio2({
        command: process.execPath,
        args: [program, ...args],
        env: env(given),
        stderr: 'inherit',
      });
      return { transport: asNever(transport), pid: pidOf(transport) };
    },
    http: (url) => asNever(new client2.StreamableHTTPClientTransport(new URL(url))),
  };
}

/** Version 2, speaking the protocol that version 1 speaks. */
export const SDK2: Version = version2('version 2', 'legacy');
/** Version 2, speaking the protocol without handshake and session where the server does. */
export const SDK2_STATELESS: Version = version2('version 2, stateless', 'auto');
