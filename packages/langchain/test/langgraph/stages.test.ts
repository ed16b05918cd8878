import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { AIMessage, AIMessageChunk } from '@langchain/core/messages';
import { StringOutputParser } from '@langchain/core/output_parsers';
import type { ChatResult } from '@langchain/core/outputs';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { tool } from '@langchain/core/tools';
import { FakeStreamingChatModel } from '@langchain/core/utils/testing';
import { Annotation, Command, END, Send, START, StateGraph } from '@langchain/langgraph';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { collectUntil } from '../../../../test/support/garbage.ts';
import { STREAMS, WAYS } from '../support/graph-ways.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});

afterEach(() => world.check());

const STAGES = ['plan', 'tool cats', 'hand over cats', 'prompt', 'model', 'parser'] as const;
type Stage = (typeof STAGES)[number];
type Fault = (stage: string) => Promise<void> | void;

const State = Annotation.Root({
  topic: Annotation<string>({ reducer: (_, topic) => topic, default: () => '' }),
  notes: Annotation<string[]>({ reducer: (a, b) => [...a, ...b], default: () => [] }),
});

/** The last stage of all: prompt → model → parser. */
function writer(fault: Fault) {
  class Prompt extends ChatPromptTemplate<{ topic: string }> {
    static override lc_name(): string {
      return 'Prompt';
    }
    override async formatMessages(values: never) {
      await fault('prompt');
      return super.formatMessages(values);
    }
  }
  class Model extends FakeStreamingChatModel {
    override async _generate(): Promise<ChatResult> {
      await fault('model');
      return { generations: [{ text: 'one two', message: new AIMessage('one two') }] };
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
    override async parse(text: string): Promise<string> {
      await fault('parser');
      return text;
    }
  }
  const { promptMessages } = ChatPromptTemplate.fromTemplate('{topic}');
  const model = new Model({ chunks: ['one ', 'two'].map((content) => new AIMessageChunk(content)), sleep: 1 });
  return new Prompt({ inputVariables: ['topic'], promptMessages }).pipe(model).pipe(new Parser());
}

/** A plan fans out to two runs of a graph, which calls a tool and hands over to its parent; a chain writes the answer. `fault` is called at the beginning of each stage. */
function program(fault: Fault) {
  const lookUp = tool(
    async ({ topic }) => {
      await fault(`tool ${topic}`);
      return topic;
    },
    { name: 'look_up', schema: z.object({ topic: z.string() }) },
  );
  const research = new StateGraph(State)
    .addNode('gather', async ({ topic }, config) => ({ notes: [await lookUp.invoke({ topic }, config)] }))
    .addNode('hand_over', async ({ topic }) => {
      await fault(`hand over ${topic}`);
      return new Command({ graph: Command.PARENT, goto: 'answer', update: { notes: [topic] } });
    })
    .addEdge(START, 'gather')
    .addEdge('gather', 'hand_over')
    .compile({ name: 'research' });
  const chain = writer(fault);
  return new StateGraph(State)
    .addNode('plan', async () => {
      await fault('plan');
      return {};
    })
    .addNode('research', research, { ends: ['answer'] })
    .addNode('answer', async (_state, config) => ({ notes: [await chain.invoke({ topic: 'pets' }, config)] }))
    .addEdge(START, 'plan')
    .addConditionalEdges('plan', () => ['cats', 'dogs'].map((topic) => new Send('research', { topic })))
    .addEdge('answer', END)
    .compile({ name: 'desk' });
}

const DOGS = `  chain research
    agent invoke_agent research
      chain gather
        tool execute_tool look_up
      chain hand_over`;

const ALL = `agent invoke_agent desk
  chain plan
${DOGS}
${DOGS}
  chain answer
    prompt Prompt
    llm chat Model
    parser Parser`;

/** What is there when a stage fails: the stages before it, and the way from it up to the root as it failed. */
const FAILED: Readonly<Record<Stage, string>> = {
  plan: `agent invoke_agent desk [error]
  chain plan [error]`,
  'tool cats': `agent invoke_agent desk [error]
  chain plan
  chain research [error]
    agent invoke_agent research [error]
      chain gather [error]
        tool execute_tool look_up [error]
${DOGS}`,
  'hand over cats': `agent invoke_agent desk [error]
  chain plan
  chain research [error]
    agent invoke_agent research [error]
      chain gather
        tool execute_tool look_up
      chain hand_over [error]
${DOGS}`,
  prompt: `agent invoke_agent desk [error]
  chain plan
${DOGS}
${DOGS}
  chain answer [error]
    prompt Prompt [error]`,
  model: `agent invoke_agent desk [error]
  chain plan
${DOGS}
${DOGS}
  chain answer [error]
    prompt Prompt
    llm chat Model [error]`,
  parser: `agent invoke_agent desk [error]
  chain plan
${DOGS}
${DOGS}
  chain answer [error]
    prompt Prompt
    llm chat Model
    parser Parser [error]`,
};

const settled = () => world.tracer.stats().open === 0;
const INPUT = { topic: 'pets' };

/** Lets the branch of the dogs come to its last stage before anything happens in that of the cats. */
function afterTheDogs(stage: Stage, act: () => Promise<void> | void): Fault {
  let arrived = (): void => undefined;
  const dogs = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  return async (at) => {
    if (at === 'hand over dogs') arrived();
    if (at !== stage) return;
    if (at.endsWith('cats')) {
      await dogs;
      await turn();
    }
    await act();
  };
}

describe.each(Object.keys(WAYS))('a graph, with %s', (way) => {
  const run = (fault: Fault, options: object = {}) =>
    WAYS[way]?.(program(fault), INPUT, { callbacks: world.callbacks, ...options });

  it('that works is a tree of its stages', async () => {
    await run(() => undefined);
    expect(world.tree()).toBe(ALL);
    expect(world.record('invoke_agent desk')).toMatchObject({ 'spanline.rollup.errors': 0 });
  });

  it.each(STAGES)('whose %s fails shows where, and what was done before as it was', async (stage) => {
    const fault = afterTheDogs(stage, () => {
      throw new RangeError(`no ${stage}`);
    });
    await expect(run(fault)).rejects.toThrow(`no ${stage}`);
    await collectUntil(settled);
    // LangGraph aborts the other branch, or not, if it is done by then.
    expect(world.tree().replaceAll(' [aborted]', '')).toBe(FAILED[stage]);
    const failed = world.log.records().filter((record) => record['span.status'] === 'error');
    expect(failed.filter((record) => record['spanline.error.propagated'] !== true)).toHaveLength(1);
    expect(failed.every((record) => record['error.message'] === `no ${stage}`)).toBe(true);
  });

  it.each(STAGES)('that is aborted in its %s is aborted up to the root, and nothing failed', async (stage) => {
    const controller = new AbortController();
    const fault = afterTheDogs(stage, async () => {
      controller.abort();
      await wait(5);
    });
    await expect(run(fault, { signal: controller.signal })).rejects.toThrow();
    await collectUntil(settled);
    const lines = world.tree().split('\n');
    expect(lines[0]).toBe('agent invoke_agent desk [aborted]');
    expect(lines.map((line) => line.replace(' [aborted]', ''))).toEqual(
      FAILED[stage].split('\n').map((line) => line.replace(' [error]', '')),
    );
  });
});

/** LangGraph's own clean-up may reject. */
async function leave(stream: AsyncIterable<unknown> | undefined, count: number): Promise<void> {
  let seen = 0;
  try {
    for await (const _ of stream ?? []) if (++seen === count) break;
  } catch (error) {
    expect(error).toMatchObject({ name: 'AbortError' });
  }
}

describe.each(Object.keys(STREAMS))('a graph whose %s is left', (way) => {
  it.each([1, 2, 3, 5, 8])('after %i chunks is closed with every stage that had begun', async (count) => {
    let begun = 0;
    const graph = program(() => {
      begun++;
    });
    const stream = await STREAMS[way]?.(graph, INPUT, { callbacks: world.callbacks });
    await leave(stream, count);
    await collectUntil(settled);
    const lines = world.tree().split('\n');
    expect(lines.filter((line) => /\[(?:error|unfinished)\]/.test(line))).toEqual([]);
    expect(lines[0]).toMatch(/^agent invoke_agent desk(?: \[(?:aborted|abandoned)\])?$/);
    const stages = lines.filter((line) => /chain (?:plan|hand_over)|tool |prompt |llm |parser /.test(line));
    expect(stages.length).toBeGreaterThanOrEqual(begun);
    const known = new Set(ALL.split('\n'));
    expect(lines.filter((line) => !known.has(line.replace(/ \[\w+\]$/, '')))).toEqual([]);
  });
});
