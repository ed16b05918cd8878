import { setTimeout as wait } from 'node:timers/promises';
import { Document } from '@langchain/core/documents';
import { AIMessage, AIMessageChunk } from '@langchain/core/messages';
import { StringOutputParser } from '@langchain/core/output_parsers';
import type { ChatResult } from '@langchain/core/outputs';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { BaseRetriever } from '@langchain/core/retrievers';
import { RunnableLambda, RunnableMap, RunnablePassthrough } from '@langchain/core/runnables';
import { tool } from '@langchain/core/tools';
import { FakeStreamingChatModel } from '@langchain/core/utils/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { collectUntil } from '../../../test/support/garbage.ts';
import { createWorld, type World } from './support/world.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});

afterEach(() => world.check());

const STAGES = ['lambda', 'retriever', 'tool', 'prompt', 'model', 'parser'] as const;
type Stage = (typeof STAGES)[number];
type Fault = (stage: Stage) => Promise<void> | void;

/** question → documents and a tool's word → prompt → model → parser; `fault` is called at the beginning of each stage. */
function program(fault: Fault) {
  class Docs extends BaseRetriever {
    override lc_namespace = ['test'];
    static override lc_name(): string {
      return 'Docs';
    }
    override async _getRelevantDocuments(): Promise<Document[]> {
      await fault('retriever');
      return [new Document({ id: 'd1', pageContent: 'text' })];
    }
  }
  class Model extends FakeStreamingChatModel {
    override async _generate(): Promise<ChatResult> {
      await fault('model');
      return { generations: [{ text: 'one two three', message: new AIMessage('one two three') }] };
    }
    override async *_streamResponseChunks(...args: Parameters<FakeStreamingChatModel['_streamResponseChunks']>) {
      await fault('model');
      yield* super._streamResponseChunks(...args);
    }
  }
  class Parser extends StringOutputParser {
    static override lc_name(): string {
      return 'Parser';
    }
    override async *_transform(input: AsyncGenerator<never>): AsyncGenerator<string> {
      await fault('parser');
      yield* super._transform(input);
    }
    override async parse(text: string): Promise<string> {
      await fault('parser');
      return text;
    }
  }
  class Prompt extends ChatPromptTemplate<{ question: string; docs: Document[]; word: string }> {
    static override lc_name(): string {
      return 'Prompt';
    }
    override async formatMessages(values: never) {
      await fault('prompt');
      return super.formatMessages(values);
    }
  }
  const speller = tool(
    async ({ word }) => {
      await fault('tool');
      return word.toUpperCase();
    },
    { name: 'speller', schema: z.object({ word: z.string() }) },
  );
  const normalize = RunnableLambda.from(async (question: string) => {
    await fault('lambda');
    return question.trim();
  }).withConfig({ runName: 'normalize' });
  const template = ChatPromptTemplate.fromTemplate('{question} {word}');
  return normalize
    .pipe(
      RunnableMap.from({
        question: new RunnablePassthrough<string>(),
        docs: new Docs(),
        word: RunnableLambda.from((word: string) => ({ word })).pipe(speller),
      }),
    )
    .pipe(new Prompt({ inputVariables: ['question', 'word'], promptMessages: template.promptMessages }) as never)
    .pipe(new Model({ chunks: ['one ', 'two ', 'three'].map((content) => new AIMessageChunk(content)), sleep: 1 }))
    .pipe(new Parser())
    .withConfig({ runName: 'program' });
}

const NAMES: Readonly<Record<Stage, string>> = {
  lambda: 'chain normalize',
  retriever: 'retriever retrieval Docs',
  tool: 'tool execute_tool speller',
  prompt: 'prompt Prompt',
  model: 'llm chat Model',
  parser: 'parser Parser',
};

const ways = {
  invoke: (chain: ReturnType<typeof program>, signal: AbortSignal) =>
    chain.invoke(' why? ', { callbacks: world.callbacks, signal }),
  stream: async (chain: ReturnType<typeof program>, signal: AbortSignal) => {
    let text = '';
    for await (const chunk of await chain.stream(' why? ', { callbacks: world.callbacks, signal }))
      text += String(chunk);
    return text;
  },
};

const settled = () => world.tracer.stats().open === 0;

describe.each(['invoke', 'stream'] as const)('a program, with %s', (way) => {
  const run = (fault: Fault, signal = new AbortController().signal) => ways[way](program(fault), signal);

  it('that works is a tree of its stages', async () => {
    expect(await run(() => undefined)).toBe('one two three');
    expect(world.tree().split('\n').toSorted()).toEqual(
      ['chain program', ...STAGES.map((stage) => `  ${NAMES[stage]}`)].toSorted(),
    );
  });

  it.each(STAGES)('whose %s fails shows where, and the stages before it as they were', async (stage) => {
    await expect(
      run((at) => {
        if (at === stage) throw new RangeError(`no ${stage}`);
      }),
    ).rejects.toThrow(`no ${stage}`);
    await collectUntil(settled);
    const lines = world.tree().split('\n');
    expect(lines[0]).toBe('chain program [error]');
    expect(lines).toContain(`  ${NAMES[stage]} [error]`);
    const failed = world.log.records().filter((record) => record['span.status'] === 'error');
    const origins = failed.filter((record) => record['spanline.error.propagated'] !== true);
    expect(origins.map((record) => `${record['span.type']} ${record['span.name']}`)).toEqual([NAMES[stage]]);
    expect(failed.every((record) => record['error.message'] === `no ${stage}`)).toBe(true);
  });

  it.each(STAGES)('that is aborted in its %s is aborted, and has no failed step', async (stage) => {
    const controller = new AbortController();
    const answer = run(async (at) => {
      if (at !== stage) return;
      controller.abort();
      await wait(5);
    }, controller.signal);
    await answer.catch(() => undefined);
    await collectUntil(settled);
    const records = world.log.records();
    expect(records.filter((record) => record['span.status'] === 'error')).toEqual([]);
    const root = records.find((record) => record['span.name'] === 'program');
    const gaveUp = await answer.then(
      () => false,
      () => true,
    );
    expect(root?.['span.status']).toBe(gaveUp ? 'aborted' : 'ok');
  });
});

describe('a streamed program that is abandoned', () => {
  it.each([1, 2])('after %s chunks is closed with every stage that had begun', async (count) => {
    await ways.invoke(
      program(() => undefined),
      new AbortController().signal,
    );
    world.log.clear();
    let seen = 0;
    for await (const _ of await program(() => undefined).stream(' why? ', { callbacks: world.callbacks })) {
      if (++seen === count) break;
    }
    await collectUntil(settled);
    const lines = world.tree().split('\n');
    expect(lines[0]).toBe('chain program [abandoned]');
    for (const stage of ['lambda', 'retriever', 'tool', 'prompt'] as const)
      expect(lines).toContain(`  ${NAMES[stage]}`);
    for (const stage of ['model', 'parser'] as const) expect(lines).toContain(`  ${NAMES[stage]} [abandoned]`);
  });
});
