import { AgentExecutor, createToolCallingAgent } from '@langchain/classic/agents';
import { dispatchCustomEvent } from '@langchain/core/callbacks/dispatch';
import { InMemoryChatMessageHistory } from '@langchain/core/chat_history';
import type { AIMessage } from '@langchain/core/messages';
import { StringOutputParser, StructuredOutputParser } from '@langchain/core/output_parsers';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import {
  RunnableBranch,
  RunnableLambda,
  RunnableMap,
  RunnablePassthrough,
  RunnableWithMessageHistory,
} from '@langchain/core/runnables';
import { tool } from '@langchain/core/tools';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { drain } from '../../../test/support/records.ts';
import { calls, createWorld, ScriptedModel, type World } from './support/world.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});

afterEach(() => world.check());

const named = <T>(name: string, run: (input: T) => unknown) =>
  RunnableLambda.from<T, unknown>(run).withConfig({ runName: name });

describe('a program', () => {
  it('whose branches run at once has them side by side', async () => {
    const both = RunnableMap.from({
      joke: ChatPromptTemplate.fromTemplate('A joke about {topic}').pipe(new ScriptedModel('ha')),
      poem: ChatPromptTemplate.fromTemplate('A poem about {topic}').pipe(new ScriptedModel('oh')),
    }).withConfig({ runName: 'both' });
    const expected = `chain both
  prompt ChatPromptTemplate
  prompt ChatPromptTemplate
  llm chat ScriptedModel
  llm chat ScriptedModel`;
    await both.invoke({ topic: 'cats' }, { callbacks: world.callbacks });
    expect(world.tree()).toBe(expected);
    world.log.clear();
    await drain(await both.stream({ topic: 'cats' }, { callbacks: world.callbacks }));
    expect(world.tree().split('\n').toSorted()).toEqual(expected.split('\n').toSorted());
  });

  it('that chooses a way shows the one it took', async () => {
    const branch = RunnableBranch.from<string, unknown>([
      [(text: string) => text.length > 3, named('long', (text: string) => text)],
      named('short', (text: string) => text),
    ]).withConfig({ runName: 'choose' });
    await branch.invoke('hello', { callbacks: world.callbacks });
    expect(world.tree()).toBe('chain choose\n  chain long');
  });

  it('whose input has the name of the prototype as a key keeps that value', async () => {
    const input: unknown = JSON.parse('{"__proto__":{"admin":true},"question":"why?"}');
    await named('step', () => 'ok').invoke(input, { callbacks: world.callbacks });
    expect(world.record('step')['spanline.input']).toBe(JSON.stringify(input));
  });

  it('that asks for structured output has the parser that read it', async () => {
    const parser = StructuredOutputParser.fromZodSchema(z.object({ city: z.string() }));
    const chain = new ScriptedModel('```json\n{"city":"Oslo"}\n```').pipe(parser).withConfig({ runName: 'extract' });
    expect(await chain.invoke('Where?', { callbacks: world.callbacks })).toEqual({ city: 'Oslo' });
    expect(world.tree()).toBe('chain extract\n  llm chat ScriptedModel\n  parser StructuredOutputParser');
  });

  it.each(['invoke', 'stream'] as const)(
    'that falls back marks the second try and links it to the first: %s',
    async (way) => {
      const first = new ScriptedModel(new Error('overloaded'));
      const model = first.withFallbacks([new ScriptedModel(new Error('down')), new ScriptedModel('third')]);
      const chain = ChatPromptTemplate.fromTemplate('{q}')
        .pipe(model)
        .pipe(new StringOutputParser())
        .withConfig({ runName: 'robust' });
      const given = { callbacks: world.callbacks };
      if (way === 'invoke') expect(await chain.invoke({ q: 'x' }, given)).toBe('third');
      else expect(await drain(await chain.stream({ q: 'x' }, given))).toEqual(['third']);
      expect(world.tree('spanline.retry.attempt', 'spanline.retry.fallback').split('\n').toSorted()).toEqual(
        `chain robust
  prompt ChatPromptTemplate
  llm chat ScriptedModel [error]
  llm chat ScriptedModel [error] spanline.retry.attempt=2 spanline.retry.fallback=true
  llm chat ScriptedModel spanline.retry.attempt=3 spanline.retry.fallback=true
  parser StrOutputParser`
          .split('\n')
          .toSorted(),
      );
      const tries = world.log.records().filter((record) => record['span.type'] === 'llm');
      expect(tries.map((record) => record['spanline.retry.previous_span_id'])).toEqual([
        undefined,
        tries[0]?.span_id,
        tries[1]?.span_id,
      ]);
      expect(world.record('robust')).toMatchObject({ 'span.status': 'ok', 'spanline.rollup.errors': 2 });
    },
  );

  it('that falls back to a chain of steps marks each of them', async () => {
    const careful = ChatPromptTemplate.fromTemplate('Be careful: {q}').pipe(new ScriptedModel('well'));
    const broken = ChatPromptTemplate.fromTemplate('{q}').pipe(new ScriptedModel(new Error('no')));
    await broken
      .withFallbacks([careful])
      .withConfig({ runName: 'robust' })
      .invoke({ q: 'x' }, { callbacks: world.callbacks });
    expect(world.tree('spanline.retry.attempt')).toBe(`chain robust
  prompt ChatPromptTemplate
  llm chat ScriptedModel [error]
  prompt ChatPromptTemplate spanline.retry.attempt=2
  llm chat ScriptedModel spanline.retry.attempt=2`);
    const [failed, answered] = world.log.records().filter((record) => record['span.type'] === 'llm');
    expect(answered?.['spanline.retry.previous_span_id']).toBe(failed?.span_id);
  });

  it('that tries again numbers its attempts and links them', async () => {
    let attempts = 0;
    const flaky = named('flaky', () => {
      if (++attempts < 3) throw new Error(`no ${attempts}`);
      return 'yes';
    });
    const root = RunnableLambda.from((input: string) =>
      flaky.withRetry({ stopAfterAttempt: 3 }).invoke(input),
    ).withConfig({
      runName: 'persistent',
    });
    await root.invoke('x', { callbacks: world.callbacks });
    const tries = world.log.records().filter((record) => record['span.name'] === 'flaky');
    expect(tries.map((record) => [record['span.status'], record['spanline.retry.attempt']])).toEqual([
      ['error', undefined],
      ['error', 2],
      ['ok', 3],
    ]);
    expect(tries.map((record) => record['spanline.retry.previous_span_id'])).toEqual([
      undefined,
      tries[0]?.span_id,
      tries[1]?.span_id,
    ]);
  });

  it('has each try of things that run at once linked to its own', async () => {
    const robust = (name: string) =>
      named(`${name} first`, async () => {
        throw new Error(name);
      }).withFallbacks([named(`${name} second`, () => name)]);
    const many = RunnableMap.from({ a: robust('a'), b: robust('b') }).withConfig({ runName: 'many' });
    await many.invoke('x', { callbacks: world.callbacks });
    for (const name of ['a', 'b']) {
      expect(world.record(`${name} second`)['spanline.retry.previous_span_id']).toBe(
        world.record(`${name} first`)['span_id'],
      );
    }
  });

  it('whose error stays inside has no failed root', async () => {
    const chain = named('careful', async () => {
      try {
        return await named('risky', () => {
          throw new TypeError('no');
        }).invoke('x');
      } catch {
        return 'default';
      }
    });
    expect(await chain.invoke('x', { callbacks: world.callbacks })).toBe('default');
    expect(world.tree()).toBe('chain careful\n  chain risky [error]');
    expect(world.record('risky')).not.toHaveProperty(['spanline.error.propagated']);
  });

  it('whose tool call is decided by the model stands as it was asked for', async () => {
    const model = new ScriptedModel(calls(['search', { q: 'cats' }, 'c1']));
    await model.pipe(named('dispatch', (message: AIMessage) => message.tool_calls?.[0]?.name)).invoke('find', {
      callbacks: world.callbacks,
      runName: 'decide',
    });
    const output = JSON.parse(String(world.record('chat ScriptedModel')['gen_ai.output.messages'])) as unknown;
    expect(output).toMatchObject([
      { role: 'assistant', parts: [{ type: 'tool_call', id: 'c1', name: 'search', arguments: { q: 'cats' } }] },
    ]);
  });
});

