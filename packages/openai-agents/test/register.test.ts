import type { LLMock } from '@copilotkit/aimock';
import { expect, it } from 'vitest';
import { jsonLines, runChild } from '../../../test/support/child.ts';
import { useProvider } from '../../../test/support/use-provider.ts';

let provider: LLMock;

useProvider((started) => {
  provider = started;
});

/** The SDK traces nothing where NODE_ENV is `test`. OpenAI's exporter would send its traces to the same server. */
const PROGRAM = `
  import { Agent, getGlobalTraceProvider, run } from '@openai/agents';
  import { createRequire } from 'node:module';
  // An application may bring the other copy of the SDK.
  createRequire(import.meta.url)('@openai/agents');
  await run(new Agent({ name: 'Guide', model: 'gpt-4o', instructions: 'Be short.' }), 'plain');
  await getGlobalTraceProvider().forceFlush();
`;

const run = (registers: readonly string[], env: Record<string, string> = {}) =>
  runChild(PROGRAM, {
    nodeOptions: registers.flatMap((name) => ['--import', `@spanline/${name}/register`]),
    env: {
      OPENAI_API_KEY: 'test',
      OPENAI_BASE_URL: `${provider.url}/v1`,
      SPANLINE_PRETTY: 'false',
      NODE_ENV: 'production',
      ...env,
    },
  });

const spans = (stdout: string): unknown[] =>
  jsonLines(stdout)
    .filter((line) => line['event.name'] === 'span.end')
    .map((line) => [line['span.name'], line['gen_ai.usage.input_tokens']]);
const ONCE = [
  ['chat gpt-4o', 40],
  ['invoke_agent Guide', undefined],
  ['Agent workflow', undefined],
];

it.each([[['openai-agents']], [['openai-agents', 'openai']], [['openai', 'openai-agents']]])(
  'every run is traced without code, each call once, and nothing is sent to OpenAI: %s',
  async (registers) => {
    provider.clearRequests();
    const { code, stdout, stderr } = await run(registers);
    expect([code, stderr]).toEqual([0, '']);
    expect(spans(stdout)).toEqual(ONCE);
    expect(provider.getRequests().map(({ path }) => path)).toEqual(['/v1/responses']);
  },
);

it('nothing is traced where spanline is switched off', async () => {
  const { code, stdout } = await run(['openai-agents'], {
    SPANLINE_ENABLED: 'false',
    OPENAI_AGENTS_DISABLE_TRACING: '1',
  });
  expect([code, stdout]).toEqual([0, '']);
});
