import Anthropic from '@anthropic-ai/sdk';
import type { LLMock } from '@copilotkit/aimock';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { ChatOpenAI } from '@langchain/openai';
import OpenAI from 'openai';
import { beforeEach, describe, expect, it } from 'vitest';
import { wrapAnthropic } from '@spanline/anthropic';
import { createTracer, type Tracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { type Budget, budget, BudgetExceededError } from '@spanline/monitor';
import { wrapOpenAI } from '@spanline/openai';
import { createWorld, ScriptedModel } from '../../packages/langchain/test/support/world.ts';
import { VERSIONS } from '../../packages/openai/test/support/versions.ts';
import { useProvider } from '../support/use-provider.ts';

let provider: LLMock;

useProvider((started) => {
  provider = started;
});
beforeEach(() => provider.clearRequests());

const MESSAGES = [{ role: 'user' as const, content: 'plain' }];
const refuse = (): never => {
  throw new BudgetExceededError('day', 2, 1);
};

describe.each(Object.entries(VERSIONS))('a client of %s whose call is refused', (_version, Class) => {
  it('rejects with what was thrown, in its own kind of promise, and sends nothing', async () => {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
    const client = new Class({ apiKey: 'test', baseURL: `${provider.url}/v1`, maxRetries: 2 });
    const plain = client.chat.completions.create({ model: 'gpt-4o', messages: MESSAGES });
    await plain;
    wrapOpenAI(client, { tracer, beforeCall: refuse });
    const asked = provider.getRequests().length;
    const answer = client.chat.completions.create({ model: 'gpt-4o', messages: MESSAGES });
    expect(answer.constructor).toBe(plain.constructor);
    await expect(answer).rejects.toThrow(BudgetExceededError);
    await expect(client.chat.completions.create({ model: 'gpt-4o', messages: MESSAGES, stream: true })).rejects.toThrow(
      'the budget of the day is spent: 2 of 1 US dollars',
    );
    await expect(client.embeddings.create({ model: 'text-embedding-3-small', input: 'x' })).rejects.toThrow(
      BudgetExceededError,
    );
    expect(provider.getRequests()).toHaveLength(asked);
    expect(log.records()).toEqual([]);
    expect(tracer.stats().internalErrors).toBe(0);
  });
});

describe('a budget', () => {
  it('stops an Anthropic client when its money is spent, and not before', async () => {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
    const beforeCall = budget({ tracer, perDayUsd: 1e-9, onExceeded: 'throw' });
    const client = wrapAnthropic(new Anthropic({ apiKey: 'test', baseURL: provider.url, maxRetries: 0 }), {
      tracer,
      beforeCall,
    });
    const call = () => client.messages.create({ model: 'claude-haiku-4-5', max_tokens: 50, messages: MESSAGES });
    await call();
    expect(beforeCall.spentUsd()).toBe(log.records()[0]?.['spanline.cost.usd']);
    await expect(call()).rejects.toThrow(BudgetExceededError);
    await expect(
      client.messages.stream({ model: 'm', max_tokens: 5, messages: MESSAGES }).finalMessage(),
    ).rejects.toThrow('is spent');
  });

  it.each<[what: string, make: (parts: { tracer: Tracer; beforeCall: Budget }) => () => Promise<unknown>]>([
    [
      'an OpenAI client',
      (parts) => {
        const client = wrapOpenAI(new OpenAI({ apiKey: 'x', baseURL: `${provider.url}/v1`, maxRetries: 0 }), parts);
        return () => client.chat.completions.create({ model: 'gpt-4o', messages: MESSAGES });
      },
    ],
    [
      'an Anthropic client',
      (parts) => {
        const client = wrapAnthropic(new Anthropic({ apiKey: 'x', baseURL: provider.url, maxRetries: 0 }), parts);
        return () => client.messages.create({ model: 'claude-haiku-4-5', max_tokens: 50, messages: MESSAGES });
      },
    ],
    [
      'a LangChain model',
      (parts) => {
        const model = new ChatOpenAI({
          apiKey: 'x',
          model: 'gpt-4o',
          maxRetries: 0,
          configuration: { baseURL: `${provider.url}/v1` },
        });
        return () => model.invoke('plain', { callbacks: [new SpanlineCallbackHandler(parts)] });
      },
    ],
  ])('lets %s spend no more beyond it than what was in flight when it was reached', async (_what, make) => {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
    const free = budget({ tracer, perDayUsd: 1e6, onExceeded: 'throw' });
    await make({ tracer, beforeCall: free })();
    const each = free.spentUsd();
    expect(each).toBeGreaterThan(0);
    const IN_FLIGHT = 8;
    const beforeCall = budget({ tracer, perDayUsd: each * 10.5, onExceeded: 'throw' });
    const call = make({ tracer, beforeCall });
    const asked = provider.getRequests().length;
    const outcomes = { answered: 0, refused: 0 };
    const worker = async (): Promise<void> => {
      for (let index = 0; index < 10; index++) {
        await call().then(
          () => outcomes.answered++,
          (error: unknown) => {
            expect(error).toMatchObject({ name: 'BudgetExceededError', code: 'ERR_BUDGET_EXCEEDED', scope: 'day' });
            outcomes.refused++;
          },
        );
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
    expect(outcomes.answered).toBeGreaterThanOrEqual(11);
    expect(outcomes.answered).toBeLessThan(11 + IN_FLIGHT);
    expect(outcomes.answered + outcomes.refused).toBe(80);
    expect(provider.getRequests()).toHaveLength(asked + outcomes.answered);
    expect(beforeCall.spentUsd()).toBeCloseTo(each * outcomes.answered, 9);
    expect(log.raw().filter((line) => line.includes('"event.name":"alert"'))).toHaveLength(1);
    expect(tracer.stats().internalErrors).toBe(0);
  });

  it('ends the model call of a chain, and the chain with it, and nothing else of LangChain', async () => {
    const world = createWorld({ beforeCall: refuse });
    const chain = ChatPromptTemplate.fromTemplate('{q}')
      .pipe(new ScriptedModel('never'))
      .withConfig({ runName: 'answer' });
    await expect(chain.invoke({ q: 'x' }, { callbacks: world.callbacks })).rejects.toThrow(BudgetExceededError);
    expect(world.tree()).toMatch(/^chain answer \[error\]\n {2}prompt /);
    expect(world.tree()).not.toContain('llm');
    world.check();
  });
});

describe.each<[what: string, make: (beforeCall: never) => unknown]>([
  ['wrapOpenAI', (beforeCall) => wrapOpenAI(new OpenAI({ apiKey: 'x' }), { beforeCall })],
  ['wrapAnthropic', (beforeCall) => wrapAnthropic(new Anthropic({ apiKey: 'x' }), { beforeCall })],
  ['SpanlineCallbackHandler', (beforeCall) => new SpanlineCallbackHandler({ beforeCall })],
])('%s', (_what, make) => {
  it('refuses what is no function', () => {
    expect(() => make(5 as never)).toThrow('ERR_INVALID_OPTION: beforeCall must be a function, got 5');
  });
});
