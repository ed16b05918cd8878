import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validate } from '@spanline/core';
import { createProject, fromCatalog, packAll, removeFolders, ROOT } from './workspace.ts';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** The fenced block that follows a marker in the README. */
function block(marker: string): string {
  const found = new RegExp(`<!-- ${marker} -->\\s*\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(README);
  if (found?.[1] === undefined) throw new Error(`README.md has no block ${marker}`);
  return found[1];
}

let tarballs: Map<string, string>;

beforeAll(() => {
  tarballs = packAll();
});

afterAll(removeFolders);

function parseLines(text: string): Record<string, unknown>[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the program of the README', () => {
  it('prints the documented line', async () => {
    const provider = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
    provider.on(
      { predicate: () => true },
      { content: 'Use the redact option.', usage: { prompt_tokens: 14, completion_tokens: 5 } },
    );
    await provider.start();
    const project = createProject(
      tarballs,
      ['core', 'express', 'langchain'],
      ['express', '@langchain/core', '@langchain/openai'].map(fromCatalog),
      { 'app.mjs': block('program') },
    );
    const app = spawn(process.execPath, ['app.mjs'], {
      cwd: project,
      env: {
        ...process.env,
        PORT: '0',
        OPENAI_API_KEY: 'test',
        OPENAI_BASE_URL: `${provider.url}/v1`,
        NODE_ENV: 'production',
        NODE_OPTIONS: '',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    app.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const ended = once(app, 'close').then(([code]) => {
      throw new Error(`the program ended with ${String(code)} after printing:\n${output}`);
    });
    ended.catch(() => {});
    const printed = async (text: string): Promise<void> => {
      while (!output.includes(text)) await Promise.race([once(app.stdout, 'data'), ended]);
    };
    try {
      await printed('listening');
      const port = /listening on (\d+)/.exec(output)?.[1];
      const answer = await fetch(`http://127.0.0.1:${port}/ask?q=How+do+I+redact%3F`);
      expect(await answer.text()).toBe('Use the redact option.');
      await printed('"span.type":"http"');
    } finally {
      app.kill();
      await provider.stop();
    }
    const lines = parseLines(output);
    const [call, request] = lines.filter((line) => line['event.name'] === 'span.end');
    expect([validate(call ?? {}), validate(request ?? {})]).toEqual([{ valid: true }, { valid: true }]);
    const documented = JSON.parse(block('line')) as Record<string, unknown>;
    expect(Object.keys(call ?? {})).toEqual(Object.keys(documented));
    for (const key of [
      'span.name',
      'span.type',
      'span.path',
      'gen_ai.provider.name',
      'gen_ai.usage.input_tokens',
      'gen_ai.usage.output_tokens',
      'spanline.cost.usd',
      'gen_ai.output.messages',
    ]) {
      expect([key, call?.[key]]).toEqual([key, documented[key]]);
    }
    expect(request).toMatchObject({
      trace_id: call?.['trace_id'],
      'span.name': 'GET /ask',
      'spanline.rollup.llm_calls': 1,
    });
    const listening = lines.find((line) => String(line['message']).startsWith('listening'));
    expect(listening).toMatchObject({ level: 'info' });
  });
});
