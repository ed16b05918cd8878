import { afterEach, describe, expect, it } from 'vitest';
import { jsonLines, runChild } from '../../../test/support/child.ts';
import {
  createTracer,
  defaultTracer,
  observe,
  retrieverSpan,
  score,
  setDefaultTracer,
  SpanlineError,
  toolSpan,
  type Tracer,
} from '../src/index.ts';
import { memoryLog, tree } from '../src/testing.ts';

function inMemory(service: string) {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, service: { name: service }, statsIntervalSeconds: 0 });
  return { log, tracer };
}

/** Runs a program whose application lines and spans are objects in `lines`, and prints those on stderr. */
const withLog = (program: string): string => `
import { createLogger, createTracer, defaultTracer, observe, score, setDefaultTracer, toolSpan, withContext } from '@spanline/core';
const written = (lines = []) => ({ lines, logger: createLogger({ pretty: false }, { write: (line) => void lines.push(JSON.parse(line)) }) });
const names = ({ lines }) => lines.map((line) => line['span.name'] ?? line['gen_ai.evaluation.name'] ?? line.message);
${program}
`;

afterEach(() => setDefaultTracer(undefined));

describe('a step that is given no tracer', () => {
  it('belongs to the tracer of the current span', () => {
    const named = inMemory('named');
    const other = inMemory('other');
    setDefaultTracer(named.tracer);
    const search = observe(function search(query: string) {
      return retrieverSpan({ query }, () => [{ id: 'd1', content: query }]);
    });
    other.tracer.withSpan({ name: 'ask', type: 'chain' }, () => {
      search('why');
      score({ name: 'tone', value: 1 });
      defaultTracer().withSpan('step', () => 1);
    });
    expect(tree(other.log.lines())).toBe('chain ask\n  task search\n    retriever retrieval\n  task step');
    expect(other.log.lines().map((line) => line['gen_ai.evaluation.name'])).toContain('tone');
    expect(named.log.lines()).toEqual([]);
  });

  it('belongs to the tracer of the parent that it is given', () => {
    const named = inMemory('named');
    const other = inMemory('other');
    setDefaultTracer(named.tracer);
    const parent = other.tracer.startSpan('parent');
    defaultTracer().startSpan({ name: 'child', parent }).end();
    defaultTracer().startSpan({ name: 'elsewhere', parent: null }).end();
    parent.end();
    expect(other.log.records().map((record) => record['span.name'])).toEqual(['child', 'parent']);
    expect(named.log.records().map((record) => record['span.name'])).toEqual(['elsewhere']);
  });

  it('belongs to the tracer that was named, outside of spans', async () => {
    const named = inMemory('named');
    setDefaultTracer(named.tracer);
    await toolSpan({ tool: 'lookup', arguments: { q: 'a' } }, async () => 'found');
    expect(tree(named.log.lines())).toBe('tool execute_tool lookup');
  });

  it('follows the name to another tracer, together with the observers', () => {
    const [first, second] = [inMemory('first'), inMemory('second')];
    setDefaultTracer(first.tracer);
    const seen: (string | undefined)[] = [];
    const stop = defaultTracer().onRecord((record) => seen.push(record['service.name']));
    const span = defaultTracer().startSpan('one');
    setDefaultTracer(second.tracer);
    defaultTracer().startSpan('two').end();
    span.end();
    stop();
    defaultTracer().startSpan('three').end();
    expect(seen).toEqual(['second']);
    expect(first.log.records()).toHaveLength(1);
    expect(second.log.records()).toHaveLength(2);
  });
});

describe('setDefaultTracer', () => {
  it('refuses what is no tracer', () => {
    expect(() => setDefaultTracer({} as Tracer)).toThrow(SpanlineError);
  });

  it('takes the default tracer itself as the one that it stands for', () => {
    const { log, tracer } = inMemory('mine');
    setDefaultTracer(tracer);
    setDefaultTracer(defaultTracer());
    defaultTracer().startSpan('step').end();
    expect(log.records()).toHaveLength(1);
  });
});

