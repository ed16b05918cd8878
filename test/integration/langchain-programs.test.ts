import { dispatchCustomEvent } from '@langchain/core/callbacks/dispatch';
import { awaitAllCallbacks } from '@langchain/core/callbacks/promises';
import { AIMessage } from '@langchain/core/messages';
import { StringOutputParser, StructuredOutputParser } from '@langchain/core/output_parsers';
import { ChatPromptTemplate, MessagesPlaceholder, PromptTemplate } from '@langchain/core/prompts';
import { RunnableBranch, RunnableLambda, RunnableMap, RunnablePassthrough } from '@langchain/core/runnables';
import { FakeListChatModel, FakeStreamingChatModel } from '@langchain/core/utils/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { drain } from '../support/records.ts';
import { calls, createWorld, ScriptedModel, type World } from '../support/langchain-world.ts';

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

  it('that asks for structured output has the parser that read it', async () => {
    const parser = StructuredOutputParser.fromZodSchema(z.object({ city: z.string() }));
    const chain = new ScriptedModel('```json\n{"city":"Oslo"}\n```').pipe(parser).withConfig({ runName: 'extract' });
    expect(await chain.invoke('Where?', { callbacks: world.callbacks })).toEqual({ city: 'Oslo' });
    expect(world.tree()).toBe('chain extract\n  llm chat ScriptedModel\n  parser StructuredOutputParser');
  });

  it('that falls back marks the second try and links it to the first', async () => {
    const first = new ScriptedModel(new Error('overloaded'));
    const model = first.withFallbacks([new ScriptedModel(new Error('down')), new ScriptedModel('third')]);
    const chain = ChatPromptTemplate.fromTemplate('{q}').pipe(model).pipe(new StringOutputParser());
    expect(await chain.withConfig({ runName: 'robust' }).invoke({ q: 'x' }, { callbacks: world.callbacks })).toBe(
      'third',
    );
    expect(world.tree('spanline.retry.attempt', 'spanline.retry.fallback')).toBe(`chain robust
  prompt ChatPromptTemplate
  llm chat ScriptedModel [error]
  llm chat ScriptedModel [error] spanline.retry.attempt=2 spanline.retry.fallback=true
  llm chat ScriptedModel spanline.retry.attempt=3 spanline.retry.fallback=true
  parser StrOutputParser`);
    const tries = world.log.records().filter((record) => record['span.type'] === 'llm');
    expect(tries.map((record) => record['spanline.retry.previous_span_id'])).toEqual([
      undefined,
      tries[0]?.span_id,
      tries[1]?.span_id,
    ]);
    expect(world.record('robust')).toMatchObject({ 'span.status': 'ok', 'spanline.rollup.errors': 2 });
  });

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

  it('that tries again numbers its attempts and links them', { timeout: 30_000 }, async () => {
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

describe('a prompt', () => {
  it('shows its template, its variables and a hash of the template', async () => {
    const prompt = ChatPromptTemplate.fromMessages([
      ['system', 'You are {role}.'],
      new MessagesPlaceholder('history'),
      ['user', '{question}'],
      ['ai', 'Let me see.'],
    ]);
    await prompt.invoke({ role: 'kind', history: [], question: 'Why?' }, { callbacks: world.callbacks });
    const line = world.record('ChatPromptTemplate');
    expect(line['spanline.prompt.template']).toBe(
      'system: You are {role}.\n{history}\nuser: {question}\nassistant: Let me see.',
    );
    expect(JSON.parse(String(line['spanline.prompt.variables']))).toEqual({
      role: 'kind',
      history: [],
      question: 'Why?',
    });
    expect(line['spanline.prompt.template_sha256']).toMatch(/^[0-9a-f]{64}$/);
    await PromptTemplate.fromTemplate('Hi {name}').invoke({ name: 'Ann' }, { callbacks: world.callbacks });
    expect(world.record('PromptTemplate')['spanline.prompt.template']).toBe('Hi {name}');
  });

  it('from LangSmith’s hub or from Langfuse names itself, and the model call that it asks', async () => {
    const hub = ChatPromptTemplate.fromTemplate('{q}');
    hub.metadata = { lc_hub_owner: 'acme', lc_hub_repo: 'rag', lc_hub_commit_hash: 'abc123' };
    await hub
      .pipe(new ScriptedModel(new Error('no')).withFallbacks([new ScriptedModel('yes')]))
      .invoke({ q: 'x' }, { callbacks: world.callbacks });
    const named = (name: string) => {
      const { 'gen_ai.prompt.name': prompt, 'gen_ai.prompt.version': version } = world.record(name);
      return [prompt, version];
    };
    expect(named('ChatPromptTemplate')).toEqual(['acme/rag', 'abc123']);
    expect(named('chat ScriptedModel')).toEqual(['acme/rag', 'abc123']);
    world.log.clear();
    const langfuse = PromptTemplate.fromTemplate('{q}').withConfig({
      metadata: { langfusePrompt: { name: 'greeting', version: 3, prompt: '{{q}}' } },
    });
    await langfuse.pipe(new ScriptedModel('yes')).invoke({ q: 'x' }, { callbacks: world.callbacks });
    expect(named('PromptTemplate')).toEqual(['greeting', '3']);
    expect(named('chat ScriptedModel')).toEqual(['greeting', '3']);
  });

  it('that is not from a store does not name the next model call', async () => {
    const stored = PromptTemplate.fromTemplate('{q}');
    stored.metadata = { langfusePrompt: { name: 'greeting', version: 3 } };
    const chain = stored
      .pipe(named('shout', () => ({ q: 'loud' })))
      .pipe(PromptTemplate.fromTemplate('{q}'))
      .pipe(new ScriptedModel('yes'));
    await chain.invoke({ q: 'x' }, { callbacks: world.callbacks });
    expect(world.record('chat ScriptedModel')).not.toHaveProperty(['gen_ai.prompt.name']);
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

  it('in which a provider’s client repeats the whole request is left out', async () => {
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

  it('is left out, its steps stand under what is around it', async () => {
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

describe('50 requests at once', () => {
  const other = {
    name: 'another vendor',
    awaitHandlers: false,
    started: new Set<string>(),
    ended: new Set<string>(),
    handleChainStart(_chain: unknown, _inputs: unknown, runId: string) {
      other.started.add(runId);
    },
    handleChainEnd(_outputs: unknown, runId: string) {
      other.ended.add(runId);
    },
  };

  const chain = (id: number) =>
    ChatPromptTemplate.fromTemplate('{q}')
      .pipe(new FakeStreamingChatModel({ responses: [new AIMessage(`answer ${id}`)], sleep: id % 5 }))
      .pipe(new StringOutputParser())
      .pipe(named('mine', (text: string) => world.tracer.withSpan(`own ${id}`, () => text)))
      .withConfig({ runName: `chain ${id}` });

  const ways: Record<string, (id: number) => Promise<unknown>> = {
    invoke: (id) => chain(id).invoke({ q: 'x' }, { callbacks: [...world.callbacks, other] }),
    batch: (id) => chain(id).batch([{ q: 'x' }], { callbacks: [...world.callbacks, other] }),
    stream: async (id) => drain(await chain(id).stream({ q: 'x' }, { callbacks: [...world.callbacks, other] })),
    'streamEvents v1': async (id) =>
      drain(chain(id).streamEvents({ q: 'x' }, { version: 'v1', callbacks: [...world.callbacks, other] })),
    'streamEvents v2': async (id) =>
      drain(chain(id).streamEvents({ q: 'x' }, { version: 'v2', callbacks: [...world.callbacks, other] })),
  };

  it.each(Object.keys(ways))('have every step and every span of their own under their own request: %s', async (way) => {
    await Promise.all(
      Array.from({ length: 50 }, (_, id) => world.tracer.withSpan(`request ${id}`, () => ways[way]?.(id))),
    );
    const trees = world.tree().split(/\n(?=task request)/);
    expect(trees).toHaveLength(50);
    for (const one of trees) {
      const id = /^task request (\d+)/.exec(one)?.[1];
      const lines = one.split('\n').map((line) => line.trimEnd());
      expect(lines.slice(0, 2)).toEqual([`task request ${id}`, `  chain chain ${id}`]);
      expect(lines.slice(2).toSorted()).toEqual([
        `      task own ${id}`,
        '    chain mine',
        '    llm chat FakeStreamingChatModel',
        '    parser StrOutputParser',
        '    prompt ChatPromptTemplate',
      ]);
    }
    await awaitAllCallbacks();
    expect(other.ended.size).toBe(other.started.size);
    expect(other.started.size).toBeGreaterThanOrEqual(200);
  });

  it('have the handler of another vendor beside it, which hears what it would alone', async () => {
    const heard = async (callbacks: object[]) => {
      other.started.clear();
      await chain(0).invoke({ q: 'x' }, { callbacks: callbacks as never });
      await awaitAllCallbacks();
      return other.started.size;
    };
    expect(await heard([other, ...world.callbacks])).toBe(await heard([other]));
  });
});

describe('a fake list model', () => {
  it('streams with its chunks counted', async () => {
    await drain(await new FakeListChatModel({ responses: ['abc'] }).stream('x', { callbacks: world.callbacks }));
    expect(world.record('chat FakeListChatModel')['spanline.stream.chunks']).toBe(3);
  });
});
