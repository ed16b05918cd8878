import { beforeEach, describe, expect, it } from 'vitest';
import { createTracer, type Tracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import type { RecordedAnswer } from '@spanline/replay';
import { expectReplay } from '../../../test/support/replayed.ts';
import { answerRequest } from '../src/agent.ts';
import { complete, type Completion } from '../src/model.ts';
import { queryOrders } from '../src/orders.ts';
import { answerFromManual, searchManual } from '../src/rag.ts';
import { searchWeb } from '../src/web.ts';

let log: MemoryLog;
let tracer: Tracer;

beforeEach(() => {
  log = memoryLog();
  tracer = createTracer({ service: { name: 'agent' }, logger: log.logger, capture: 'full', statsIntervalSeconds: 0 });
});

describe('the agent', () => {
  it('is a tree with the query, rows, results and user of each step', async () => {
    expect(await answerRequest(tracer, 'u_42', 'When does my order come?')).toBe('order 7 is on its way');
    const attributes = [
      'user.id',
      'spanline.search.query',
      'spanline.search.results',
      'db.query.text',
      'db.response.returned_rows',
    ];
    for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
    expect(`\n${tree(log.records(), { attributes })}`).toMatchInlineSnapshot(`
      "
      agent Agent Request user.id="u_42"
        llm Planning user.id="u_42"
        tool Web Search user.id="u_42" spanline.search.query="When does my order come?" spanline.search.results=1
        tool DB Query user.id="u_42" db.query.text="select id, status from orders where user_id = $1 order by id" db.response.returned_rows=2
        llm Synthesis user.id="u_42""
    `);
  });
});

describe('the steps of retrieval-augmented generation', () => {
  it('are below one root', async () => {
    const answer = await answerFromManual(tracer, 'How do I leave secrets out of the log?');
    expect(answer).toBe('Use the redact option to leave secrets out of the log.');
    const attributes = ['spanline.retrieval.count', 'spanline.retrieval.score_max', 'spanline.rerank.input_count'];
    expect(`\n${tree(log.records(), { attributes })}`).toMatchInlineSnapshot(`
      "
      chain RAG Request
        embedding embed query
        retriever vector search spanline.retrieval.count=3 spanline.retrieval.score_max=0.954
        reranker rerank spanline.retrieval.count=1 spanline.retrieval.score_max=0.954 spanline.rerank.input_count=3
        prompt construct prompt
        llm LLM call
        task post-process"
    `);
  });
});

describe('a replay', () => {
  const toCompletion = ({ text, usage = { input: 0, output: 0 } }: RecordedAnswer): Completion => ({
    text,
    usage: { prompt_tokens: usage.input, completion_tokens: usage.output },
  });

  it('of the agent has the recorded model and tools', async () => {
    await answerRequest(tracer, 'u_42', 'When does my order come?');
    await expectReplay(log.lines(), (question: string, context) => {
      const { recorded } = context;
      const web = recorded.tool('web_search', ({ query }: { query: string }) => searchWeb(query));
      return answerRequest(context.tracer, 'u_42', question, {
        complete: recorded.model(complete, {
          request: (prompt) => ({ model: 'gpt-4o-mini', temperature: 0, messages: prompt }),
          answer: toCompletion,
        }),
        searchWeb: (query) => web({ query }),
        queryOrders: recorded.tool('orders', queryOrders),
      });
    });
  });

  it('of the steps has the recorded search and model', async () => {
    await answerFromManual(tracer, 'How do I leave secrets out of the log?');
    await expectReplay(log.lines(), (asked: string, context) => {
      const { recorded } = context;
      const search = recorded.retriever<[readonly number[]], ReturnType<typeof searchManual>[number]>(
        'vector search',
        (_, vector) => searchManual(vector),
        ({ id = '', content = '', score = 0 }) => ({ id, content, score }),
      );
      return answerFromManual(context.tracer, asked, {
        search: (vector, question) => search(question, vector),
        complete: recorded.model(complete, {
          request: (prompt) => ({ model: 'gpt-4o-mini', messages: prompt }),
          answer: toCompletion,
        }),
      });
    });
  });
});
