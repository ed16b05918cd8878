import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { parseLine, type SpanRecord } from '@spanline/core';
import { tree } from '@spanline/core/testing';

const ROOT = join(import.meta.dirname, '..');
const SOURCES = join(ROOT, 'src');
const IMPORTS = ['tsx', '@spanline/ai-sdk/register', '@spanline/wire'].flatMap((name) => ['--import', name]);

it('has no import of Spanline', () => {
  for (const file of readdirSync(SOURCES)) expect(readFileSync(join(SOURCES, file), 'utf8')).not.toMatch(/spanline/i);
});

it('shows whole traces: steps, tools, every request of a model, retries, tokens and cost', async () => {
  const env = { ...process.env, SPANLINE_WIRE: '', SPANLINE_WIRE_PATCH: 'true', SPANLINE_PRETTY: 'false' };
  const child = spawn(process.execPath, [...IMPORTS, join(SOURCES, 'main.ts')], { cwd: ROOT, env });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  expect(stderr).toContain('The notice period is three months.');
  const spans = stdout.split('\n').flatMap((line): SpanRecord[] => {
    const parsed = line.startsWith('{') ? parseLine(JSON.parse(line) as Record<string, unknown>) : undefined;
    return parsed?.record['event.name'] === 'span.end' ? [parsed.record] : [];
  });
  expect(tree(spans)).toBe(
    [
      'agent invoke_agent agent',
      '  llm chat gpt-4o-mini [error]',
      '  llm chat gpt-4o-mini',
      '  tool execute_tool search',
      '    embedding embeddings text-embedding-3-small',
      '  llm chat gpt-4o-mini',
    ].join('\n'),
  );
  const calls = spans.filter((span) => span['spanline.wire.requests'] === 1);
  expect(calls.map((span) => span['http.response.status_code'])).toEqual([429, 200, 200]);
  const root = spans.find((span) => span.parent_span_id === undefined);
  expect(root).toMatchObject({ 'spanline.rollup.llm_calls': 3, 'spanline.rollup.output_tokens': 28 });
  expect(root?.['spanline.rollup.cost_usd']).toBeGreaterThan(0);
});
