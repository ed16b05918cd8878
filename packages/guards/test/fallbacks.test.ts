/** A model with a fallback behind guards. */
import type { LLMock } from '@copilotkit/aimock';
import { ChatOpenAI } from '@langchain/openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTracer } from '@spanline/core';
import { guardChain, guardChatModel, isGuardError } from '../src/index.ts';
import { MAIL, startProvider } from './provider.ts';
import { BLOCK, failure } from './some-guards.ts';

let provider: LLMock;
beforeAll(async () => {
  provider = await startProvider();
});
afterAll(() => provider.stop());

const options = { guards: [BLOCK], tracer: createTracer({ enabled: false }) };
const model = (): ChatOpenAI =>
  new ChatOpenAI({
    model: 'gpt-4o-mini',
    apiKey: 'none',
    maxRetries: 0,
    configuration: { baseURL: `${provider.url}/v1` },
  });

async function streamed(chain: { stream(input: string): Promise<AsyncIterable<{ text: string }>> }): Promise<string> {
  let text = '';
  for await (const chunk of await chain.stream('mail')) text += chunk.text;
  return text;
}

test('a fallback answers for a guard: guard it too, or the whole', async () => {
  // The error of the guard is an error of the model, for which the other one stands in.
  const open = guardChatModel(model(), options).withFallbacks([model()]);
  expect((await open.invoke('mail')).text).toBe(MAIL);

  const both = guardChatModel(model(), options).withFallbacks([guardChatModel(model(), options)]);
  const whole = guardChain(model().withFallbacks([model()]), options);
  for (const chain of [both, whole]) {
    expect(isGuardError(await failure(chain.invoke('mail')))).toBe(true);
    expect(isGuardError(await failure(streamed(chain)))).toBe(true);
  }
});
