import {
  BaseEmbedding,
  CondenseQuestionChatEngine,
  ContextChatEngine,
  Document,
  getResponseSynthesizer,
  IngestionPipeline,
  FunctionTool,
  type LLM,
  LLMAgent,
  QueryEngineTool,
  ReActAgent,
  RouterQueryEngine,
  SentenceSplitter,
  Settings,
  SubQuestionQueryEngine,
  VectorStoreIndex,
} from 'llamaindex';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTracer, type Tracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import { instrumentLlamaIndex, type Uninstall } from '@spanline/llamaindex';

class Ones extends BaseEmbedding {
  constructor() {
    super();
  }

  override async getTextEmbedding(): Promise<number[]> {
    return [1, 2, 3];
  }
}

/** Answers in the form that the asker expects: a choice, sub-questions, or a sentence. */
async function complete({ prompt }: { prompt: unknown }): Promise<object> {
  const asked = JSON.stringify(prompt);
  if (asked.includes('choices')) return { raw: null, text: '[{"choice": 1, "reason": "it fits"}]' };
  if (asked.includes('subQuestion'))
    return { raw: null, text: '```json\n[{"subQuestion": "what is red?", "toolName": "fruits"}]\n```' };
  return { raw: null, text: 'an apple' };
}

let log: MemoryLog;
let tracer: Tracer;
let uninstall: Uninstall;

beforeEach(() => {
  log = memoryLog();
  tracer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0, capture: 'full' });
  uninstall = instrumentLlamaIndex({ tracer });
  Settings.embedModel = new Ones();
  Settings.llm = {
    metadata: { model: 'own', contextWindow: 4096 },
    complete,
    chat: async () => ({ raw: null, message: { role: 'assistant', content: 'x' } }),
  } as unknown as LLM;
});

afterEach(() => {
  uninstall();
  for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
});

const documents = () => [
  new Document({ id_: 'd1', text: 'apples are red' }),
  new Document({ id_: 'd2', text: 'bananas are yellow' }),
];

const QUERY = `chain query RetrieverQueryEngine
  retriever retrieval VectorIndexRetriever
    embedding embeddings Ones
    retriever vector_search SimpleVectorStore
  chain synthesize CompactAndRefine
    llm text_completion own`;

const indented = (text: string): string => text.replaceAll(/^/gm, '  ');

describe('building', () => {
  it('an index is a tree with its embeddings', async () => {
    await VectorStoreIndex.fromDocuments(documents());
    expect(tree(log.records())).toBe(
      'chain index VectorStoreIndex\n  task parse SentenceSplitter\n  embedding embeddings Ones',
    );
    const root = log.records().at(-1);
    expect(root?.['spanline.input']).toBe('{"documents":2}');
    expect(
      log.records().find((record) => record['span.type'] === 'embedding')?.['spanline.embeddings.input_count'],
    ).toBe(2);
  });

  it('with a pipeline is one too', async () => {
    const pipeline = new IngestionPipeline({
      transformations: [new SentenceSplitter({ chunkSize: 64, chunkOverlap: 8 }), new Ones()],
    });
    const nodes = await pipeline.run({ documents: documents() });
    expect(nodes).toHaveLength(2);
    expect(tree(log.records())).toMatch(/^chain ingest IngestionPipeline\n/);
    expect(log.records().at(-1)?.['spanline.output']).toBe('{"nodes":2}');
  });
});

describe('an index', () => {
  it('made of nodes, and one that takes a document later, are trees as well', async () => {
    const index = await VectorStoreIndex.init({ nodes: documents() });
    expect(tree(log.records())).toBe('chain index VectorStoreIndex\n  embedding embeddings Ones');
    expect(log.records().at(-1)?.['spanline.input']).toBe('{"nodes":2}');
    log.clear();
    await index.insert(new Document({ id_: 'd3', text: 'plums are blue' }));
    expect(tree(log.records())).toBe(
      'chain index VectorStoreIndex\n  task parse SentenceSplitter\n  embedding embeddings Ones',
    );
  });

  it('whose embedding model is exchanged is traced with the other one', async () => {
    class Others extends Ones {
      override async getQueryEmbedding(): Promise<number[]> {
        return [3, 2, 1];
      }
    }
    const index = await VectorStoreIndex.fromDocuments(documents());
    const engine = index.asQueryEngine();
    await engine.query({ query: 'what is red?' });
    index.embedModel = new Others();
    log.clear();
    await engine.query({ query: 'what is red?' });
    expect(tree(log.records())).toBe(QUERY.replace('embeddings Ones', 'embeddings Others'));
  });
});

