/** Process 3: the tools of a shop, over MCP on standard input and output. */

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';
import { wrapMcp } from '@spanline/mcp';
import { serviceTracer } from './files.ts';

const ORDERS: Readonly<Record<string, string>> = { '7': 'on its way', '8': 'delivered' };

const tracer = serviceTracer('shop');
// The caller is the process that started this one.
const server = wrapMcp(new McpServer({ name: 'shop', version: '1.0.0' }), { tracer, trustIncoming: true });

server.registerTool(
  'order_status',
  { description: 'The status of an order', inputSchema: { id: z.string().describe('number of the order') } },
  async ({ id }) => {
    const status = await tracer.withSpan({ name: 'find order', type: 'task', input: id }, () => ORDERS[id]);
    const text = status === undefined ? `there is no order ${id}` : `order ${id} is ${status}`;
    return { content: [{ type: 'text', text }], isError: status === undefined };
  },
);

// Ctrl-C reaches all processes of a terminal. This one ends when its standard input does.
process.on('SIGINT', () => undefined);
await server.connect(new StdioServerTransport());
