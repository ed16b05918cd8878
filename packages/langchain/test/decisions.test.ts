import { BaseDecisionModel, type ClassifierResponse, parseClassifierResponse } from '@langchain/core/decisions';
import { HumanMessage } from '@langchain/core/messages';
import { RunnableLambda } from '@langchain/core/runnables';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World } from './support/world.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});

afterEach(() => world.check());

const QUESTION = { urgent: { type: 'noul', instructions: 'Is it urgent?' } } as const;

/** Answers as a provider does, or fails as its client does. */
class Judge extends BaseDecisionModel {
  override lc_namespace = ['test'];
  readonly #error: Error | undefined;
  calls = 0;
  constructor(error?: Error) {
    super({ model: 'gpt-4o-mini' });
    this.#error = error;
  }
  get _provider(): string {
    return 'openai';
  }
  async _classify(): Promise<ClassifierResponse> {
    this.calls++;
    if (this.#error !== undefined) throw this.#error;
    return parseClassifierResponse({
      model: 'gpt-4o-mini-2024-07-18',
      answers: { urgent: { type: 'noul', noul: 0.9 } },
      usage_metadata: { input_tokens: 100, output_tokens: 20, input_token_details: { cache_read: 64 } },
      requestId: 'req_1',
    });
  }
}

describe('a decision of a model, which LangChain reports as a chain', () => {
  it('is a model call with its models, tokens, cost, questions and answers', async () => {
    const state = [new HumanMessage('The site is down.')];
    const { nouls } = await new Judge().invoke({ state, questions: QUESTION }, { callbacks: world.callbacks });
    expect(nouls.urgent.noul).toBe(0.9);
    const line = world.record('chat gpt-4o-mini');
    expect(line).toMatchObject({
      'span.type': 'llm',
      'span.kind': 'CLIENT',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o-mini',
      'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.output_tokens': 20,
      'gen_ai.usage.cache_read.input_tokens': 64,
      'spanline.usage.source': 'provider',
      'spanline.provider.request_id': 'req_1',
      'spanline.rollup.llm_calls': 1,
    });
    expect(line['spanline.cost.usd']).toBeGreaterThan(0);
    expect(JSON.parse(String(line['spanline.input']))).toEqual({
      state: [{ role: 'user', parts: [{ type: 'text', content: 'The site is down.' }] }],
      questions: QUESTION,
    });
    expect(JSON.parse(String(line['spanline.output']))).toEqual({ urgent: { type: 'noul', noul: 0.9 } });
  });

  it('stands under the step that asks for it, by the name that the application gave', async () => {
    const judge = new Judge().withConfig({ runName: 'triage' });
    const step = RunnableLambda.from((text: string, config) =>
      judge.invoke({ state: text, questions: QUESTION }, config),
    ).withConfig({ runName: 'route' });
    await step.batch(['a', 'b'], { callbacks: world.callbacks });
    expect(world.tree()).toBe('chain route\n  llm chat triage\nchain route\n  llm chat triage');
  });

  it('that fails records what the provider says of it', async () => {
    const error = Object.assign(new Error('slow down'), {
      status: 429,
      requestID: 'req_2',
      headers: new Headers({ 'x-ratelimit-limit-requests': '100', 'x-ratelimit-remaining-requests': '0' }),
    });
    const asked = new Judge(error).invoke({ state: 'x', questions: QUESTION }, { callbacks: world.callbacks });
    await expect(asked).rejects.toBe(error);
    expect(world.record('chat gpt-4o-mini')).toMatchObject({
      'span.status': 'error',
      'spanline.error.class': 'rate_limit',
      'spanline.provider.request_id': 'req_2',
      'spanline.ratelimit.remaining_ratio': 0,
    });
  });

  it('is not sent where `beforeCall` forbids it', async () => {
    const over = new RangeError('the budget is spent');
    world = createWorld({
      beforeCall: () => {
        throw over;
      },
    });
    const judge = new Judge();
    await expect(judge.invoke({ state: 'x', questions: QUESTION }, { callbacks: world.callbacks })).rejects.toBe(over);
    expect(judge.calls).toBe(0);
  });
});
