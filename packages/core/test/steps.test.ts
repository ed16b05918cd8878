import { on } from 'node:events';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { createTracer, llmSpan, rerankSpan, retrieverSpan, toolSpan, type Tracer, validate } from '../src/index.ts';
import { memoryLog } from '../src/testing.ts';

function setUp(enabled = true) {
  const log = memoryLog();
  const tracer = createTracer({
    service: { name: 'test' },
    logger: log.logger,
    statsIntervalSeconds: 0,
    capture: 'full',
    enabled,
  });
  return { log, tracer, last: () => log.records().at(-1) ?? {} };
}

const DOCUMENTS = [
  { id: 'a', score: 0.91, content: 'one' },
  { id: 'b', score: 0.72, content: 'two' },
];

describe('retrieverSpan', () => {
  it('has the query, where it was asked, and what came with its scores', async () => {
    const { tracer, last } = setUp();
    const options = { tracer, query: 'why?', dataSource: 'docs_v2', topK: 5 };
    const found = await retrieverSpan(options, () => Promise.resolve(DOCUMENTS));
    expectTypeOf(found).toEqualTypeOf<typeof DOCUMENTS>();
    expect(found).toBe(DOCUMENTS);
    expect(last()).toMatchObject({
      'span.name': 'retrieval docs_v2',
      'span.type': 'retriever',
      'gen_ai.operation.name': 'retrieval',
      'gen_ai.data_source.id': 'docs_v2',
      'gen_ai.retrieval.top_k': 5,
      'gen_ai.retrieval.query.text': 'why?',
      'spanline.retrieval.count': 2,
      'spanline.retrieval.score_min': 0.72,
      'spanline.retrieval.score_max': 0.91,
      'spanline.retrieval.empty': false,
    });
  });

  it('finds the documents in the answer of a client', () => {
    const { tracer, last } = setUp();
    const answer = { hits: { hits: DOCUMENTS.slice(0, 1) } };
    retrieverSpan({ tracer, query: 'q', documents: (found) => found.hits.hits }, () => answer);
    expect(last()).toMatchObject({ 'span.name': 'retrieval', 'spanline.retrieval.count': 1 });
  });
});

describe('rerankSpan', () => {
  it('has how many went in and what came out', () => {
    const { tracer, last } = setUp();
    rerankSpan({ tracer, query: 'q', documents: [1, 2, 3, 4], model: 'rerank-v3', topK: 2 }, () => DOCUMENTS);
    expect(last()).toMatchObject({
      'span.name': 'rerank rerank-v3',
      'span.type': 'reranker',
      'gen_ai.request.model': 'rerank-v3',
      'gen_ai.retrieval.query.text': 'q',
      'spanline.rerank.input_count': 4,
      'spanline.retrieval.count': 2,
      'spanline.retrieval.score_max': 0.91,
    });
  });
});

