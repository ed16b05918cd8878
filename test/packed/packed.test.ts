import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { validate } from '@spanline/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createProject, packAll, run } from './workspace.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

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

function parseLines(text: string): Record<string, unknown>[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('a tarball', () => {
  it.each(['core', 'express', 'langchain', 'llamaindex'])('of %s holds what is needed and nothing else', (name) => {
    const files = run('tar', ['-tzf', tarballs.get(name) ?? ''], '.')
      .trim()
      .split('\n');
    expect(files).toEqual(
      expect.arrayContaining([
        'package/package.json',
        'package/LICENSE',
        'package/README.md',
        'package/dist/index.js',
        'package/dist/index.d.ts',
      ]),
    );
    expect(
      files.filter((file) => !/^package\/(?:dist|src)\/|^package\/(?:package\.json|LICENSE|README\.md)$/.test(file)),
    ).toEqual([]);
    const manifest = JSON.parse(run('tar', ['-xzOf', tarballs.get(name) ?? '', 'package/package.json'], '.')) as {
      exports: unknown;
      dependencies?: Record<string, string>;
    };
    expect(JSON.stringify(manifest.exports)).not.toContain('@spanline/source');
    expect(Object.values(manifest.dependencies ?? {}).join(' ')).not.toContain('workspace:');
  });
});

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
      ['express', '@langchain/core@1.4.0', '@langchain/openai@1.5.8'],
      'module',
    );
    writeFileSync(join(project, 'app.js'), block('program'));
    const app = spawn(process.execPath, ['app.js'], {
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
    const printed = async (text: string): Promise<void> => {
      while (!output.includes(text)) await once(app.stdout, 'data');
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

describe('core', () => {
  const program = (load: string): string => `
    ${load}
    const tracer = createTracer({ service: { name: 'newcomer' } });
    tracer.withSpan({ name: 'answer', type: 'chain' }, (span) => span.input('hi').output('hello'));
  `;
  const expected = {
    'span.name': 'answer',
    'service.name': 'newcomer',
    'spanline.input': '"hi"',
    'spanline.output': '"hello"',
  };

  it('loads in ES modules and in CommonJS', () => {
    const project = createProject(tarballs, ['core'], [], 'commonjs');
    writeFileSync(join(project, 'esm.mjs'), program("import { createTracer } from '@spanline/core';"));
    writeFileSync(join(project, 'cjs.cjs'), program("const { createTracer } = require('@spanline/core');"));
    for (const file of ['esm.mjs', 'cjs.cjs']) {
      expect(parseLines(run(process.execPath, [file], project))[0]).toMatchObject(expected);
    }
  });

  it('loads in Jest with the documented line', () => {
    const project = createProject(tarballs, ['core'], ['jest@30', '@swc/core@1', '@swc/jest@0.2'], 'commonjs');
    const line = /transformIgnorePatterns: \[.*\]/.exec(
      readFileSync(new URL('../../docs/testing.md', import.meta.url), 'utf8'),
    )?.[0];
    expect(line).toBeDefined();
    writeFileSync(
      join(project, 'jest.config.cjs'),
      `module.exports = { ${line}, transform: { '^.+\\\\.[jt]s$': ['@swc/jest', { module: { type: 'commonjs' } }] } };`,
    );
    writeFileSync(
      join(project, 'test', 'answer.test.js'),
      `const { createTracer } = require('@spanline/core');
       const { memoryLog, tree } = require('@spanline/core/testing');
       test('traces', () => {
         const log = memoryLog();
         createTracer({ logger: log.logger }).withSpan({ name: 'answer', type: 'chain' }, () => 'hello');
         expect(tree(log.records())).toBe('chain answer');
       });`,
    );
    run('npx', ['jest', '--ci'], project);
  });
});
