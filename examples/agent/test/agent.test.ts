import { beforeEach, describe, expect, it } from 'vitest';
import { createTracer, type Tracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import { answerRequest } from '../src/agent.ts';
import { answerFromManual } from '../src/rag.ts';

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
