import { Embeddings } from '@langchain/core/embeddings';
import { AIMessage } from '@langchain/core/messages';
import { StringOutputParser } from '@langchain/core/output_parsers';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { RunnableLambda } from '@langchain/core/runnables';
import { Annotation, Command, interrupt, MemorySaver, START, StateGraph } from '@langchain/langgraph';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tree } from '@spanline/core/testing';
import * as first from '@spanline/langchain';
import * as firstGlobal from '@spanline/langchain/global';
import { drain } from '../../../test/support/records.ts';
import { type Installation, installAgain } from '../../../test/support/second-installation.ts';
import { createWorld, ScriptedModel, type World } from './support/world.ts';

const USAGE = { input_tokens: 1000, output_tokens: 100, total_tokens: 1100 };
const MODEL = { model_name: 'gpt-4o-mini' };
const answer = () =>
  Object.assign(new AIMessage({ content: 'ha', response_metadata: MODEL }), { usage_metadata: USAGE });
const TREE = 'chain joke\n  prompt ChatPromptTemplate\n  llm chat ScriptedModel\n  parser StrOutputParser';

/** The second copy: alone, and with copies of everything that it is built on. */
const COPIES: readonly (readonly [name: string, packages: readonly string[]])[] = [
  ['of this package', ['langchain']],
  ['of this package and those below it', ['langchain', 'instrumentation', 'core', 'record']],
];

describe.each(COPIES)('two copies %s', (_name, packages) => {
  let installation: Installation;
  let second: typeof first;
  let secondGlobal: typeof firstGlobal;
  let world: World;

  beforeAll(async () => {
    installation = installAgain(...packages);
    second = await installation.load<typeof first>('langchain');
    secondGlobal = await installation.load<typeof firstGlobal>('langchain', 'register/global.ts');
  }, 60_000);

  afterAll(() => installation.remove());

  beforeEach(() => {
    world = createWorld();
  });

  afterEach(() => world.check());

  const both = () => [...world.callbacks, new second.SpanlineCallbackHandler({ tracer: world.tracer })];
  const joke = (model = new ScriptedModel(answer())) =>
    ChatPromptTemplate.fromTemplate('A joke about {topic}')
      .pipe(model)
      .pipe(new StringOutputParser())
      .withConfig({ runName: 'joke' });

  /** Tokens and dollars of all model calls. */
  const billed = () =>
    world.log
      .records()
      .filter((record) => record['span.type'] === 'llm')
      .map((record) => [record['gen_ai.usage.input_tokens'], record['spanline.cost.usd']]);
  const ONCE = [[1000, 0.00021]];

  it('are two', () => {
    expect(second.SpanlineCallbackHandler).not.toBe(first.SpanlineCallbackHandler);
  });

  it.each(['invoke', 'stream', 'batch'] as const)('record a run that both see once: %s', async (way) => {
    const chain = joke();
    const callbacks = both();
    if (way === 'stream') await drain(await chain.stream({ topic: 'cats' }, { callbacks }));
    else if (way === 'batch') await chain.batch([{ topic: 'cats' }], { callbacks });
    else await chain.invoke({ topic: 'cats' }, { callbacks });
    expect(world.tree().split('\n').toSorted()).toEqual(TREE.split('\n').toSorted());
    expect(billed()).toEqual(ONCE);
  });

  it('agree when one is the call’s and the other the model’s', async () => {
    const model = new ScriptedModel(answer());
    model.callbacks = [new second.SpanlineCallbackHandler({ tracer: world.tracer })];
    await joke(model).invoke({ topic: 'cats' }, { callbacks: world.callbacks });
    expect(world.tree()).toBe(TREE);
    expect(billed()).toEqual(ONCE);
  });

  it('know each other’s runs: what one alone sees is a child of what the other records', async () => {
    const [own, other] = both();
    const inner = new ScriptedModel(answer());
    const outer = RunnableLambda.from((topic: string, config) => {
      const manager = config.callbacks?.copy();
      if (own !== undefined) manager?.removeHandler(own);
      if (other !== undefined) manager?.addHandler(other, true);
      return inner.invoke(topic, { ...config, callbacks: manager });
    }).withConfig({ runName: 'outer' });
    await outer.invoke('cats', { callbacks: own === undefined ? [] : [own] });
    expect(world.tree()).toBe('chain outer\n  llm chat ScriptedModel');
    expect(billed()).toEqual(ONCE);
  });

  it('registered globally both, trace each run once, by the latter', async () => {
    const undoFirst = firstGlobal.registerGlobally({ tracer: world.tracer });
    const undoSecond = secondGlobal.registerGlobally({ tracer: world.tracer });
    await joke().invoke({ topic: 'cats' });
    expect([world.tree(), billed()]).toEqual([TREE, ONCE]);
    undoSecond();
    await joke().invoke({ topic: 'dogs' });
    undoFirst();
    expect(billed()).toEqual(ONCE);
  });

  it('leave a run to the handler that the application passes, whichever copy it is of', async () => {
    const undo = secondGlobal.registerGlobally({ tracer: world.tracer });
    await joke().invoke({ topic: 'cats' }, { callbacks: world.callbacks });
    undo();
    expect([world.tree(), billed()]).toEqual([TREE, ONCE]);
  });

  class Letters extends Embeddings {
    async embedDocuments(texts: string[]): Promise<number[][]> {
      return texts.map((text) => [text.length]);
    }
    async embedQuery(text: string): Promise<number[]> {
      return (await this.embedDocuments([text]))[0] ?? [];
    }
  }

  it('trace a component once, and either of them undoes it', async () => {
    const letters = second.traceEmbeddings(first.traceEmbeddings(new Letters({}), { tracer: world.tracer }), {
      tracer: world.tracer,
    });
    await letters.embedQuery('apples');
    expect(world.tree()).toBe('embedding embeddings Letters');
    first.untrace(letters);
    await letters.embedQuery('pears');
    expect(world.log.records()).toHaveLength(1);
  });

  it('instrument a class once, and an object of it that the other traces', async () => {
    const before = Object.getOwnPropertyDescriptor(Letters.prototype, 'embedQuery');
    const undo = [first, second].map((copy) => copy.instrumentLangChain({ tracer: world.tracer, modules: [Letters] }));
    await first.traceEmbeddings(new Letters({}), { tracer: world.tracer }).embedQuery('apples');
    for (const undoOne of undo) undoOne();
    expect(tree(world.log.records())).toBe('embedding embeddings Letters');
    expect(Object.getOwnPropertyDescriptor(Letters.prototype, 'embedQuery')).toEqual(before);
  });

  it('link a run that resumes to the trace that the other interrupted', async () => {
    const graph = new StateGraph(Annotation.Root({ answer: Annotation<string> }))
      .addNode('ask', () => ({ answer: interrupt('sure?') as string }))
      .addEdge(START, 'ask')
      .compile({ checkpointer: new MemorySaver() });
    const configurable = { thread_id: '1' };
    const [own, other] = both();
    await graph.invoke({ answer: '' }, { configurable, callbacks: own === undefined ? [] : [own] });
    const waiting = world.record('invoke_agent LangGraph');
    await graph.invoke(new Command({ resume: 'yes' }), { configurable, callbacks: other === undefined ? [] : [other] });
    const resumed = world.record('invoke_agent LangGraph');
    expect(waiting['trace_id']).toMatch(/^[0-9a-f]{32}$/);
    expect(resumed['spanline.link.trace_id']).toBe(waiting['trace_id']);
  });
});
