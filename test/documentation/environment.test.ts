import { readdirSync, readFileSync } from 'node:fs';
import type { LLMock } from '@copilotkit/aimock';
import { describe, expect, it } from 'vitest';
import { jsonLines, runChild } from '../support/child.ts';
import { useProvider } from '../support/use-provider.ts';

const ROOT = new URL('../../', import.meta.url);
const page = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

let provider: LLMock;

useProvider((started) => {
  provider = started;
});

/** Variables that the source reads; codes of warnings are no variables. */
function variables(): string[] {
  const source = new URL('packages/core/src/', ROOT);
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  const text = files.map((path) => readFileSync(new URL(path, source), 'utf8')).join('\n');
  const named = [...text.replaceAll(/code: '\w+'/g, '').matchAll(/'(SPANLINE_\w+)'/g)].map(([, name = '']) => name);
  return [...new Set(named)].toSorted();
}

describe('the variables', () => {
  it('are those of the option reference', () => {
    const rows = [...page('docs/options.md').matchAll(/^\| `(SPANLINE_\w+)` \|/gm)].map(([, name = '']) => name);
    expect(rows.toSorted()).toEqual(variables());
  });
});

it('the line for several at once traces clients and frameworks in one process', async () => {
  const [, options = ''] = /NODE_OPTIONS="([^"]+)"/.exec(page('docs/clients.md')) ?? [];
  const source = `
    import OpenAI from 'openai';
    import Anthropic from '@anthropic-ai/sdk';
    import { RunnableLambda } from '@langchain/core/runnables';
    import { SimpleChatEngine } from 'llamaindex';
    import { OpenAI as LlamaOpenAI } from '@llamaindex/openai';
    const messages = [{ role: 'user', content: 'plain' }];
    await new OpenAI().chat.completions.create({ model: 'gpt-4o', messages });
    await new Anthropic().messages.create({ model: 'claude-3-5-haiku-20241022', max_tokens: 9, messages });
    await RunnableLambda.from((text) => text).withConfig({ runName: 'echo' }).invoke('x');
    await new SimpleChatEngine({ llm: new LlamaOpenAI({ model: 'gpt-4o', apiKey: 'test' }) }).chat({ message: 'plain' });
    process.exit(0);`;
  const { code, stdout, stderr } = await runChild(source, {
    nodeOptions: options.split(' '),
    env: {
      OPENAI_BASE_URL: `${provider.url}/v1`,
      ANTHROPIC_BASE_URL: provider.url,
      OPENAI_API_KEY: 'test',
      ANTHROPIC_API_KEY: 'test',
    },
  });
  expect(code, stderr).toBe(0);
  const lines = jsonLines(stdout).filter((line) => line['event.name'] === 'span.end');
  expect(lines.map((line) => [line['span.name'], line['otel.scope.name']])).toEqual([
    ['chat gpt-4o', '@spanline/openai'],
    ['chat claude-3-5-haiku-20241022', '@spanline/anthropic'],
    ['echo', '@spanline/langchain'],
    ['chat gpt-4o', '@spanline/llamaindex'],
    ['chat SimpleChatEngine', '@spanline/llamaindex'],
  ]);
});
