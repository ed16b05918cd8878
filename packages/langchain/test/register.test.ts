import * as manager from '@langchain/core/callbacks/manager';
import { RunnableLambda } from '@langchain/core/runnables';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTracer, type Tracer } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { registerGlobally } from '@spanline/langchain/global';
import { jsonLines, runChild } from '../../../test/support/child.ts';

const { CallbackManager } = manager;
const modules = [manager];
const NAMES = ['FakeListChatModel', 'RunnableLambda', 'StringOutputParser', 'createServer'];
const HOSTS: readonly (readonly [string, string])[] = [
  [
    'an ES module',
    `import { FakeListChatModel } from '@langchain/core/utils/testing'; import { RunnableLambda } from '@langchain/core/runnables';
     import { StringOutputParser } from '@langchain/core/output_parsers'; import { createServer } from 'node:http';`,
  ],
  [
    'a program that uses require',
    `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);
     const { ${NAMES.join(', ')} } = { ...require('@langchain/core/utils/testing'), ...require('@langchain/core/runnables'), ...require('@langchain/core/output_parsers'), ...require('node:http') };`,
  ],
];

const CHAIN = `
const seen = [];
const own = { name: 'own', awaitHandlers: true, handleChainStart: () => void seen.push('chain'), handleChatModelStart: () => void seen.push('model') };
const ask = () => RunnableLambda.from((question, config) => new FakeListChatModel({ responses: ['Hello!'] }).pipe(new StringOutputParser()).invoke(question, config))
  .withConfig({ runName: 'ask' }).invoke('Hi', { callbacks: [own], tags: ['demo'] });`;
const PLACES: readonly (readonly [string, string])[] = [
  ['at top level', 'await ask();'],
  [
    'inside of an http server',
    `const server = createServer(async (_request, response) => { await ask(); response.end(); });
     await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
     await (await fetch('http://127.0.0.1:' + server.address().port)).text();
     server.close();`,
  ],
];
const REPORT = `process.stderr.write(seen.join(' '));`;
const REGISTER = ['--import', '@spanline/langchain/register'];

describe.each(HOSTS)('in %s', (_host, imports) => {
  it.each(PLACES)('every run is traced once %s, beside the application’s own handler', async (_place, program) => {
    const { code, stdout, stderr } = await runChild(`${imports}${CHAIN}${program}${REPORT}`, { nodeOptions: REGISTER });
    expect([code, stderr]).toEqual([0, 'chain chain model chain']);
    const lines = jsonLines(stdout).filter((line) => line['event.name'] === 'span.end');
    expect(tree(lines)).toBe('chain ask\n  llm chat FakeListChatModel\n  parser StrOutputParser');
    expect(lines.at(-1)?.['spanline.tags']).toEqual(['demo']);
  });

  it('nothing is, where spanline is switched off', async () => {
    const { code, stdout, stderr } = await runChild(`${imports}${CHAIN}await ask();${REPORT}`, {
      nodeOptions: REGISTER,
      env: { SPANLINE_ENABLED: 'false' },
    });
    expect([code, stdout, stderr]).toEqual([0, '', 'chain chain model chain']);
  });
});

/** Node 20 and 22 follow the contexts only of work that begins after their first use, which is a run's here. */
const FIRST_RUN = `
import { RunnableLambda } from '@langchain/core/runnables';
const gate = () => { const made = {}; made.opened = new Promise((resolve) => (made.open = resolve)); return made; };
const [begun, held] = [gate(), gate()];
const named = (name, work) => RunnableLambda.from(work).withConfig({ runName: name });
const first = named('first', async () => { begun.open(); await held.opened; return 1; }).invoke('Hi');
await begun.opened;
await named('second', async () => 2).invoke('Hi');
held.open();
await first;`;

it('a run that is under way is no parent of the next one of its caller, the first of a process neither', async () => {
  const { code, stdout, stderr } = await runChild(FIRST_RUN, { nodeOptions: REGISTER });
  expect([code, stderr]).toEqual([0, '']);
  const ends = jsonLines(stdout).filter((line) => line['event.name'] === 'span.end');
  expect(ends.map((line) => [line['span.name'], line['parent_span_id']])).toEqual([
    ['second', undefined],
    ['first', undefined],
  ]);
});

describe('registerGlobally', () => {
  let log: MemoryLog;
  let tracer: Tracer;
  let unregister: () => void;
  const configure = CallbackManager._configureSync;
  const greet = () => new FakeListChatModel({ responses: ['Hello!'] });

  beforeEach(() => {
    log = memoryLog();
    tracer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0 });
    unregister = registerGlobally({ tracer, modules });
  });

  afterEach(() => {
    unregister();
    expect(tracer.stats().internalErrors).toBe(0);
  });

  it('is undone to the last trace', async () => {
    await greet().invoke('Hi');
    unregister();
    expect(CallbackManager._configureSync).toBe(configure);
    await greet().invoke('Hi');
    expect(tree(log.records())).toBe('llm chat FakeListChatModel');
  });

  it('registered twice, traces once, by the latter', async () => {
    const other = memoryLog();
    const again = registerGlobally({
      tracer: createTracer({ logger: other.logger, statsIntervalSeconds: 0 }),
      modules,
    });
    await greet().invoke('Hi');
    again();
    expect([log.records().length, other.records().length]).toEqual([0, 1]);
    expect(CallbackManager._configureSync).toBe(configure);
  });

  it('stays out of runs that have a handler of the application’s, and takes part again below', async () => {
    const own = new SpanlineCallbackHandler({ tracer });
    const model = new FakeListChatModel({ responses: ['Hello!'] });
    model.callbacks = [own];
    await RunnableLambda.from((question: string) => model.invoke(question))
      .withConfig({ runName: 'outer' })
      .invoke('Hi');
    await RunnableLambda.from((question: string) => greet().invoke(question))
      .withConfig({ runName: 'own' })
      .invoke('Hi', { callbacks: [own] });
    expect(tree(log.records())).toBe(
      'chain outer\n  llm chat FakeListChatModel\nchain own\n  llm chat FakeListChatModel',
    );
  });

  it('leaves the application’s manager as it was', async () => {
    const own = new CallbackManager();
    await greet().invoke('Hi', { callbacks: own });
    expect(own.handlers).toEqual([]);
    expect(log.records()).toHaveLength(1);
  });

  it('lets what another put on top go on', async () => {
    const ours = CallbackManager._configureSync;
    let calls = 0;
    CallbackManager._configureSync = function (...args) {
      calls++;
      return Reflect.apply(ours, this, args) as ReturnType<typeof ours>;
    };
    unregister();
    await greet().invoke('Hi');
    CallbackManager._configureSync = configure;
    expect([calls > 0, log.records().length]).toEqual([true, 0]);
  });

  it('traces further copies that it is given', () => {
    const Copy = Object.assign(() => undefined, { _configureSync: () => undefined });
    const before = Copy._configureSync;
    registerGlobally({ tracer, modules: [{ CallbackManager: Copy }] })();
    expect(Copy._configureSync).toBe(before);
    expect(() => registerGlobally({ modules: 'all' as never })).toThrow(/modules/);
    expect(() => registerGlobally({ traser: tracer } as never)).toThrow(/traser/);
  });
});
