import { setTimeout as wait } from 'node:timers/promises';
import { LLMock } from '@copilotkit/aimock';
import { CallbackManager } from '@langchain/core/callbacks/manager';
import { Document } from '@langchain/core/documents';
import { AIMessage, AIMessageChunk } from '@langchain/core/messages';
import { JsonOutputParser, StringOutputParser } from '@langchain/core/output_parsers';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { BaseRetriever } from '@langchain/core/retrievers';
import { RunnableLambda, RunnablePassthrough, RunnableSequence } from '@langchain/core/runnables';
import { DynamicStructuredTool, tool } from '@langchain/core/tools';
import { FakeListChatModel, FakeLLM, FakeStreamingChatModel } from '@langchain/core/utils/testing';
import { ChatOpenAI } from '@langchain/openai';
import { createAgent } from 'langchain';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTracer, type Tracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';

let log: MemoryLog;
let tracer: Tracer;
let handler: SpanlineCallbackHandler;
let callbacks: SpanlineCallbackHandler[];

beforeEach(() => {
  log = memoryLog();
  tracer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0, capture: 'full' });
  handler = new SpanlineCallbackHandler({ tracer });
  callbacks = [handler];
});

afterEach(() => {
  for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  expect(tracer.stats().internalErrors).toBe(0);
});

class Docs extends BaseRetriever {
  override lc_namespace = ['test'];
  static override lc_name(): string {
    return 'Docs';
  }
  override async _getRelevantDocuments(query: string): Promise<Document[]> {
    if (query === 'fail') throw new RangeError('index is gone');
    return [1, 2].map(
      (n) => new Document({ id: `d${n}`, pageContent: `about ${query} ${n}`, metadata: { score: 1 / n } }),
    );
  }
}

const model = (responses: string[]) => new FakeListChatModel({ responses });
const prompt = ChatPromptTemplate.fromMessages([
  ['system', 'Answer.'],
  ['user', '{question}'],
]);

function rag(chat: ReturnType<typeof model>) {
  return RunnableSequence.from([
    { question: new RunnablePassthrough<string>(), context: new Docs().pipe((docs: Document[]) => docs.length) },
    prompt,
    chat,
    new StringOutputParser(),
  ]).withConfig({ runName: 'rag_chain' });
}