describe('a process', () => {
  it('uses the one tracer that the application has created', async () => {
    const { stdout, stderr } = await runChild(
      withLog(`
        const log = written();
        createTracer({ logger: log.logger, capture: 'metadata', statsIntervalSeconds: 0 });
        toolSpan({ tool: 'lookup', arguments: { q: 'PRIVATE' } }, () => 'PRIVATE');
        observe(function ask(question) { return question; })('PRIVATE');
        console.error(names(log).join(), JSON.stringify(log.lines).includes('PRIVATE'));
      `),
    );
    expect(stderr.trim()).toBe('execute_tool lookup,ask false');
    expect(stdout).toBe('');
  });

  it('warns once of a second tracer, unless one has a name', async () => {
    const program = (name: string): string =>
      withLog(`
        const logs = [written(), written(), written()];
        const tracers = logs.map(({ logger }) => createTracer({ logger, statsIntervalSeconds: 0 }));
        ${name}
        toolSpan({ tool: 'lookup' }, () => 1);
        console.error(logs.map(({ lines }) => lines.length).join());
      `);
    const unnamed = await runChild(program(''));
    expect(unnamed.stderr).toContain('1,0,0');
    expect(unnamed.stderr.match(/SPANLINE_TWO_TRACERS/g)).toHaveLength(1);
    const named = await runChild(program('setDefaultTracer(tracers[1]);'));
    expect(named.stderr.trim()).toBe('0,1,0');
  });

  it('warns once of functions without a name that `observe` gets', async () => {
    const program = (options: string): string =>
      withLog(`
        const { logger, lines } = written();
        createTracer({ logger, statsIntervalSeconds: 0 });
        for (const step of [1, 2]) observe((text) => text + step, ${options})('a');
        console.error(names({ lines }).join());
      `);
    const unnamed = await runChild(program('{}'));
    expect(unnamed.stderr).toContain('anonymous,anonymous');
    expect(unnamed.stderr.match(/SPANLINE_UNNAMED/g)).toHaveLength(1);
    expect((await runChild(program(`{ name: 'add' }`))).stderr.trim()).toBe('add,add');
    const perCall = await runChild(program(`{ perCall: () => ({ name: 'per call' }) }`));
    expect(perCall.stderr.trim()).toBe('per call,per call');
  });

  it('forgets a tracer that was shut down, but for late work while there is no other', async () => {
    const { stdout, stderr } = await runChild(
      withLog(`
        const [first, second] = [written(), written()];
        const tracer = createTracer({ logger: first.logger, statsIntervalSeconds: 0 });
        setDefaultTracer(tracer);
        await tracer.shutdown();
        toolSpan({ tool: 'late' }, () => 1);
        createTracer({ logger: second.logger, statsIntervalSeconds: 0 });
        toolSpan({ tool: 'next' }, () => 1);
        console.error(names(first).join(), names(second).join());
      `),
    );
    expect(stderr.trim()).toBe('execute_tool late execute_tool next');
    expect(stdout).toBe('');
  });

  it('has a tracer of its own until the application creates one, which takes over', async () => {
    const { stdout, stderr } = await runChild(
      withLog(`
        const log = written();
        const records = [];
        defaultTracer().onRecord((record) => records.push(record['span.name']));
        defaultTracer().gauge('depth', () => 7);
        defaultTracer().startSpan('before').end();
        const open = defaultTracer().startSpan({ name: 'open', input: 'PRIVATE' });
        let child;
        defaultTracer().run(open, () => (child = () => toolSpan({ tool: 'child', arguments: 'PRIVATE' }, () => 1)));
        const tracer = createTracer({ logger: log.logger, capture: 'metadata' });
        defaultTracer().run(open, child);
        const left = defaultTracer().startSpan('left open');
        open.end();
        await tracer.shutdown();
        const stats = log.lines.at(-1);
        console.error(names(log).slice(0, 3).join(), stats['spanline.stats.emitted'], stats['spanline.gauge.depth']);
        console.error(records.join(), JSON.stringify(log.lines).includes('PRIVATE'));
      `),
    );
    expect(stderr.trim().split('\n')).toEqual([
      'execute_tool child,open,left open 4 7',
      'before,execute_tool child,open,left open, false',
    ]);
    expect(jsonLines(stdout).map((line) => line['span.name'])).toEqual(['before']);
  });
});
