import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { parseLine, type SpanRecord } from '@spanline/core';
import { tree } from '@spanline/core/testing';
import { expectTree } from '../../../test/support/shown.ts';

const ROOT = join(import.meta.dirname, '..');
const SOURCES = join(ROOT, 'src');
const IMPORTS = ['tsx', '@spanline/ai-sdk/register', '@spanline/wire'].flatMap((name) => ['--import', name]);

/** Runs a program of the example. @returns its spans, and its standard error */
async function run(...program: string[]): Promise<{ spans: SpanRecord[]; stdout: string; stderr: string }> {
  const env = { ...process.env, SPANLINE_WIRE: '', SPANLINE_PRETTY: 'false' };
  const child = spawn(process.execPath, [...IMPORTS, ...program], { cwd: ROOT, env });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  const spans = stdout.split('\n').flatMap((line): SpanRecord[] => {
    const parsed = line.startsWith('{') ? parseLine(JSON.parse(line) as Record<string, unknown>) : undefined;
    return parsed?.record['event.name'] === 'span.end' ? [parsed.record] : [];
  });
  return { spans, stdout, stderr };
}

it('has no import of Spanline', () => {
  for (const file of readdirSync(SOURCES)) expect(readFileSync(join(SOURCES, file), 'utf8')).not.toMatch(/spanline/i);
});

it('shows whole traces: steps, tools, every request of a model, retries, tokens and cost, and is replayed from them', async () => {
  const { spans, stdout, stderr } = await run('src/main.ts');
  expect(stderr).toContain('The notice period is three months.');
  expectTree(['docs/wire.md'], spans);
  const calls = spans.filter((span) => span['spanline.wire.requests'] === 1);
  expect(calls.map((span) => span['http.response.status_code'])).toEqual([429, 200, 200]);
  const root = spans.find((span) => span.parent_span_id === undefined);
  expect(root).toMatchObject({ 'spanline.rollup.llm_calls': 3, 'spanline.rollup.output_tokens': 28 });
  expect(root?.['spanline.rollup.cost_usd']).toBeGreaterThan(0);

  // Again from these lines: the model that was busy, its answers, and the search.
  const folder = mkdtempSync(join(tmpdir(), 'spanline-zero-code-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'lines.ndjson');
  writeFileSync(file, stdout);
  const again = await run('test/replayed.ts', file);
  expect(again.stderr).toContain('The notice period is three months.');
  expect(tree(again.spans)).toBe(tree(spans.filter((span) => span['span.type'] !== 'embedding')));
});