describe('a chain', () => {
  const RAG = `chain rag_chain
  retriever retrieval Docs
  prompt ChatPromptTemplate
  llm chat FakeListChatModel
  parser StrOutputParser`;

  it('is a tree of its steps, invoked, streamed or in a batch', async () => {
    await rag(model(['yes'])).invoke('why?', { callbacks });
    expect(tree(log.records())).toBe(RAG);
    log.clear();
    let answer = '';
    for await (const chunk of await rag(model(['yes'])).stream('why?', { callbacks })) answer += chunk;
    expect(answer).toBe('yes');
    const sorted = (text: string): string[] => text.split('\n').toSorted();
    expect(sorted(tree(log.records()))).toEqual(sorted(RAG));
    log.clear();
    await rag(model(['a', 'b', 'c'])).batch(['1', '2', '3'], { callbacks });
    expect(tree(log.records())).toBe([RAG, RAG, RAG].join('\n'));
  });

  it('keeps its input and output readable', async () => {
    for await (const _ of await rag(model(['yes'])).stream('why?', { callbacks }));
    const records = log.records();
    const root = records.find((record) => record['span.name'] === 'rag_chain');
    expect([root?.['spanline.input'], root?.['spanline.output']]).toEqual(['"why?"', '"yes"']);
    const template = records.find((record) => record['span.type'] === 'prompt');
    expect(JSON.parse(template?.['spanline.output'] ?? '')).toMatchObject([
      { role: 'system', parts: [{ type: 'text', content: 'Answer.' }] },
      { role: 'user', parts: [{ type: 'text', content: 'why?' }] },
    ]);
    const retrieval = records.find((record) => record['span.type'] === 'retriever');
    expect(retrieval).toMatchObject({
      'gen_ai.retrieval.query.text': 'why?',
      'spanline.retrieval.count': 2,
      'spanline.retrieval.score_max': 1,
    });
    expect(root?.['spanline.sources']).toEqual(['d1', 'd2']);
  });

  it('shows the plumbing when asked to', async () => {
    await rag(model(['yes'])).invoke('why?', { callbacks: [new SpanlineCallbackHandler({ tracer, include: 'all' })] });
    expect(tree(log.records())).toContain('chain RunnableMap');
  });

  it('carries the tags and the metadata of the application', async () => {
    await rag(model(['yes'])).invoke('why?', {
      callbacks,
      tags: ['beta'],
      metadata: { tenant: 'acme', nested: { a: 1 } },
    });
    const root = log.records().at(-1) as Record<string, unknown>;
    expect(root['spanline.tags']).toEqual(['beta']);
    expect(root['labels.tenant']).toBe('acme');
    expect(root).not.toHaveProperty('labels.nested');
  });

  it('fails where the fault is, and the error reaches the caller as it was', async () => {
    const chain = new Docs().pipe((docs: Document[]) => docs.length).withConfig({ runName: 'search' });
    const caught: unknown = await chain.invoke('fail', { callbacks }).catch((error: unknown) => error);
    expect(caught).toBeInstanceOf(RangeError);
    expect(tree(log.records())).toBe('chain search [error]\n  retriever retrieval Docs [error]');
    const [origin, root] = log.records();
    expect(origin).toMatchObject({ 'error.type': 'RangeError', 'error.message': 'index is gone' });
    expect(root).toMatchObject({ 'spanline.error.propagated': true, 'spanline.rollup.errors': 1 });
  });

  it('counts retries', async () => {
    let calls = 0;
    const flaky = RunnableLambda.from(() => {
      if (++calls < 3) throw new Error('not yet');
      return 'done';
    }).withConfig({ runName: 'flaky' });
    await flaky.withRetry({ stopAfterAttempt: 3 }).invoke('x', { callbacks });
    const attempts = log.records().filter((record) => record['span.name'] === 'flaky');
    expect(attempts.map((record) => [record['span.status'], record['spanline.retry.attempt']])).toEqual([
      ['error', undefined],
      ['error', 2],
      ['ok', 3],
    ]);
  });
});

