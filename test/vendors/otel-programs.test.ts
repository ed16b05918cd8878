/** OpenTelemetry's own SDK with real instrumentations, each in a process of its own, and beside other tracers. */
import type { LLMock } from '@copilotkit/aimock';
import { describe, expect, test } from 'vitest';
import { tree } from '@spanline/core/testing';
import { jsonLines, runChild } from '../support/child.ts';
import { USAGE } from '../support/provider.ts';
import { useProvider } from '../support/use-provider.ts';
import { AI_SDK_PROGRAMS, DATADOG, OPENAI_PROGRAMS, SENTRY, SERVICES } from './support/otel-programs.ts';

type Line = Record<string, unknown>;

let provider: LLMock;

useProvider((started) => {
  provider = started;
});

async function run(program: string, env: Record<string, string> = {}): Promise<{ lines: Line[]; names: string[] }> {
  const { code, stdout, stderr } = await runChild(program, { env: { BASE: provider.url, ...env } });
  expect(code, stderr).toBe(0);
  const printed = jsonLines(stdout);
  const told = printed.find((line) => 'names' in line) as { names: string[] } | undefined;
  return { lines: printed.filter((line) => line['event.name'] === 'span.end'), names: told?.names ?? [] };
}

/** What the lines bill for models that answer. */
function billed(lines: readonly Line[]): { input: number; output: number; usd: number } {
  const sum = { input: 0, output: 0, usd: 0 };
  for (const line of lines) {
    sum.input += Number(line['gen_ai.usage.input_tokens'] ?? 0);
    sum.output += Number(line['gen_ai.usage.output_tokens'] ?? 0);
    sum.usd += Number(line['spanline.cost.usd'] ?? 0);
  }
  return sum;
}

const USD = 40 * 2.5e-6 + 12 * 10e-6;
const calls = (count: number): object => ({
  input: count * USAGE.prompt_tokens,
  output: count * USAGE.completion_tokens,
  usd: expect.closeTo(count * USD, 9) as number,
});

const named = (lines: readonly Line[], type: string): Line[] => lines.filter((line) => line['span.type'] === type);

describe.each(Object.entries(OPENAI_PROGRAMS))('%s around the OpenAI client', (name, program) => {
  test('each call is billed as the provider counted it, with its content', async () => {
    const { lines } = await run(program);
    const asked = named(lines, 'llm');
    expect(asked).toHaveLength(2);
    for (const line of asked) {
      expect(line).toMatchObject({ 'span.status': 'ok', 'gen_ai.request.model': 'gpt-4o' });
      expect(line['gen_ai.input.messages']).toContain('Be brief.');
      expect(line['gen_ai.output.messages']).toContain('one two three');
    }
    // The others drop the usage of a stream.
    expect(billed(lines)).toEqual(calls(name.startsWith('the official') ? 2 : 1));
    expect(Object.keys(Object.assign({}, ...lines) as Line).filter((key) => key.startsWith('labels.event'))).toEqual(
      [],
    );
  });

  test('a client that is wrapped as well is billed once', async () => {
    const { lines } = await run(program, { WRAPPED: '1' });
    expect(named(lines, 'llm')).toHaveLength(2);
    expect(billed(lines)).toEqual(calls(2));
  });
});

test.each(Object.entries(AI_SDK_PROGRAMS))('the AI SDK %s: each step is billed once', async (_, program) => {
  const { lines } = await run(program);
  expect(named(lines, 'llm')).toHaveLength(3);
  expect(named(lines, 'tool')).toMatchObject([{ 'gen_ai.tool.name': 'weather' }]);
  expect(billed(lines)).toEqual(calls(3));
  const roots = lines.filter((line) => line['parent_span_id'] === undefined);
  expect(roots.map((line) => line['spanline.rollup.llm_calls'])).toEqual([2, 1]);
});

test.each(Object.entries(AI_SDK_PROGRAMS))(
  'the AI SDK %s, beside our telemetry object: once as well',
  async (_, program) => {
    const { lines } = await run(program, { BESIDE: '1' });
    expect(new Set(lines.map((line) => line['otel.scope.name']))).toEqual(new Set(['ai', '@spanline/ai-sdk']));
    expect(named(lines, 'llm')).toHaveLength(3);
    expect(billed(lines)).toEqual(calls(3));
  },
);

test('a server, fetch and a database around a span of ours are one tree', async () => {
  const { lines } = await run(SERVICES);
  expect(tree(lines.filter((line) => line['span.name'] !== 'pg.connect'))).toBe(
    [
      'http GET',
      '  chain answer',
      '    task GET',
      '      http GET',
      '    task pg.query:SELECT shop',
      '    task pg.query:SELECT shop [error]',
    ].join('\n'),
  );
  const queries = lines.filter((line) => line['span.name'] === 'pg.query:SELECT shop');
  expect(queries).toMatchObject([
    { 'db.system.name': 'postgresql', 'db.namespace': 'shop', 'db.query.text': 'SELECT title FROM rivers' },
    { 'db.query.text': 'SELECT broken FROM nowhere', 'error.message': expect.any(String) as string },
  ]);
  expect(JSON.stringify(lines)).not.toContain('s3cret');
});

async function standsBeside(program: string): Promise<void> {
  const [alone, together] = [await run(program, { WITHOUT: '1' }), await run(program)];
  expect(together.names).toEqual(alone.names);
  expect(together.names.length).toBeGreaterThan(0);
  expect(tree(together.lines)).toBe('task otel\n  task ours\n    task innermost\n    task otel inner');
  expect(new Set(together.lines.map((line) => line['trace_id'])).size).toBe(1);
}

test('beside Sentry: its spans are those without ours, and ours are one tree', () => standsBeside(SENTRY));

// dd-trace 6 needs Node 22.
test.skipIf(/^v2[01]\./.test(process.version))(
  'beside dd-trace 6: its spans are those without ours, and ours are one tree',
  () => standsBeside(DATADOG),
);
