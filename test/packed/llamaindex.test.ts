import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProject, packedTarballs, removeFolders, run } from './workspace.ts';

let tarballs: Map<string, string>;

beforeAll(() => {
  tarballs = packedTarballs();
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

const QUESTION = `
class Ones extends BaseEmbedding {
  async getTextEmbedding() {
    return [1, 2, 3];
  }
}
async function main() {
  Settings.embedModel = new Ones();
  const answer = async () => ({ raw: null, text: 'an apple' });
  Settings.llm = { metadata: { model: 'own', contextWindow: 4096 }, complete: answer, chat: answer };
  const engine = (await VectorStoreIndex.fromDocuments([new Document({ text: 'apples are red' })])).asQueryEngine();
  await engine.query({ query: 'apples?' });
  const { agent } = await workflow();
  const metadata = { model: 'own' };
  const chat = async () => (async function* () { yield { delta: 'hello', raw: null }; })();
  await agent({ name: 'talker', llm: { supportToolCall: true, metadata, chat } }).run('hi');
}
main();
`;
const NAMES = 'BaseEmbedding, Document, Settings, VectorStoreIndex';
const COMMON = `const { ${NAMES} } = require('llamaindex');
const workflow = async () => require('@llamaindex/workflow');
${QUESTION}`;
const ESM = `import { ${NAMES} } from 'llamaindex';
const workflow = () => import('@llamaindex/workflow');
${QUESTION}`;

describe('an application that is not changed', () => {
  let project: string;

  beforeAll(() => {
    const copies = [
      'llamaindex@0.12.1',
      '@llamaindex/workflow@1.1.24',
      '@llamaindex/core@0.6.22',
      '@llamaindex/env@0.1.30',
    ];
    project = createProject(tarballs, ['core', 'llamaindex'], copies, {
      'host.mjs': ESM,
      'host.cjs': COMMON,
      'both.mjs': `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
await import('./host.mjs');
require('./host.cjs');`,
      'asks.cjs': `const { instrumentLlamaIndex } = require('@spanline/llamaindex');
instrumentLlamaIndex();
${COMMON}`,
    });
  });

  const spansOf = (args: readonly string[], env: Record<string, string> = {}): { names: string[]; other: string[] } => {
    const lines = run(process.execPath, args, project, { SPANLINE_STATS_INTERVAL: '0', ...env }).split('\n');
    const spans = lines
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const names = spans.filter((line) => line['event.name'] === 'span.end').map((line) => String(line['span.name']));
    return { names, other: lines.filter((line) => line !== '' && !line.startsWith('{')) };
  };

  const SPANS = [
    'parse SentenceSplitter',
    'embeddings Ones',
    'index VectorStoreIndex',
    'embeddings Ones',
    'vector_search SimpleVectorStore',
    'retrieval VectorIndexRetriever',
    'text_completion own',
    'synthesize CompactAndRefine',
    'query RetrieverQueryEngine',
    'chat own',
    'step talker',
    'invoke_agent talker',
  ];
  const REGISTER = '@spanline/llamaindex/register';

  it.each([
    ['an ES module with --import', ['--import', REGISTER, 'host.mjs'], SPANS],
    ['CommonJS with --require', ['--require', REGISTER, 'host.cjs'], SPANS],
    ['CommonJS with --import', ['--import', REGISTER, 'host.cjs'], SPANS],
    ['CommonJS that asks for it', ['asks.cjs'], SPANS],
  ])('is traced: %s', (_, args, expected) => {
    expect(spansOf(args).names).toEqual(expected);
  });

  it('is traced in both of its copies of LlamaIndex', () => {
    expect(spansOf(['--import', REGISTER, 'both.mjs']).names.toSorted()).toEqual([...SPANS, ...SPANS].toSorted());
  });

  it('loads no second LlamaIndex in CommonJS', () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['--require', REGISTER, 'host.cjs'], {
      cwd: project,
      encoding: 'utf8',
    });
    expect(stdout).toContain('query RetrieverQueryEngine');
    expect(stderr).not.toContain('already imported');
  });

  it('stays as it is when Spanline is switched off', () => {
    for (const args of [
      ['--import', REGISTER, 'host.mjs'],
      ['--require', REGISTER, 'host.cjs'],
    ])
      expect(spansOf(args, { SPANLINE_ENABLED: 'false' })).toEqual({ names: [], other: [] });
  });
});

describe('LlamaIndex', () => {
  it.each(['0.9.19', '0.10.6', '0.11.29'])('%s gives the same tree', async (version) => {
    const project = createProject(tarballs, ['core', 'llamaindex'], [`llamaindex@${version}`], {
      'program.mjs': program(OWN_MODEL),
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
        { 'program.mjs': program(model) },
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