describe('what runs inside of a run', () => {
  const step = RunnableLambda.from(async (input: string) => {
    await wait(1);
    tracer.logger.info({ input }, 'inside');
    return tracer.withSpan({ name: `own ${input}`, type: 'task' }, async () => {
      await wait(1);
      return input;
    });
  }).withConfig({ runName: 'step' });

  it('stands under it, invoked and streamed', async () => {
    const chain = RunnableSequence.from([
      step,
      RunnableLambda.from((x: string) => x).withConfig({ runName: 'last' }),
    ]).withConfig({ runName: 'root' });
    await chain.invoke('a', { callbacks });
    for await (const _ of await chain.stream('b', { callbacks }));
    const expected = (input: string): string => `chain root\n  chain step\n    task own ${input}\n  chain last`;
    expect(tree(log.records())).toBe(`${expected('a')}\n${expected('b')}`);
    const spans = new Map(log.records().map((record) => [record.span_id, record['span.name']]));
    const lines = log.lines().filter((line) => line['message'] === 'inside');
    expect(lines.map((line) => spans.get(line['span_id'] as string))).toEqual(['step', 'step']);
  });

  it('stands under its tool, and tools that run at once stand side by side', async () => {
    const lookup = new DynamicStructuredTool({
      name: 'lookup',
      description: 'looks up',
      schema: { type: 'object', properties: { q: { type: 'string' } } } as never,
      func: async ({ q }: { q: string }) => {
        await wait(2);
        return tracer.withSpan({ name: `in ${q}`, type: 'task' }, () => q);
      },
    });
    await tracer.withSpan({ name: 'request', type: 'chain' }, async () => {
      await Promise.all(['a', 'b'].map((q) => lookup.invoke({ q } as never, { callbacks })));
      await tracer.withSpan({ name: 'after', type: 'task' }, () => wait(1));
    });
    expect(tree(log.records())).toBe(`chain request
  tool execute_tool lookup
    task in a
  tool execute_tool lookup
    task in b
  task after`);
  });

  it('is never under another request, whatever runs at once', async () => {
    const search = new Docs();
    const chain = RunnableSequence.from([
      step,
      async (input: string, config) => {
        await search.invoke(input, config);
        return prompt.invoke({ question: input }, config);
      },
      model(Array.from({ length: 100 }, () => 'yes')),
      new StringOutputParser(),
    ]).withConfig({ runName: 'chain' });
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        tracer.withSpan({ name: `request ${index}`, type: 'chain' }, async () => {
          await wait(index % 7);
          if (index % 2 === 0) await chain.invoke(String(index), { callbacks });
          else for await (const _chunk of await chain.stream(String(index), { callbacks }));
        }),
      ),
    );
    const records = log.records();
    const requests = new Map(
      records.filter((record) => record['span.name']?.startsWith('request')).map((record) => [record.trace_id, record]),
    );
    expect(requests.size).toBe(50);
    for (const record of records) {
      const owner = requests.get(record.trace_id)?.['span.name']?.split(' ')[1];
      if (record['span.name']?.startsWith('own ')) {
        expect(record['span.name']).toBe(`own ${owner}`);
        expect(record['span.path']).toBe(`request ${owner} > chain > step > own ${owner}`);
      }
      if (record['span.type'] === 'retriever') expect(record['gen_ai.retrieval.query.text']).toBe(owner);
    }
    for (const trace of requests.keys()) {
      const spans = records.filter((record) => record.trace_id === trace);
      const types = spans.map((record) => record['span.type']).toSorted();
      expect(types).toEqual(['chain', 'chain', 'chain', 'llm', 'parser', 'prompt', 'retriever', 'task']);
    }
  });
});