describe('a program of the time before graphs', () => {
  it('whose agent calls a tool has each round of its agent, and the tool beside it', async () => {
    const weather = tool(() => 'sunny', { name: 'weather', schema: z.object({ city: z.string() }) });
    const llm = new ScriptedModel(calls(['weather', { city: 'Oslo' }, 'c1']), 'It is sunny.');
    const prompt = ChatPromptTemplate.fromMessages([
      ['user', '{input}'],
      ['placeholder', '{agent_scratchpad}'],
    ]);
    const agent = createToolCallingAgent({ llm, tools: [weather], prompt });
    const executor = AgentExecutor.fromAgentAndTools({ agent, tools: [weather] });
    const { output } = await executor.invoke({ input: 'Weather?' }, { callbacks: world.callbacks });
    expect(output).toBe('It is sunny.');
    const round = `  chain ToolCallingAgent
    prompt ChatPromptTemplate
    llm chat ScriptedModel
    parser ToolCallingAgentOutputParser`;
    expect(world.tree()).toBe(`agent invoke_agent AgentExecutor\n${round}\n  tool execute_tool weather\n${round}`);
  });

  it('that keeps a history has the loading of it as a step', async () => {
    const history = new InMemoryChatMessageHistory();
    const chain = ChatPromptTemplate.fromMessages([
      ['placeholder', '{history}'],
      ['user', '{q}'],
    ]).pipe(new ScriptedModel('yes'));
    const remembering = new RunnableWithMessageHistory({
      runnable: chain,
      getMessageHistory: () => history,
      inputMessagesKey: 'q',
      historyMessagesKey: 'history',
    });
    const given = { callbacks: world.callbacks, configurable: { sessionId: 's' } };
    await remembering.invoke({ q: 'one' }, given);
    world.log.clear();
    await remembering.invoke({ q: 'two' }, given);
    expect(world.tree()).toBe(`chain RunnableWithMessageHistory
  chain insertHistory
    chain loadHistory
  prompt ChatPromptTemplate
  llm chat ScriptedModel`);
    expect(JSON.parse(String(world.record('chat ScriptedModel')['gen_ai.input.messages']))).toMatchObject([
      { role: 'user', parts: [{ content: 'one' }] },
      { role: 'assistant', parts: [{ content: 'yes' }] },
      { role: 'user', parts: [{ content: 'two' }] },
    ]);
  });
});

