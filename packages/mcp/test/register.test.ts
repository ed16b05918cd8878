/** `--import @spanline/mcp/register` traces what a program connects, in ES modules and CommonJS. */

import { expect, it } from 'vitest';
import { tree } from '@spanline/core/testing';
import { jsonLines, runChild } from '../../../test/support/child.ts';

const LOAD = {
  import: {
    'version 1': `import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';`,
    'version 2': `import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { McpServer } from '@modelcontextprotocol/server';`,
  },
  require: {
    'version 1': `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const { Client } = require('@modelcontextprotocol/sdk/client/index.js');
const { McpServer } = require('@modelcontextprotocol/sdk/server/mcp.js');
const { InMemoryTransport } = require('@modelcontextprotocol/sdk/inMemory.js');`,
    'version 2': `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const { Client, InMemoryTransport } = require('@modelcontextprotocol/client');
const { McpServer } = require('@modelcontextprotocol/server');`,
  },
};

const MAIN = `
const server = new McpServer({ name: 'shelf', version: '1.0.0' });
server.registerTool('ping', {}, async () => ({ content: [{ type: 'text', text: 'pong' }] }));
const client = new Client({ name: 'app', version: '1.0.0' });
const [near, far] = InMemoryTransport.createLinkedPair();
await server.connect(far);
await client.connect(near);
await client.callTool({ name: 'ping' });
await client.close();
`;

const CASES = (['import', 'require'] as const).flatMap((way) =>
  (['version 1', 'version 2'] as const).map((version) => ({ way, version })),
);

it.each(CASES)('$version, loaded with $way', async ({ way, version }) => {
  const program = `${LOAD[way][version]}${MAIN}`;
  const traced = await runChild(program, { nodeOptions: ['--import', '@spanline/mcp/register'] });
  expect(traced.code).toBe(0);
  const lines = jsonLines(traced.stdout).filter((line) => line['mcp.method.name'] === 'tools/call');
  expect(tree(lines)).toBe('tool tools/call ping\n  tool tools/call ping');
  const off = await runChild(program, {
    nodeOptions: ['--import', '@spanline/mcp/register'],
    env: { SPANLINE_ENABLED: 'false' },
  });
  expect(off).toMatchObject({ code: 0, stdout: '' });
});

it('a rejection that nobody handles still ends the process', async () => {
  const program = `${LOAD.import['version 1']}
import { EmptyResultSchema } from '@modelcontextprotocol/sdk/types.js';
const server = new McpServer({ name: 'shelf', version: '1.0.0' });
const client = new Client({ name: 'app', version: '1.0.0' });
const [near, far] = InMemoryTransport.createLinkedPair();
await server.connect(far);
await client.connect(near);
client.request({ method: 'shelf/burn' }, EmptyResultSchema);
`;
  const { code, stderr, stdout } = await runChild(program, { nodeOptions: ['--import', '@spanline/mcp/register'] });
  expect(code).toBe(1);
  expect(stderr).toContain('Method not found');
  expect(jsonLines(stdout).find((line) => line['mcp.method.name'] === 'shelf/burn')).toMatchObject({
    'span.status': 'error',
    'error.type': '-32601',
  });
});
