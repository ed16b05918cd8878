import type { LLMock } from '@copilotkit/aimock';
import { describe, expect, it } from 'vitest';
import { jsonLines, runChild } from '../support/child.ts';
import { useProvider } from '../support/use-provider.ts';

let provider: LLMock;

useProvider((started) => {
  provider = started;
});

const OPENAI = `
  await new OpenAI({ apiKey: 'test', baseURL: process.env.BASE + '/v1' })
    .chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: 'plain' }] });`;
const ANTHROPIC = `
  await new Anthropic({ apiKey: 'test', baseURL: process.env.BASE })
    .messages.create({ model: 'claude-3-5-haiku-20241022', max_tokens: 9, messages: [{ role: 'user', content: 'plain' }] });`;
const REQUIRE = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

describe.each([
  ['an ES module', `import OpenAI from 'openai'; import Anthropic from '@anthropic-ai/sdk';`],
  [
    'a program that uses require',
    `${REQUIRE} const OpenAI = require('openai'); const Anthropic = require('@anthropic-ai/sdk');`,
  ],
])('in %s', (_host, imports) => {
  const run = (nodeOptions: readonly string[], env: Record<string, string> = {}) =>
    runChild(`${imports}${OPENAI}${ANTHROPIC}`, { nodeOptions, env: { BASE: provider.url, ...env } });

  it('every client is traced without code', async () => {
    const { code, stdout, stderr } = await run([
      '--import',
      '@spanline/openai/register',
      '--import',
      '@spanline/anthropic/register',
    ]);
    expect([code, stderr]).toEqual([0, '']);
    const lines = jsonLines(stdout).filter((line) => line['event.name'] === 'span.end');
    expect(lines.map((line) => [line['span.name'], line['gen_ai.usage.input_tokens']])).toEqual([
      ['chat gpt-4o', 40],
      ['chat claude-3-5-haiku-20241022', 40],
    ]);
  });

  it('nothing is, where spanline is switched off', async () => {
    const { code, stdout } = await run(['--import', '@spanline/openai/register'], { SPANLINE_ENABLED: 'false' });
    expect([code, stdout]).toEqual([0, '']);
  });
});

const GOOGLE = `
  const google = new GoogleGenAI({ apiKey: 'test', apiVersion: 'v1beta', httpOptions: { baseUrl: process.env.BASE } });
  await google.models.generateContent({ model: 'gemini-2.5-flash', contents: 'plain' });
  const weather = {
    tool: async () => ({ functionDeclarations: [{ name: 'weather' }] }),
    callTool: async () => [{ functionResponse: { name: 'weather', response: { sky: 'blue' } } }],
  };
  const asked = { model: 'gemini-2.5-flash', contents: 'weather', config: { tools: [weather] } };
  await google.models.generateContent(asked);`;
const BEDROCK = `
  const bedrock = new BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: process.env.BASE,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: new NodeHttpHandler(),
  });
  const ask = { modelId: 'amazon.nova-lite-v1:0', messages: [{ role: 'user', content: [{ text: 'plain' }] }] };
  await bedrock.send(new ConverseCommand(ask));`;
const NAMES = ['GoogleGenAI', 'BedrockRuntimeClient, ConverseCommand', 'NodeHttpHandler'];
const MODULES = ['@google/genai', '@aws-sdk/client-bedrock-runtime', '@smithy/node-http-handler'];

it.each([
  ['an ES module', NAMES.map((name, at) => `import { ${name} } from '${MODULES[at]}';`).join('')],
  [
    'a program that uses require',
    REQUIRE + NAMES.map((name, at) => `const { ${name} } = require('${MODULES[at]}');`).join(''),
  ],
])(
  'clients of Google and Amazon are traced without code, and once if they are wrapped as well: in %s',
  async (_, imports) => {
    const wrapped = `
    const { wrapGoogleGenAI } = await import('@spanline/google-genai');
    const { wrapBedrock } = await import('@spanline/bedrock');
    wrapGoogleGenAI(google);
    wrapBedrock(bedrock);
    await google.models.generateContent({ model: 'gemini-2.5-flash', contents: 'plain' });
    await google.models.generateContent(asked);
    await bedrock.send(new ConverseCommand(ask));`;
    const { code, stdout } = await runChild(`${imports}${GOOGLE}${BEDROCK}${wrapped}`, {
      nodeOptions: ['--import', '@spanline/google-genai/register', '--import', '@spanline/bedrock/register'],
      env: { BASE: provider.url },
    });
    const lines = jsonLines(stdout).filter((line) => line['event.name'] === 'span.end');
    const told = lines.map((line) => [line['span.name'], line['gen_ai.usage.input_tokens']]);
    const calls = [
      ['generate_content gemini-2.5-flash', 40],
      ['generate_content gemini-2.5-flash', 40],
      ['execute_tool weather', undefined],
      ['generate_content gemini-2.5-flash', 40],
      ['generateContent', undefined],
      ['chat amazon.nova-lite-v1:0', 40],
    ];
    expect([code, told]).toEqual([0, [...calls, ...calls]]);
  },
);

it('a client that is wrapped as well is traced once, by its wrapper', async () => {
  const source = `
    import OpenAI from 'openai';
    import { createTracer, createLogger } from '@spanline/core';
    import { wrapOpenAI } from '@spanline/openai';
    const tracer = createTracer({ service: { name: 'wrapped' } });
    wrapOpenAI(OpenAI.prototype, { tracer: createTracer({ service: { name: 'class' } }) });
    const openai = wrapOpenAI(new OpenAI({ apiKey: 'test', baseURL: process.env.BASE + '/v1' }), { tracer });
    await openai.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: 'plain' }] });`;
  const { stdout } = await runChild(source, { env: { BASE: provider.url } });
  const lines = jsonLines(stdout).filter((line) => line['event.name'] === 'span.end');
  expect(lines.map((line) => line['service.name'])).toEqual(['wrapped']);
  expect(lines[0]).not.toHaveProperty('spanline.retry.attempt');
});