describe('toolSpan', () => {
  it.each([
    ['a list', [{ id: 1 }, { id: 2 }]],
    ['the answer of a database client', { rows: [{ id: 1 }, { id: 2 }], rowCount: 2 }],
  ])('counts the rows of a statement: %s', async (_, result) => {
    const { tracer, last } = setUp();
    const statement = 'select id from orders where user_id = $1';
    await toolSpan({ tracer, tool: 'db', callId: 'call_1', statement, arguments: [7] }, async () => result);
    expect(last()).toMatchObject({
      'span.name': 'execute_tool db',
      'gen_ai.tool.name': 'db',
      'gen_ai.tool.call.id': 'call_1',
      'gen_ai.tool.call.arguments': '[7]',
      'db.query.text': statement,
      'db.response.returned_rows': 2,
    });
    expect(last()).not.toHaveProperty('spanline.search.results');
  });

  it('counts the results of a query, as its option says', () => {
    const { tracer, last } = setUp();
    toolSpan({ tracer, tool: 'web', query: 'redact', count: ({ total }) => total }, () => ({ total: 12 }));
    expect(last()).toMatchObject({ 'spanline.search.query': 'redact', 'spanline.search.results': 12 });
  });

  it('hides a secret in a cause that is no error', () => {
    const { tracer, last } = setUp();
    const failure = new Error('refused', { cause: { seat: 12, password: 'hunter2', api_key: 'z' } });
    const fail = () => {
      throw failure;
    };
    expect(() => toolSpan({ tracer, tool: 'db' }, fail)).toThrow(failure);
    expect(last()['error.cause']).toMatch(/^\{"seat":12,"password":"\[SECRET_1\]","api_key":"\[SECRET_2\]"\}$/);
  });

  it('fails with what the tool fails with', async () => {
    const { tracer, last } = setUp();
    const failure = new TypeError('no table');
    await expect(toolSpan({ tracer, tool: 'db' }, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(last()).toMatchObject({ 'span.status': 'error', 'error.type': 'TypeError', 'error.message': 'no table' });
  });
});

describe('llmSpan', () => {
  it('has the usage of an event around the answer, as of the Realtime API', async () => {
    const { tracer, last } = setUp();
    const event = {
      type: 'response.done',
      response: {
        status: 'completed',
        usage: {
          total_tokens: 350,
          input_tokens: 200,
          output_tokens: 150,
          input_token_details: { text_tokens: 50, audio_tokens: 150, cached_tokens: 0 },
          output_token_details: { text_tokens: 30, audio_tokens: 120 },
        },
      },
    };
    const answer = () => ({ output: 'Hello.', usage: event });
    await llmSpan({ tracer, provider: 'openai', model: 'gpt-realtime', messages: 'Hi', answer }, () => event);
    // $4 and $32 for a million tokens of text and sound in, $16 and $64 out:
    // https://developers.openai.com/api/docs/pricing
    expect(last()['spanline.cost.usd']).toBeCloseTo((50 * 4 + 150 * 32 + 30 * 16 + 120 * 64) / 1e6, 12);
  });

  it('finds the message in the answer of a client', () => {
    const { tracer, last } = setUp();
    const message = { role: 'assistant', content: 'At six.', tool_calls: [{ function: { name: 'tide' } }] };
    llmSpan({ tracer, model: 'llama3', messages: 'When?' }, () => ({ message, prompt_eval_count: 3, eval_count: 4 }));
    expect(JSON.parse(String(last()['gen_ai.output.messages']))).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'text', content: 'At six.' },
          { type: 'tool_call', name: 'tide' },
        ],
      },
    ]);
  });

  it.each<[string, string, object, string, number]>([
    [
      'a deployment of Azure',
      'azure.ai.openai',
      { model: 'gpt-4o-2024-11-20', choices: [], usage: { prompt_tokens: 2000, completion_tokens: 10 } },
      'gpt-4o-2024-11-20',
      0.0051,
    ],
    [
      'a name that moves on',
      'gcp.gemini',
      { modelVersion: 'gemini-2.5-flash', usageMetadata: { promptTokenCount: 2000, candidatesTokenCount: 10 } },
      'gemini-2.5-flash',
      0.000625,
    ],
    [
      'a line of a batch',
      'openai',
      {
        custom_id: 'a',
        response: { body: { model: 'gpt-5-mini', usage: { prompt_tokens: 2000, completion_tokens: 10 } } },
      },
      'gpt-5-mini',
      0.00026,
    ],
  ])('has the model that the answer names, and its price: %s', (_what, provider, usage, model, usd) => {
    const { tracer, last } = setUp();
    llmSpan({ tracer, provider, model: 'house-chat', messages: 'q', answer: () => ({ usage }) }, () => 'So.');
    expect(last()).toMatchObject({ 'gen_ai.request.model': 'house-chat', 'gen_ai.response.model': model });
    expect(last()['spanline.cost.usd']).toBeCloseTo(usd, 12);
  });

  it('has the model that the chunks of a stream name', async () => {
    const { tracer, last } = setUp();
    const chunks = llmSpan({ tracer, provider: 'openai', model: 'house-chat', messages: 'q' }, async function* () {
      yield { model: 'gpt-5-mini', choices: [{ delta: { content: 'So.' } }] };
      yield { model: 'gpt-5-mini', choices: [], usage: { prompt_tokens: 2000, completion_tokens: 10 } };
    });
    for await (const _ of chunks);
    expect(last()).toMatchObject({ 'gen_ai.response.model': 'gpt-5-mini', 'spanline.cost.usd': 0.00052 });
  });

  it.each<[string, object]>([
    ["Ollama's client", { message: { role: 'assistant', content: 'So.' }, prompt_eval_count: 30, eval_count: 4 }],
    ['a model of Meta on Bedrock', { generation: 'So.', prompt_token_count: 30, generation_token_count: 4 }],
    ['a client of Cohere', { embeddings: {}, meta: { billedUnits: { inputTokens: 30, outputTokens: 4 } } }],
  ])('finds the counts in the answer of %s', (_what, answer) => {
    const { tracer, last } = setUp();
    llmSpan({ tracer, model: 'm', messages: 'q' }, () => answer);
    expect(last()).toMatchObject({ 'gen_ai.usage.input_tokens': 30, 'gen_ai.usage.output_tokens': 4 });
  });

  it('has messages, parameters, answer, tokens and cost', async () => {
    const { tracer, last } = setUp();
    await llmSpan(
      {
        tracer,
        model: 'gpt-4o',
        provider: 'openai',
        messages: [{ role: 'user', content: 'why?' }],
        temperature: 0,
        answer: ({ text, usage }) => ({ output: text, usage, finishReasons: ['stop'], model: 'gpt-4o-2024-08-06' }),
      },
      async () => ({ text: 'because', usage: { prompt_tokens: 1000, completion_tokens: 100 } }),
    );
    expect(last()).toMatchObject({
      'span.name': 'chat gpt-4o',
      'gen_ai.request.temperature': 0,
      'gen_ai.usage.input_tokens': 1000,
      'gen_ai.usage.output_tokens': 100,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'spanline.cost.usd': 0.0035,
      'gen_ai.output.messages': '[{"role":"assistant","parts":[{"type":"text","content":"because"}]}]',
    });
  });

  it('ends with its stream, and has what the stream said', async () => {
    const { tracer, log, last } = setUp();
    const words = llmSpan({ tracer, model: 'm', messages: 'q' }, async function* () {
      yield 'be';
      yield 'cause';
    });
    expect(log.records()).toEqual([]);
    let text = '';
    for await (const word of words) text += word;
    expect(text).toBe('because');
    expect(last()).toMatchObject({ 'span.status': 'ok', 'spanline.stream.chunks': 2 });
    expect(last()['gen_ai.output.messages']).toContain('because');
  });
});

