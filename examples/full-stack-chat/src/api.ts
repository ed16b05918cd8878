/** Process 2: an Express service whose chat asks a model, with the tools of the shop. */

import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createMCPClient } from '@ai-sdk/mcp';
import { createOpenAI } from '@ai-sdk/openai';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { convertToModelMessages, isStepCount, registerTelemetry, streamText, type UIMessage } from 'ai';
import express from 'express';
import { spanlineTelemetry } from '@spanline/ai-sdk';
import { spanlineErrorHandler, spanlineExpress } from '@spanline/express';
import { wrapMcp } from '@spanline/mcp';
import { MODEL_URL, serviceTracer } from './files.ts';

const tracer = serviceTracer('api');
registerTelemetry(spanlineTelemetry({ tracer }));

const shop = new StdioClientTransport({
  command: process.execPath,
  args: [...process.execArgv, fileURLToPath(new URL('shop.ts', import.meta.url))],
  env: process.env as Record<string, string>,
});
const client = wrapMcp(await createMCPClient({ transport: shop }), { tracer });
const tools = await client.tools();
const model = createOpenAI({ apiKey: 'not-needed', baseURL: process.env[MODEL_URL] ?? '' }).chat('gpt-4o-mini');

const app = express();
// The web process is one of ours. A service on the internet trusts nobody.
app.use(spanlineExpress({ tracer, trustIncoming: true }));
app.post('/api/chat', express.json(), async (req, res) => {
  const { id, messages } = req.body as { id: string; messages: UIMessage[] };
  const result = streamText({
    model,
    messages: await convertToModelMessages(messages),
    tools,
    stopWhen: isStepCount(5),
    abortSignal: req.clientSignal,
    runtimeContext: { chatId: id },
    telemetry: { functionId: 'shop assistant', includeRuntimeContext: { chatId: true } },
  });
  await result.pipeUIMessageStreamToResponse(res);
});
app.use(spanlineErrorHandler());

const server = app.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));

async function stop(): Promise<void> {
  server.closeAllConnections();
  server.close();
  await client.close();
  await tracer.shutdown();
}

// Ctrl-C reaches all processes of a terminal. The web process ends this one.
process.on('SIGINT', () => undefined);
process.once('disconnect', () => void stop());
