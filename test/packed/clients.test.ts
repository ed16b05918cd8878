import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProject, fromCatalog, packedTarballs, removeFolders, ROOT } from './workspace.ts';

let provider: LLMock;
let project: string;

const readme = (name: string): string => readFileSync(join(ROOT, 'packages', name, 'README.md'), 'utf8');

/** The first block of a README in a language. */
function block(name: string, language: string): string {
  const found = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(readme(name))?.[1];
  if (found === undefined) throw new Error(`the README of ${name} has no ${language}`);
  return found;
}

const CALLS = `
(async () => {
  await new OpenAI().chat.completions.create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] });
  await new Anthropic().messages.create({ model: 'claude-3-5-haiku-20241022', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] });
})();`;

beforeAll(async () => {
  provider = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
  provider.on(
    { predicate: () => true },
    { content: 'Hello!', usage: { prompt_tokens: 8, completion_tokens: 2, total_tokens: 10 } },
  );
  await provider.start();
  const sdks = ['openai', '@anthropic-ai/sdk'].map(fromCatalog);
  project = createProject(packedTarballs(), ['core', 'openai', 'anthropic'], sdks, {
    'openai.mjs': block('openai', 'ts'),
    'anthropic.mjs': block('anthropic', 'ts'),
    'host.mjs': `import OpenAI from 'openai'; import Anthropic from '@anthropic-ai/sdk';${CALLS}`,
    'host.cjs': `const OpenAI = require('openai'); const Anthropic = require('@anthropic-ai/sdk');${CALLS}`,
  });
});

afterAll(async () => {
  removeFolders();
  await provider.stop();
});

/** The lines that a program prints. */
async function linesOf(args: readonly string[], env: Record<string, string> = {}): Promise<Record<string, unknown>[]> {
  const providers = {
    OPENAI_BASE_URL: `${provider.url}/v1`,
    ANTHROPIC_BASE_URL: provider.url,
    OPENAI_API_KEY: 'test',
    ANTHROPIC_API_KEY: 'test',
  };
  const child = spawn(process.execPath, args, {
    cwd: project,
    env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '', ...providers, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  expect(await once(child, 'close')).toEqual([0, null]);
  return output
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe.each(['openai', 'anthropic'])('the program of the README of %s', (name) => {
  it('has six lines and prints the documented line', async () => {
    expect(block(name, 'ts').trim().split('\n').filter(Boolean).length).toBeLessThanOrEqual(6);
    const [printed, ...more] = await linesOf([`${name}.mjs`]);
    const told = { message: expect.any(String), duration_ms: expect.any(Number), 'server.address': '127.0.0.1' };
    expect(printed).toMatchObject({ ...(JSON.parse(block(name, 'json')) as object), ...told });
    expect(more).toEqual([]);
  });
});

describe('without code', () => {
  const BOTH = (flag: string): string =>
    ['openai', 'anthropic'].map((name) => `${flag} @spanline/${name}/register`).join(' ');

  it.each([
    ['an ES module with --import', '--import', 'host.mjs'],
    ['CommonJS with --import', '--import', 'host.cjs'],
    ['CommonJS with --require', '--require', 'host.cjs'],
  ])('NODE_OPTIONS traces both clients in %s', async (_host, flag, file) => {
    const lines = await linesOf([file], { NODE_OPTIONS: BOTH(flag) });
    expect(lines.map((line) => [line['span.name'], line['gen_ai.usage.input_tokens']])).toEqual([
      ['chat gpt-4o-mini', 8],
      ['chat claude-3-5-haiku-20241022', 8],
    ]);
  });

  it('nothing is written where spanline is switched off', async () => {
    expect(await linesOf(['host.mjs'], { NODE_OPTIONS: BOTH('--import'), SPANLINE_ENABLED: 'false' })).toEqual([]);
  });
});
