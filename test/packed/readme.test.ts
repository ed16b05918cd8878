/** The first five minutes of the README, run as they stand: its commands, its files, its output. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validate } from '@spanline/core';
import { freePort } from '../support/free-port.ts';
import { fromCatalog, ROOT, run } from './workspace.ts';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const INSTALLED = /(?<= )(?:express|@langchain\/core|@langchain\/openai|@copilotkit\/aimock)(?=\s|$)/g;

/** The fenced block that follows a marker in the README. */
function block(marker: string): string {
  const found = new RegExp(`<!-- ${marker} -->\\s*\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(README);
  if (found?.[1] === undefined) throw new Error(`README.md has no block ${marker}`);
  return found[1];
}

/** The commands that make the project. Until the first release, those of the note replace the last one. */
function projectCommands(): string {
  const lines = block('project').trimEnd().split('\n');
  const note = /<!-- unreleased[\s\S]*?^> ```sh\n([\s\S]*?)^> ```$/m.exec(README)?.[1]?.replaceAll(/^> /gm, '');
  const commands = note === undefined ? lines : [...lines.slice(0, -1), note];
  return commands.join('\n').replaceAll(INSTALLED, fromCatalog);
}

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spanline-readme-'));
  symlinkSync(ROOT, join(folder, 'spanline'));
  const offline = { npm_config_prefer_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' };
  run('bash', ['-euc', projectCommands()], folder, offline);
  for (const file of ['app.js', 'fake-model.js']) writeFileSync(join(folder, 'ask', file), block(file));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts the program, asks it, and returns the answer and what the program printed up to a text. */
async function ask(env: Record<string, string>, last: string): Promise<{ answer: string; output: string }> {
  const port = await freePort();
  const app = spawn('bash', ['-c', block('run')], {
    cwd: join(folder, 'ask'),
    env: { ...process.env, NODE_OPTIONS: '', ...env, PORT: String(port) },
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
    const answer = run('bash', ['-c', block('ask').replace('3000', String(port))], folder);
    await printed(last);
    return { answer, output: output.replaceAll(String(port), '3000') };
  } finally {
    app.kill();
  }
}

/** A printed trace without times, ids, widths and the shape of its bars. */
function comparable(text: string): string {
  return text
    .replaceAll(/\d+:\d+:[\d.]+|\b[\da-f-]{32,36}\b/g, '*')
    .replaceAll(/[\d.]+ m?s\b/g, '* ms')
    .replaceAll(/[╺━╸]+/g, '━')
    .replaceAll(/ +/g, ' ')
    .trim();
}

describe('the first five minutes of the README', () => {
  it('make an ES module project', () => {
    expect(JSON.parse(readFileSync(join(folder, 'ask/package.json'), 'utf8'))).toMatchObject({ type: 'module' });
  });

  it('print the documented trace on a terminal', async () => {
    const { answer, output } = await ask({ SPANLINE_PRETTY: 'true', NO_COLOR: '1' }, '\n  trace ');
    expect(README).toContain(`\`${answer}\``);
    expect(comparable(output)).toBe(comparable(block('trace')));
  });

  it('print the documented line elsewhere', async () => {
    const { output } = await ask({}, '"span.type":"http"');
    const lines = output.trim().split('\n');
    const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const [call, request] = records.filter((record) => record['event.name'] === 'span.end');
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
    expect(request).toMatchObject({ trace_id: call?.['trace_id'], 'spanline.rollup.llm_calls': 1 });
    expect(records.find((record) => String(record['message']).startsWith('listening'))).toMatchObject({
      level: 'info',
    });
  });
});
