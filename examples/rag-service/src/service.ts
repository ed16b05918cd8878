import express, { type Express, type Request, type Response } from 'express';
import type { EngineResponse } from 'llamaindex';
import type { Tracer } from '@spanline/core';
import { debugSession, feedbackRoute, spanlineErrorHandler, spanlineExpress } from '@spanline/express';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { instrumentLlamaIndex } from '@spanline/llamaindex';
import type { Monitor } from '@spanline/monitor';
import { metricsHandler } from '@spanline/monitor/prometheus';
import type { Chunk } from './documents.ts';
import { createLangChainAssistant } from './langchain-assistant.ts';
import { createLlamaIndexAssistant } from './llamaindex-assistant.ts';
import type { Provider } from './provider.ts';

/** Parts of the service. */
export interface ServiceParts {
  tracer: Tracer;
  monitor: Monitor;
  provider: Provider;
  chunks: readonly Chunk[];
  /** Key of the tokens that show one session in full, at least 32 bytes. Without it, no token does. */
  debugKey?: string;
}

function question(req: Request): string {
  const { question: value } = (req.body ?? {}) as { question?: unknown };
  if (typeof value !== 'string' || value === '') throw Object.assign(new Error('question is missing'), { status: 400 });
  return value;
}

/** Sends text as server-sent events to clients that accept them, as one JSON object to all others. */
async function answer(req: Request, res: Response, parts: AsyncIterable<string>): Promise<void> {
  if (!req.accepts(['json', 'text/event-stream'])?.toString().includes('event-stream')) {
    let text = '';
    for await (const part of parts) text += part;
    res.json({ answer: text });
    return;
  }
  for await (const part of parts) {
    // Sends the head with the first words: a failure before that can still set its own status.
    if (!res.headersSent) res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    res.write(`data: ${JSON.stringify(part)}\n\n`);
  }
  res.end('data: [DONE]\n\n');
}

/** The text of LlamaIndex's chunks until the client leaves. Its engines take no signal. */
async function* textOf(chunks: AsyncIterable<EngineResponse>, signal: AbortSignal): AsyncGenerator<string> {
  for await (const { message } of chunks) {
    if (signal.aborted) return;
    yield message.content as string;
  }
}

/** An Express service with a documentation assistant: on LangChain, on LlamaIndex, and as an agent. */
export async function createService({ tracer, monitor, provider, chunks, debugKey }: ServiceParts): Promise<Express> {
  instrumentLlamaIndex({ tracer, streamUsage: true });
  const callbacks = [new SpanlineCallbackHandler({ tracer })];
  const { chain, agent } = createLangChainAssistant(chunks, provider, tracer);
  const engine = await createLlamaIndexAssistant(chunks, provider);

  const app = express();
  app.get('/metrics', metricsHandler({ tracer, monitor }));
  app.use(
    spanlineExpress({ tracer, trustIncoming: true, identify: (req) => ({ sessionId: req.get('x-session-id') }) }),
  );
  if (debugKey !== undefined) app.use(debugSession({ key: debugKey, maxAgeSeconds: 900 }));
  app.use(express.json({ limit: '64kb' }));
  app.post('/feedback', feedbackRoute({ tracer }));

  app.post('/langchain/ask', async (req, res) => {
    const asked = question(req);
    tracer.logger.info('asking LangChain');
    await answer(req, res, await chain.stream(asked, { callbacks, signal: req.clientSignal }));
  });

  app.post('/llamaindex/ask', async (req, res) => {
    const query = question(req);
    tracer.logger.info('asking LlamaIndex');
    await answer(req, res, textOf(await engine.query({ query, stream: true }), req.clientSignal));
  });

  app.post('/agent/ask', async (req, res) => {
    tracer.logger.info('asking the agent');
    const { messages } = await agent.invoke(
      { messages: [{ role: 'user', content: question(req) }] },
      { callbacks, signal: req.clientSignal },
    );
    res.json({ answer: messages.at(-1)?.text });
  });

  app.use(spanlineErrorHandler());
  app.use(
    (error: { status?: number; message: string }, _req: Request, res: Response, next: (error: unknown) => void) => {
      if (res.destroyed) return;
      if (res.headersSent) next(error);
      else res.status(error.status ?? 500).json({ error: error.message });
    },
  );
  return app;
}
