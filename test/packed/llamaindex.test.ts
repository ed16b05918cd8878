import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProject, packAll, removeFolders } from './workspace.ts';

let tarballs: Map<string, string>;

beforeAll(() => {
  tarballs = packAll();
});

afterAll(removeFolders);

/** A query, whole and streamed; `model` brings in and sets `Settings.llm`. */
const program = (model: string): string => `
import { createTracer } from '@spanline/core';
import { memoryLog, tree } from '@spanline/core/testing';
import { instrumentLlamaIndex } from '@spanline/llamaindex';
import { BaseEmbedding, Document, Settings, VectorStoreIndex } from 'llamaindex';

class Ones extends BaseEmbedding {
  async getTextEmbedding() {
    return [1, 2, 3];
  }
}
const log = memoryLog();
const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
instrumentLlamaIndex({ tracer, streamUsage: true });
Settings.embedModel = new Ones();
${model}
const engine = (await VectorStoreIndex.fromDocuments([new Document({ text: 'apples are red' })])).asQueryEngine();
log.clear();
await engine.query({ query: 'apples?' });
for await (const _ of await engine.query({ query: 'apples?', stream: true }));
console.log('::' + JSON.stringify({ tree: tree(log.records()), errors: tracer.stats().internalErrors, calls: log.records().filter((record) => record['span.type'] === 'llm') }));
`;

interface Result {
  tree: string;
  errors: number;
  calls: Record<string, unknown>[];
}

/** Runs beside this process, whose fake provider has to answer it. */
async function runProgram(project: string): Promise<Result> {
  const child = spawn(process.execPath, ['program.mjs'], { cwd: project, env: { ...process.env, NODE_OPTIONS: '' } });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number];
  const line = output.split('\n').find((text) => text.startsWith('::'));
  if (code !== 0 || line === undefined) throw new Error(`the program ended with ${code}:\n${output}`);
  return JSON.parse(line.slice(2)) as Result;
}

const QUERY = (call: string): string => `chain query RetrieverQueryEngine
  retriever retrieval VectorIndexRetriever
    embedding embeddings Ones
    retriever vector_search SimpleVectorStore
  chain synthesize CompactAndRefine
    llm ${call}`;

const OWN_MODEL = `
const words = async function* () {
  for (const text of ['an ', 'apple']) yield { text, delta: text, raw: null };
};
const complete = async ({ stream }) => (stream ? words() : { raw: null, text: 'an apple' });
Settings.llm = { metadata: { model: 'own', contextWindow: 4096 }, complete, chat: complete };
`;

describe('LlamaIndex', () => {
  it.each(['0.9.19', '0.10.6', '0.11.29'])('%s gives the same tree', async (version) => {
    const project = createProject(tarballs, ['core', 'llamaindex'], [`llamaindex@${version}`], {
      'program.mjs': program(OWN_MODEL),
      '.npmrc': 'legacy-peer-deps=true\n',
    });
    const { tree, errors } = await runProgram(project);
    expect(tree).toBe([QUERY('text_completion own'), QUERY('text_completion own')].join('\n'));
    expect(errors).toBe(0);
  });

  it('with a provider package that has a core of its own gives the same tree, with tokens', async () => {
    const provider = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
    provider.on({ predicate: () => true }, { content: 'an apple', usage: { prompt_tokens: 21, completion_tokens: 2 } });
    await provider.start();
    try {
      const model = `
const { OpenAI } = await import('@llamaindex/openai');
Settings.llm = new OpenAI({ model: 'gpt-4o-mini', apiKey: 'test', maxRetries: 0, additionalSessionOptions: { baseURL: '${provider.url}/v1' } });
`;
      const project = createProject(
        tarballs,
        ['core', 'llamaindex'],
        ['llamaindex@0.12.1', '@llamaindex/openai@0.4.23', '@llamaindex/core@0.6.23', '@llamaindex/env@0.1.31'],
        { 'program.mjs': program(model), '.npmrc': 'legacy-peer-deps=true\n' },
      );
      const { tree, errors, calls } = await runProgram(project);
      expect(tree).toBe([QUERY('chat gpt-4o-mini'), QUERY('chat gpt-4o-mini')].join('\n'));
      expect(calls.map((call) => [call['gen_ai.usage.input_tokens'], call['gen_ai.usage.output_tokens']])).toEqual([
        [21, 2],
        [21, 2],
      ]);
      expect(errors).toBe(0);
    } finally {
      await provider.stop();
    }
  });
});
