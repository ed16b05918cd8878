import { getEventListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { BaseCallbackHandler } from '@langchain/core/callbacks/base';
import type { BaseMessage } from '@langchain/core/messages';
import { StringOutputParser } from '@langchain/core/output_parsers';
import type { ChatResult } from '@langchain/core/outputs';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { tool } from '@langchain/core/tools';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { runs } from '../../../test/support/effort.ts';
import { collect, collectUntil, heapUsed } from '../../../test/support/garbage.ts';
import { createWorld, ScriptedModel, type World } from './support/world.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});

afterEach(() => world.check());

const words = (sleep = 1) =>
  ChatPromptTemplate.fromTemplate('{q}')
    .pipe(new FakeListChatModel({ responses: ['one two three four five six'], sleep }))
    .pipe(new StringOutputParser())
    .withConfig({ runName: 'words' });

/** A model whose provider takes as long as `provider` does, also after its caller has left. */
class BilledModel extends ScriptedModel {
  provider = (): Promise<void> => Promise.resolve();

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    await this.provider();
    return super._generate(messages);
  }
}

const allEnded = () => world.tracer.stats().open === 0;

/** A run that ended as LangChain reports it: how its array of tags behaves is learnt from it. */
async function oneRun(): Promise<void> {
  await words(0).invoke({ q: 'x' }, { callbacks: world.callbacks });
  world.log.clear();
}

async function read(stream: AsyncIterable<unknown>, count: number): Promise<void> {
  let seen = 0;
  for await (const _ of stream) if (++seen >= count) break;
}

describe('a stream that its reader leaves', () => {
  it('is closed when nobody is left who could end it, with the words that had come and the time until then', async () => {
    await oneRun();
    const began = performance.now();
    await read(await words(5).stream({ q: 'x' }, { callbacks: world.callbacks }), 4);
    // Timers fire in order: by then the model has said what it still had to say.
    await wait(100);
    const settled = performance.now() - began;
    await collectUntil(allEnded);
    expect(world.tree()).toBe(`chain words [abandoned]
  prompt ChatPromptTemplate
  llm chat FakeListChatModel [abandoned]
  parser StrOutputParser [abandoned]`);
    const [llm, root] = [world.record('chat FakeListChatModel'), world.record('words')];
    expect(llm['gen_ai.output.messages']).toContain('one');
    expect(root['duration_ms']).toBeLessThan(settled);
    expect(root['duration_ms']).toBeGreaterThanOrEqual(Number(llm['duration_ms']));
    expect(root['spanline.late']).toBeUndefined();
  });

  it('is closed also where it was never read, or is that of a model alone', async () => {
    await oneRun();
    await words().stream({ q: 'x' }, { callbacks: world.callbacks });
    await read(await new FakeListChatModel({ responses: ['abc'] }).stream('x', { callbacks: world.callbacks }), 1);
    await collectUntil(allEnded);
    expect(world.tree()).toContain('chain words [abandoned]');
    expect(world.tree()).toMatch(/^llm chat FakeListChatModel \[abandoned\]/m);
  });

  it('of events is aborted, as LangChain itself says of its root', async () => {
    await oneRun();
    await read(words().streamEvents({ q: 'x' }, { version: 'v2', callbacks: world.callbacks }), 5);
    await collectUntil(allEnded);
    expect(world.tree()).toBe(`chain words [aborted]
  prompt ChatPromptTemplate
  llm chat FakeListChatModel [aborted]
  parser StrOutputParser [aborted]`);
  });

  it('of a graph is aborted with everything in it', async () => {
    const State = Annotation.Root({ q: Annotation<string> });
    const graph = new StateGraph(State)
      .addNode('talk', async (state, config) => {
        await words().invoke({ q: state.q }, config);
        return {};
      })
      .addNode('more', () => wait(5, {}))
      .addEdge(START, 'talk')
      .addEdge('talk', 'more')
      .addEdge('more', END)
      .compile();
    await read(await graph.stream({ q: 'x' }, { callbacks: world.callbacks }), 1);
    await collectUntil(allEnded);
    expect(world.tree()).toMatch(/^agent invoke_agent LangGraph \[aborted\]/);
  });

  it('does not disturb those that are read to their end', async () => {
    await oneRun();
    const slow = async () => {
      let text = '';
      for await (const word of await words(2).stream({ q: 'x' }, { callbacks: world.callbacks })) {
        text += word;
        await wait(1);
      }
      return text;
    };
    const reading = Promise.all([slow(), slow(), slow()]);
    for (let index = 0; index < 8; index++) {
      await read(await words(0).stream({ q: 'x' }, { callbacks: world.callbacks }), 1);
      collect();
      await wait(2);
    }
    expect(await reading).toEqual(Array.from({ length: 3 }, () => 'one two three four five six'));
    await collectUntil(allEnded);
    const roots = world.log.records().filter((record) => record['span.name'] === 'words');
    expect(roots.map((record) => record['span.status']).toSorted()).toEqual([
      ...Array.from({ length: 8 }, () => 'abandoned'),
      'ok',
      'ok',
      'ok',
    ]);
  });
});

