import type { LLMock } from '@copilotkit/aimock';
import { describe, expect, it } from 'vitest';
import { jsonLines, runChild } from '../../../test/support/child.ts';
import { useProvider } from '../../../test/support/use-provider.ts';

let provider: LLMock;

useProvider((started) => {
  provider = started;
});

const program = (sdk: string, openai: string, more = '', before = ''): string => `
  import { createOpenAI } from '${openai}';
  import * as ai from '${sdk}';
  ${more}
  const model = createOpenAI({ apiKey: 'test', baseURL: process.env.BASE + '/v1' }).chat('gpt-4o');
  ${before}
  await ai.generateText({ model, prompt: 'plain' });
`;

const REGISTER = ['--import', '@spanline/ai-sdk/register'];
const spans = (stdout: string): unknown[][] =>
  jsonLines(stdout)
    .filter((line) => line['event.name'] === 'span.end')
    .map((line) => [line['span.name'], line['gen_ai.usage.input_tokens']]);
const ONCE = [
  ['chat gpt-4o', 40],
  ['generateText', undefined],
];

describe.each([
  ['ai 7', 'ai', '@ai-sdk/openai'],
  ['ai 6', 'ai6', 'ai-sdk-openai3'],
])('with %s', (_version, sdk, openai) => {
  const run = (source: string, env: Record<string, string> = {}) =>
    runChild(source, { nodeOptions: REGISTER, env: { BASE: provider.url, SPANLINE_PRETTY: 'false', ...env } });

  it('every call is traced without code', async () => {
    // `ai` 6 does not report the end of the first call. Its span must not become the parent of the second one.
    const failed = `await ai.generateText({ model, prompt: 'faulty', maxRetries: 0 }).catch(() => undefined);`;
    const { code, stdout, stderr } = await run(program(sdk, openai, '', failed));
    expect([code, stderr]).toEqual([0, '']);
    expect(spans(stdout).filter(([, input]) => input !== undefined)).toEqual([ONCE[0]]);
    const calls = jsonLines(stdout).filter((line) => line['span.name'] === 'generateText');
    expect(calls.map((line) => line['parent_span_id'])).toEqual([undefined, undefined]);
  });

  it('nothing is, where spanline is switched off', async () => {
    const { code, stdout } = await run(program(sdk, openai), { SPANLINE_ENABLED: 'false' });
    expect([code, stdout]).toEqual([0, '']);
  });

  it('a call is traced once, where the application registers an object as well', async () => {
    const more = `
      import { createTracer } from '@spanline/core';
      import { spanlineTelemetry } from '@spanline/ai-sdk';
      const telemetry = spanlineTelemetry({ tracer: createTracer({ service: { name: 'own' } }) });
      (ai.registerTelemetry ?? ai.registerTelemetryIntegration)(telemetry);`;
    const { code, stdout } = await run(program(sdk, openai, more));
    expect([code, spans(stdout)]).toEqual([0, ONCE]);
  });
});