describe('a legacy agent', () => {
  it('that reasons in words is an agent too', async () => {
    const chat = async (): Promise<object> => ({
      raw: null,
      message: { role: 'assistant', content: 'Thought: I know it.\nAnswer: three' },
    });
    const llm = { metadata: { model: 'own', contextWindow: 4096 }, chat, complete };
    const answer = await new ReActAgent({ llm: llm as never, tools: [] }).chat({ message: 'one and two?' });
    expect(String(answer.message.content)).toContain('three');
    expect(tree(log.records())).toBe('agent invoke_agent ReActAgent\n  llm chat own');
  });

  it('is an agent with its model calls and tools', async () => {
    let asked = 0;
    const chat = async (): Promise<object> =>
      ++asked === 1
        ? {
            raw: null,
            message: {
              role: 'assistant',
              content: '',
              options: { toolCall: [{ id: 'c1', name: 'add', input: { a: 1, b: 2 } }] },
            },
          }
        : { raw: null, message: { role: 'assistant', content: 'three', options: {} } };
    const llm = {
      metadata: { model: 'own', contextWindow: 4096 },
      supportToolCall: true,
      chat,
      complete,
    } as unknown as LLM;
    const add = FunctionTool.from(({ a, b }: { a: number; b: number }) => a + b, {
      name: 'add',
      description: 'adds',
      parameters: {
        type: 'object',
        properties: { a: { type: 'number' }, b: { type: 'number' } },
        required: ['a', 'b'],
      },
    });
    const agent = new LLMAgent({ llm: llm as never, tools: [add] });
    const answer = await agent.chat({ message: 'one and two?' });
    expect(String(answer.message.content)).toBe('three');
    expect(tree(log.records())).toBe(`agent invoke_agent LLMAgent
  llm chat own
  tool execute_tool add
  llm chat own`);
  });
});

describe('asking', () => {
  it('a synthesiser records its template, its name, its hash and the query', async () => {
    const index = await VectorStoreIndex.fromDocuments(documents());
    for (const [mode, name] of [
      ['compact', 'textQATemplate'],
      ['tree_summarize', 'summaryTemplate'],
    ] as const) {
      const responseSynthesizer = getResponseSynthesizer(mode);
      log.clear();
      await index.asQueryEngine({ responseSynthesizer }).query({ query: 'what is red?' });
      const synthesis = log.records().find((record) => record['span.name']?.startsWith('synthesize') === true);
      expect(synthesis).toMatchObject({
        'gen_ai.prompt.name': name,
        'spanline.prompt.template': expect.stringContaining('{context}') as string,
        'spanline.prompt.template_sha256': expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        'spanline.prompt.variables': '{"query":"what is red?"}',
      });
    }
  });

  it('a chat engine records its template', async () => {
    const index = await VectorStoreIndex.fromDocuments(documents());
    await new ContextChatEngine({ retriever: index.asRetriever() }).chat({ message: 'what is red?' });
    expect(log.records().at(-1)).toMatchObject({
      'gen_ai.prompt.name': 'contextSystemPrompt',
      'spanline.prompt.template': expect.stringContaining('{context}') as string,
    });
    const queryEngine = index.asQueryEngine();
    await new CondenseQuestionChatEngine({ queryEngine, chatHistory: [] }).chat({ message: 'what is red?' });
    expect(log.records().at(-1)).toMatchObject({
      'gen_ai.prompt.name': 'condenseMessagePrompt',
      'spanline.prompt.template': expect.stringContaining('{question}') as string,
      'spanline.prompt.variables': '{"question":"what is red?"}',
    });
  });

  it('a router is a tree with the choice it made', async () => {
    const engine = (await VectorStoreIndex.fromDocuments(documents())).asQueryEngine();
    const router = RouterQueryEngine.fromDefaults({
      queryEngineTools: [{ queryEngine: engine, description: 'about fruits' }],
    });
    log.clear();
    const answer = await router.query({ query: 'what is red?' });
    expect(answer.toString()).toBe('an apple');
    expect(tree(log.records())).toBe(`chain query RouterQueryEngine
  chain select LLMSingleSelector
    llm text_completion own
${indented(QUERY)}`);
  });

  it('sub-questions are a tree each', async () => {
    const engine = (await VectorStoreIndex.fromDocuments(documents())).asQueryEngine();
    const tools = [
      new QueryEngineTool({ queryEngine: engine, metadata: { name: 'fruits', description: 'about fruits' } }),
    ];
    const questions = SubQuestionQueryEngine.fromDefaults({ queryEngineTools: tools });
    log.clear();
    await questions.query({ query: 'what is red and what is not?' });
    const lines = tree(log.records());
    expect(lines).toMatch(/^chain query SubQuestionQueryEngine\n {2}llm text_completion own\n/);
    expect(lines).toContain(indented(QUERY).split('\n').slice(1).join('\n'));
    expect(new Set(log.records().map((record) => record.trace_id)).size).toBe(1);
  });
});