describe('an abort', () => {
  it('in the middle of a stream ends every run as aborted', async () => {
    await oneRun();
    const controller = new AbortController();
    const stream = await words(5).stream({ q: 'x' }, { callbacks: world.callbacks, signal: controller.signal });
    await expect(
      (async () => {
        for await (const _ of stream) controller.abort();
      })(),
    ).rejects.toThrow();
    await collectUntil(allEnded);
    expect(world.tree()).toBe(`chain words [aborted]
  prompt ChatPromptTemplate
  llm chat FakeListChatModel [aborted]
  parser StrOutputParser [aborted]`);
  });

  it('lets a call in flight end after its root, and the line says so', async () => {
    const controller = new AbortController();
    const billed = new BilledModel('billed');
    let answerNow = (): void => {};
    billed.provider = () => {
      controller.abort();
      return new Promise((resolve) => {
        answerNow = resolve;
      });
    };
    const chain = ChatPromptTemplate.fromTemplate('{q}')
      .pipe(billed)
      .pipe(new StringOutputParser())
      .withConfig({ runName: 'root' });
    const answer = chain.invoke({ q: 'x' }, { callbacks: world.callbacks, signal: controller.signal });
    await expect(answer).rejects.toThrow();
    answerNow();
    await collectUntil(allEnded);
    expect(world.tree()).toBe('chain root [aborted]\n  prompt ChatPromptTemplate\n  llm chat BilledModel');
    expect(world.record('chat BilledModel')).toMatchObject({ 'spanline.late': true });
  });
});

describe('a signal that many calls share', () => {
  it('gets one listener of ours, and none is left', async () => {
    const controller = new AbortController();
    let most = 0;
    const counting = new ScriptedModel('yes');
    const count = () => getEventListeners(controller.signal, 'abort').length;
    const alone = async (callbacks: World['callbacks']) => {
      most = 0;
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          const answer = counting.invoke('x', { callbacks, signal: controller.signal });
          await wait(0);
          most = Math.max(most, count());
          await answer;
        }),
      );
      return most;
    };
    const without = await alone([]);
    expect(await alone(world.callbacks)).toBeLessThanOrEqual(without + 1);
    expect(count()).toBe(0);
  });
});

describe('a handler of its own for each request', () => {
  it('is let go with the request, however it ended', async () => {
    let gone = 0;
    const handlers = new FinalizationRegistry(() => gone++);
    const answer = async (isLeft: boolean) => {
      const handler = new SpanlineCallbackHandler({ tracer: world.tracer });
      handlers.register(handler, undefined);
      const stream = await words(0).stream({ q: 'x' }, { callbacks: [handler] });
      await read(stream, isLeft ? 2 : Number.POSITIVE_INFINITY);
    };
    for (let index = 0; index < 20; index++) await answer(index % 2 === 0);
    await collectUntil(() => gone === 20 && allEnded());
  });
});

describe('ends that LangChain does not report', () => {
  it('a tool that breaks its own contract is closed', async () => {
    await oneRun();
    const odd = tool(() => 'not a pair', {
      name: 'odd',
      schema: z.object({}),
      responseFormat: 'content_and_artifact',
    });
    await expect(odd.invoke({}, { callbacks: world.callbacks })).rejects.toThrow();
    await collectUntil(allEnded);
    expect(world.tree()).toBe('tool execute_tool odd [abandoned]');
  });

  it('a caller that passes arrays of its own is not taken for LangChain', async () => {
    const [handler] = world.callbacks;
    handler?.handleChainStart({}, 'x', 'first', undefined, ['a']);
    handler?.handleChainEnd('y', 'first', undefined, ['a']);
    handler?.handleChainStart({}, 'x', 'second', undefined, ['a'], {}, undefined, 'second');
    for (let round = 0; round < 5; round++) {
      collect();
      await wait(2);
    }
    expect(world.tracer.stats().open).toBe(1);
    handler?.handleChainEnd('y', 'second');
    expect(world.record('second')['span.status']).toBe('ok');
  });

  // It waits for collections of a heap that all tests of the worker share.
  it.runIf(runs(0, 1) === 1)('leave the heap flat, however many they are', async () => {
    await oneRun();
    const broken = async (count: number) => {
      for (let index = 0; index < count; index++) {
        await read(await words(0).stream({ q: 'x' }, { callbacks: world.callbacks }), 2);
        if (index % 500 === 499) {
          await collectUntil(() => world.tracer.stats().open < 600);
          world.log.clear();
        }
      }
      await collectUntil(allEnded);
      world.log.clear();
      return heapUsed();
    };
    const total = 100_000;
    await broken(200);
    const before = await broken(200);
    const after = await broken(total);
    // Fifteen bytes for each stream.
    expect(after - before).toBeLessThan(1_500_000);
  });

  it('reach other handlers as before', async () => {
    class Other extends BaseCallbackHandler {
      name = 'other';
      ends = 0;
      override awaitHandlers = true;
      override handleChainEnd(): void {
        this.ends++;
      }
    }
    const other = new Other();
    await read(await words(0).stream({ q: 'x' }, { callbacks: [...world.callbacks, other] }), 2);
    await collectUntil(allEnded);
    expect(other.ends).toBe(1);
  });
});