describe('a step', () => {
  it('whose reader throws gives its result all the same, and is counted', () => {
    const { tracer, last } = setUp();
    const documents = (): never => {
      throw new Error('not there');
    };
    expect(retrieverSpan({ tracer, query: 'q', documents }, () => 7)).toBe(7);
    expect(last()).toMatchObject({ 'span.status': 'ok' });
    expect(tracer.stats().internalErrors).toBe(1);
  });

  it.each<[string, string, (tracer: Tracer) => unknown]>([
    ['tol', 'execute_tool', (tracer) => toolSpan({ tracer, tol: 'x' } as never, () => 7)],
    ['topk', 'retrieval', (tracer) => retrieverSpan({ tracer, query: 'q', topk: 3 } as never, () => 7)],
    ['top_k', 'rerank', (tracer) => rerankSpan({ tracer, query: 'q', documents: [], top_k: 3 } as never, () => 7)],
    ['max', 'chat', (tracer) => llmSpan({ tracer, model: 'm', messages: 'q', max: 3 } as never, () => 7)],
  ])('with the unknown option %s gives its result, counts and names it', async (name, operation, run) => {
    const { tracer, last } = setUp();
    const warnings = on(process, 'warning') as AsyncIterable<[Error]>;
    expect(run(tracer)).toBe(7);
    expect(last()).toMatchObject({ 'span.status': 'ok' });
    expect(tracer.stats().internalErrors).toBe(1);
    // Warnings of earlier tests may still be on their way.
    for await (const [{ message }] of warnings) if (message.includes(`${operation} option ${name} (unknown)`)) break;
  });

  it.each([
    ['x'.repeat(1_000_000)],
    [['a', 'b']],
    [7],
    [null],
    [
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('no');
          },
        },
      ),
    ],
  ])('with something else for options gives its result, and its line is valid', (options) => {
    const { tracer, last } = setUp();
    expect(tracer.run(tracer.startSpan('above'), () => toolSpan(options as never, () => 7))).toBe(7);
    expect(validate(last())).toEqual({ valid: true });
    expect(tracer.stats().internalErrors).toBeLessThan(4);
  });

  it.each<[string, (tracer: Tracer, wrong: never) => unknown, string]>([
    [
      'execute_tool option count',
      (tracer, count) => toolSpan({ tracer, tool: 't', statement: 'SELECT', count }, () => [7]),
      '"db.response.returned_rows":1',
    ],
    [
      'retrieval option documents',
      (tracer, documents) => retrieverSpan({ tracer, query: 'q', documents }, () => [{ id: 'a' }]),
      '"spanline.retrieval.count":1',
    ],
    [
      'rerank option ranked',
      (tracer, ranked) => rerankSpan({ tracer, query: 'q', documents: [1, 2], ranked }, () => [{ id: 'a' }]),
      '"spanline.retrieval.count":1',
    ],
    [
      'chat option answer',
      (tracer, answer) => llmSpan({ tracer, model: 'm', messages: 'q', answer }, () => 'so'),
      'so',
    ],
  ])('with a wrong %s does without it, counts and names it', async (name, run, kept) => {
    const { tracer, last } = setUp();
    const warnings = on(process, 'warning') as AsyncIterable<[Error]>;
    run(tracer, 'x' as never);
    expect(JSON.stringify(last())).toContain(kept);
    expect(tracer.stats().internalErrors).toBe(1);
    for await (const [{ message }] of warnings) if (message.includes(`${name} (no function)`)) break;
    run(tracer, null as never);
    expect(JSON.stringify(last())).toContain(kept);
    expect(tracer.stats().internalErrors).toBe(1);
  });

  it('with something else for a tracer stands under the current span, and is counted', () => {
    const { tracer, log } = setUp();
    const wrong = { tracer: {} as never, tool: 't' };
    expect(tracer.withSpan('root', () => toolSpan(wrong, () => 7))).toBe(7);
    expect(log.records()[0]).toMatchObject({ 'span.name': 'execute_tool t' });
    expect(tracer.stats().internalErrors).toBe(1);
    expect(toolSpan(wrong, () => 7)).toBe(7);
  });

  it('whose answer is a text has it as its output', () => {
    const { tracer, last } = setUp();
    const answer = (): never => 'because' as never;
    llmSpan({ tracer, model: 'm', messages: 'q', answer }, () => 7);
    expect(last()['gen_ai.output.messages']).toContain('because');
    llmSpan({ tracer, model: 'm', messages: 'q', answer: () => undefined as never }, () => 7);
    expect(last()).not.toHaveProperty('gen_ai.output.messages');
    expect(tracer.stats().internalErrors).toBe(0);
  });

  it('with an unknown type is a task, and is counted', () => {
    const { tracer, last } = setUp();
    expect(tracer.withSpan({ name: 'x', type: 'tol' as never }, () => 7)).toBe(7);
    expect(last()).toMatchObject({ 'span.type': 'task' });
    expect(tracer.stats().internalErrors).toBe(1);
  });

  it('takes a name, labels and attributes of its own, and stands under the current span', () => {
    const { tracer, log } = setUp();
    tracer.withSpan('root', () =>
      toolSpan(
        { tracer, tool: 't', name: 'Web Search', labels: { tier: 1 }, attributes: { 'spanline.cache.hit': true } },
        () => 1,
      ),
    );
    const [step, root] = log.records();
    expect(step).toMatchObject({ 'span.name': 'Web Search', 'labels.tier': 1, 'spanline.cache.hit': true });
    expect(step?.parent_span_id).toBe(root?.span_id);
  });

  it('is the bare function when the tracer is disabled', () => {
    const { tracer, log } = setUp(false);
    expect(toolSpan({ tracer, tool: 't' }, () => 1)).toBe(1);
    expect(log.lines()).toEqual([]);
  });
});