describe('a custom event', () => {
  it('is a step without duration inside of its run', async () => {
    const step = named('step', async (input: string) => {
      await dispatchCustomEvent('progress', { percent: 50, key: 'sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCD' });
      return input;
    });
    await step.invoke('x', { callbacks: world.callbacks });
    expect(world.tree()).toBe('chain step\n  task custom_event progress');
    const line = world.record('custom_event progress');
    expect(line['spanline.input']).toContain('"percent":50');
    expect(line['spanline.input']).not.toContain('abcdefghij');
  });

  it('is counted beyond the fiftieth of a run', async () => {
    const step = named('step', async () => {
      for (let index = 0; index < 60; index++) await dispatchCustomEvent('tick', { index });
    });
    await step.invoke('x', { callbacks: world.callbacks });
    expect(world.log.records()).toHaveLength(51);
    expect(world.record('step')['spanline.custom_events.left_out']).toBe(10);
  });

  it('in which a provider’s client repeats the whole request is omitted', async () => {
    const step = named('step', async () => {
      await dispatchCustomEvent('google-request-ChatGoogle', { body: 'all of it' });
    });
    await step.invoke('x', { callbacks: world.callbacks });
    expect(world.tree()).toBe('chain step');
  });
});

describe('plumbing', () => {
  const chain = () =>
    RunnablePassthrough.assign({ length: (input: { text: string }) => input.text.length })
      .pipe(named('count', (input) => input))
      .withConfig({ runName: 'root' });

  it('is omitted, its steps stand under what is around it', async () => {
    await chain().invoke({ text: 'abc' }, { callbacks: world.callbacks });
    expect(world.tree()).toBe('chain root\n  chain count');
  });

  it('is kept when asked for', async () => {
    world = createWorld({ include: 'all' });
    await chain().invoke({ text: 'abc' }, { callbacks: world.callbacks });
    expect(world.tree()).toBe(`chain root
  chain RunnableMap
    chain RunnableLambda
  chain count`);
  });
});

describe('a fake list model', () => {
  it('streams with its chunks counted', async () => {
    await drain(await new FakeListChatModel({ responses: ['abc'] }).stream('x', { callbacks: world.callbacks }));
    expect(world.record('chat FakeListChatModel')['spanline.stream.chunks']).toBe(3);
  });
});
