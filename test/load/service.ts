import express, { type Express } from 'express';
import { llmSpan, rerankSpan, retrieverSpan, type Tracer, withContext } from '@spanline/core';
import { spanlineExpress } from '@spanline/express';
import { prose } from './prose.ts';

const FOUND = 10;
const USED = 5;
const DOCUMENT_CHARACTERS = 1200;
const QUESTION_CHARACTERS = 120;
const ANSWER_CHARACTERS = 900;

const answerOf = (result: { text: string; usage: object }) => ({
  output: result.text,
  usage: result.usage,
  finishReasons: ['stop'],
});

/** Six steps of a question to a knowledge base, each a span: ten documents are found, five are used, a model answers. */
function ask(tracer: Tracer, number: number): string {
  const query = prose(QUESTION_CHARACTERS, number);
  return tracer.withSpan({ name: 'rag', type: 'chain', input: query }, (root) => {
    tracer.withSpan({ name: 'embed', type: 'embedding' }, (span) =>
      span.set({ 'gen_ai.request.model': 'text-embedding-3-small', 'gen_ai.usage.input_tokens': 30 }),
    );
    const found = retrieverSpan({ tracer, name: 'search', query, dataSource: 'docs_v2', topK: FOUND }, () =>
      Array.from({ length: FOUND }, (_, index) => ({
        id: `docs_v2/${number}-${index}`,
        score: 0.9 - index / 50,
        content: prose(DOCUMENT_CHARACTERS, number * FOUND + index),
      })),
    );
    const best = rerankSpan({ tracer, name: 'rerank', query, documents: found, topK: USED }, () =>
      found.slice(0, USED),
    );
    const messages = [
      { role: 'system', content: `Answer from the context.\n${best.map(({ content }) => content).join('\n')}` },
      { role: 'user', content: query },
    ];
    const { text } = llmSpan(
      { tracer, model: 'gpt-4o-mini', provider: 'openai', temperature: 0, messages, answer: answerOf },
      () => ({
        text: prose(ANSWER_CHARACTERS, number + 7),
        usage: { prompt_tokens: 1600, completion_tokens: 220, total_tokens: 1820 },
      }),
    );
    tracer.withSpan({ name: 'post-process', type: 'task' }, () => text.trim());
    root.output(text);
    return text;
  });
}

/** A service whose requests are seven spans: the request, and six below it. `GET /ask/17` asks question 17. */
export function createService(tracer: Tracer): Express {
  const app = express();
  app.use(spanlineExpress({ tracer }));
  app.get('/ask/:number', (request, response) => {
    const number = Number(request.params.number);
    withContext({ sessionId: `s_${number % 40}`, userId: `u_${number % 25}`, labels: { plan: 'pro' } }, () =>
      response.json({ answer: ask(tracer, number) }),
    );
  });
  return app;
}