describe('a model call', () => {
  let provider: LLMock;
  let baseURL: string;

  beforeAll(async () => {
    provider = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
    provider.on(
      { userMessage: 'limited' },
      { error: { message: 'Rate limit reached', type: 'requests', code: 'rate_limit_exceeded' }, status: 429 },
    );
    provider.on(
      { predicate: (request) => (request.tools?.length ?? 0) > 0, hasToolResult: false },
      { toolCalls: [{ id: 'call_1', name: 'weather', arguments: '{"city":"Oslo"}' }] },
    );
    provider.on(
      { predicate: () => true },
      { content: 'It is sunny.', usage: { prompt_tokens: 21, completion_tokens: 4 } },
    );
    await provider.start();
    baseURL = `${provider.url}/v1`;
  });

  afterAll(() => provider.stop());

  const chat = () =>
    new ChatOpenAI({ model: 'gpt-4o-mini', apiKey: 'test', temperature: 0, maxRetries: 0, configuration: { baseURL } });

  it('records its model, parameters, messages, tokens, cost and finish reason', async () => {
    await chat().invoke(
      [
        ['system', 'Be brief.'],
        ['user', 'Weather?'],
      ],
      { callbacks },
    );
    const [record] = log.records();
    expect(record).toMatchObject({
      'span.name': 'chat gpt-4o-mini',
      'span.type': 'llm',
      'span.kind': 'CLIENT',
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o-mini',
      'gen_ai.request.temperature': 0,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 21,
      'gen_ai.usage.output_tokens': 4,
      'spanline.usage.source': 'provider',
      'spanline.cost.usd': 0.00000555,
      'server.address': '127.0.0.1',
    });
    expect(record?.['gen_ai.response.time_to_first_chunk']).toBeUndefined();
    expect(JSON.parse(record?.['gen_ai.input.messages'] ?? '')).toEqual([
      { role: 'system', parts: [{ type: 'text', content: 'Be brief.' }] },
      { role: 'user', parts: [{ type: 'text', content: 'Weather?' }] },
    ]);
    expect(JSON.parse(record?.['gen_ai.output.messages'] ?? '')).toEqual([
      { role: 'assistant', parts: [{ type: 'text', content: 'It is sunny.' }], finish_reason: 'stop' },
    ]);
  });

  it('records the time to the first token when it streams', async () => {
    for await (const _ of await chat().stream('Weather?', { callbacks }));
    expect(log.records()[0]).toMatchObject({
      'gen_ai.request.stream': true,
      'gen_ai.response.time_to_first_chunk': expect.any(Number) as number,
      'gen_ai.usage.input_tokens': 21,
      'gen_ai.usage.output_tokens': 4,
      'gen_ai.response.finish_reasons': ['stop'],
    });
  });

  it('is an error with its class when the provider refuses', async () => {
    const caught: unknown = await chat()
      .invoke('limited', { callbacks })
      .catch((error: unknown) => error);
    expect(caught).toMatchObject({ status: 429 });
    expect(log.records()[0]).toMatchObject({
      'span.status': 'error',
      'spanline.error.class': 'rate_limit',
      'spanline.error.retryable': true,
      level: 'error',
    });
  });

  it('is aborted when its caller gives up', async () => {
    const controller = new AbortController();
    const slow = RunnableLambda.from(async () => {
      controller.abort();
      await wait(1);
    }).withConfig({ runName: 'slow' });
    const chain = slow.pipe(RunnableLambda.from(() => 'never')).withConfig({ runName: 'given up' });
    const answer = chain.invoke('x', { callbacks, signal: controller.signal });
    await expect(answer).rejects.toThrow();
    await expect.poll(() => tracer.stats().open).toBe(0);
    expect(tree(log.records())).toBe('chain given up [aborted]\n  chain slow [aborted]');
  });

  it('of an agent stands in its node, with its tools beside it', async () => {
    const weather = tool(
      async ({ city }: { city: string }) => {
        tracer.logger.info('asking the weather service');
        return tracer.withSpan({ name: 'http call', type: 'task' }, () => `sunny in ${city}`);
      },
      { name: 'weather', description: 'The weather', schema: z.object({ city: z.string() }) },
    );
    const agent = createAgent({ model: chat(), tools: [weather], name: 'helper' });
    const { messages } = await agent.invoke(
      { messages: [{ role: 'user', content: 'Weather in Oslo?' }] },
      { callbacks },
    );
    expect(messages.at(-1)?.text).toBe('It is sunny.');
    const expected = `agent invoke_agent helper
  chain model_request
    llm chat gpt-4o-mini
  chain tools
    tool execute_tool weather
      task http call
  chain model_request
    llm chat gpt-4o-mini`;
    expect(tree(log.records())).toBe(expected);
    const records = log.records();
    const call = records.find((record) => record['span.type'] === 'tool');
    expect(call).toMatchObject({
      'gen_ai.tool.name': 'weather',
      'gen_ai.tool.call.id': 'call_1',
      'gen_ai.tool.call.arguments': '{"city":"Oslo"}',
      'gen_ai.tool.call.result': '"sunny in Oslo"',
    });
    expect(records.at(-1)).toMatchObject({
      'gen_ai.agent.name': 'helper',
      'spanline.rollup.llm_calls': 2,
      'spanline.rollup.errors': 0,
    });
    const line = log.lines().find((entry) => entry['message'] === 'asking the weather service');
    expect(line?.['span_id']).toBe(call?.span_id);
    log.clear();
    for await (const _ of await agent.stream(
      { messages: [{ role: 'user', content: 'Weather in Oslo?' }] },
      { callbacks, streamMode: 'messages' },
    ));
    expect(tree(log.records())).toBe(expected);
    log.clear();
    for await (const _ of agent.streamEvents(
      { messages: [{ role: 'user', content: 'Weather in Oslo?' }] },
      { callbacks, version: 'v2' },
    ));
    expect(tree(log.records())).toBe(expected);
  });
});

