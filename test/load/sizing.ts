/** What a RAG service writes in a day, by capture mode: real requests through Express, lines as they stand in the log. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createTracer, llmSpan, rerankSpan, retrieverSpan, type Tracer, withContext } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { spanlineExpress } from '@spanline/express';
import express, { type Express } from 'express';

const REQUESTS = 300;
const PER_DAY = 50_000;
const MODES = ['metadata', 'hashed', 'redacted', 'full'] as const;
const CHUNK_BYTES = 1200;
const WORDS =
  'the contract of a tenant may end early when both sides agree in writing and the deposit is returned within two months of the day on which the keys were handed over'.split(
    ' ',
  );

/** Prose that compresses as prose does: words in an order that does not repeat. */
function prose(bytes: number, seed: number): string {
  let state = seed;
  let text = '';
  while (text.length < bytes) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    text += `${WORDS[state % WORDS.length]} `;
  }
  return text.slice(0, bytes);
}

/** Seven spans: the request, and six steps below it. */
function answer(tracer: Tracer, number: number): string {
  const query = prose(120, number);
  return tracer.withSpan({ name: 'rag', type: 'chain', input: query }, (root) => {
    tracer.withSpan({ name: 'embed', type: 'embedding' }, (span) =>
      span.set({ 'gen_ai.request.model': 'text-embedding-3-small', 'gen_ai.usage.input_tokens': 30 }),
    );
    const found = retrieverSpan({ tracer, name: 'search', query, dataSource: 'docs_v2', topK: 10 }, () =>
      Array.from({ length: 10 }, (_, index) => ({
        id: `docs_v2/${number}-${index}`,
        score: 0.9 - index / 50,
        content: prose(CHUNK_BYTES, number * 10 + index),
      })),
    );
    const best = rerankSpan({ tracer, name: 'rerank', query, documents: found, topK: 5 }, () => found.slice(0, 5));
    const messages = [
      { role: 'system', content: `Answer from the context.\n${best.map(({ content }) => content).join('\n')}` },
      { role: 'user', content: query },
    ];
    const reader = (result: { text: string; usage: object }) => ({
      output: result.text,
      usage: result.usage,
      finishReasons: ['stop'],
    });
    const { text } = llmSpan(
      { tracer, model: 'gpt-4o-mini', provider: 'openai', temperature: 0, messages, answer: reader },
      () => ({
        text: prose(900, number + 7),
        usage: { prompt_tokens: 1600, completion_tokens: 220, total_tokens: 1820 },
      }),
    );
    tracer.withSpan({ name: 'post-process', type: 'task' }, () => text.trim());
    root.output(text);
    return text;
  });
}

function createApp(tracer: Tracer): Express {
  const app = express();
  app.use(spanlineExpress({ tracer }));
  app.get('/ask/:number', (request, response) => {
    const number = Number(request.params.number);
    withContext({ sessionId: `s_${number % 40}`, userId: `u_${number % 25}`, labels: { plan: 'pro' } }, () =>
      response.json({ answer: answer(tracer, number) }),
    );
  });
  return app;
}

async function linesOf(capture: (typeof MODES)[number]): Promise<string[]> {
  const log = memoryLog();
  const service = { name: 'rag-api', version: '2.4.1', environment: 'production' };
  const tracer = createTracer({ logger: log.logger, service, capture, hashKey: 'key', statsIntervalSeconds: 0 });
  const server = createApp(tracer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (let number = 0; number < REQUESTS; number++) {
    await (await fetch(`http://127.0.0.1:${port}/ask/${number}`)).text();
  }
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  return log.raw();
}

const gigabytes = (bytes: number): string => `${(((bytes / REQUESTS) * PER_DAY) / 1e9).toFixed(2)} GB`;

console.log(`${PER_DAY.toLocaleString('en-US')} requests a day\n`);
console.log('| capture | lines a day | bytes a request | a day | a day, gzip |');
console.log('|---|---|---|---|---|');
for (const mode of MODES) {
  const lines = await linesOf(mode);
  const text = Buffer.from(`${lines.join('\n')}\n`);
  const perDay = ((lines.length / REQUESTS) * PER_DAY).toLocaleString('en-US');
  const each = Math.round(text.length / REQUESTS).toLocaleString('en-US');
  console.log(
    `| \`${mode}\` | ${perDay} | ${each} | ${gigabytes(text.length)} | ${gigabytes(gzipSync(text).length)} |`,
  );
}