describe('what never ends', () => {
  it('is written when the process asks for it, with what was streamed', async () => {
    const words = RunnableSequence.from([
      prompt,
      new FakeListChatModel({ responses: ['one two three'], sleep: 1 }),
      new StringOutputParser(),
    ]).withConfig({ runName: 'broken' });
    for await (const _ of await words.stream({ question: 'x' }, { callbacks })) break;
    const ended = log.records().length;
    await tracer.shutdown();
    const records = log.records();
    expect(records.length).toBeGreaterThan(ended);
    expect(new Set(records.map((record) => record.span_id)).size).toBe(records.length);
    expect(tracer.stats().open).toBe(0);
  });
});

describe('other kinds', () => {
  it('a completion model has its prompt', async () => {
    await new FakeLLM({ response: 'four' }).invoke('two and two?', { callbacks });
    expect(log.records()[0]).toMatchObject({ 'gen_ai.operation.name': 'text_completion', 'span.type': 'llm' });
  });

  it('a parser that fails is a failed parser', async () => {
    await expect(model(['no json']).pipe(new JsonOutputParser()).invoke('x', { callbacks })).rejects.toThrow();
    expect(tree(log.records())).toContain('parser JsonOutputParser [error]');
  });

  it.each(['invoke', 'batch'] as const)(
    'the handler does not make a model stream that is not asked to: %s',
    async (way) => {
      class Both extends FakeStreamingChatModel {
        streams = 0;
        override async *_streamResponseChunks(...args: Parameters<FakeStreamingChatModel['_streamResponseChunks']>) {
          this.streams++;
          yield* super._streamResponseChunks(...args);
        }
      }
      const both = new Both({ responses: [new AIMessage('whole')], chunks: [new AIMessageChunk('part')] });
      if (way === 'invoke') await both.invoke('x', { callbacks });
      else await both.batch(['x'], { callbacks });
      expect(both.streams).toBe(0);
      expect(log.records()[0]).not.toHaveProperty('gen_ai.request.stream');
    },
  );

  it('a run that two handlers of a tracer see is recorded once, with each of its chunks once', async () => {
    const chat = model(['abc']);
    chat.callbacks = [new SpanlineCallbackHandler({ tracer })];
    const chain = prompt.pipe(chat).withConfig({ runName: 'answer' });
    for await (const _ of await chain.stream({ question: 'x' }, { callbacks }));
    await chat.invoke('alone', { callbacks: [new SpanlineCallbackHandler({ tracer })] });
    expect(tree(log.records(), { attributes: ['spanline.stream.chunks'] })).toBe(`chain answer
  prompt ChatPromptTemplate
  llm chat FakeListChatModel spanline.stream.chunks=3
llm chat FakeListChatModel`);
  });

  it('a handler whose tracer is disabled is not called, but for the budget that it was given', async () => {
    const off = createTracer({ logger: log.logger, enabled: false });
    const asked: string[] = [];
    class Heard extends SpanlineCallbackHandler {
      override handleChainStart(...given: Parameters<SpanlineCallbackHandler['handleChainStart']>): void {
        asked.push('chain');
        super.handleChainStart(...given);
      }
    }
    const chain = prompt.pipe(model(['abc']));
    await chain.invoke({ question: 'x' }, { callbacks: [new Heard({ tracer: off })] });
    expect(asked).toEqual([]);
    const beforeCall = (): void => {
      asked.push('budget');
      throw new Error('spent');
    };
    const refused = chain.invoke({ question: 'x' }, { callbacks: [new Heard({ tracer: off, beforeCall })] });
    await expect(refused).rejects.toThrow('spent');
    expect(asked).toContain('budget');
    expect(log.raw()).toEqual([]);
  });

  it('the handler is taken by a callback manager as it is', () => {
    const manager = CallbackManager.fromHandlers({});
    manager.addHandler(handler as never, true);
    expect(manager.copy().handlers).toContain(handler);
  });
});
