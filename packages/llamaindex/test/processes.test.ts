import { describe, expect, it } from 'vitest';
import { jsonLines, runChild } from '../../../test/support/child.ts';

/** A program with a model that hands over, speaks and breaks; `main` runs it. */
const program = (instrument: string, main: string): string => `
import { createTracer } from '@spanline/core';
import { instrumentLlamaIndex } from '@spanline/llamaindex';
import * as workflow from '@llamaindex/workflow';
const tracer = createTracer({ service: { name: 'child' }, statsIntervalSeconds: 0 });
${instrument}
const broken = new RangeError('the model is down');
const model = (...turns) => ({
  supportToolCall: true,
  metadata: { model: 'down-1' },
  async chat() {
    const turn = turns.shift();
    if (turn === undefined) throw broken;
    return (async function* () {
      yield* turn.map((chunk) => ({ delta: '', raw: null, ...chunk }));
      if (turns.length === 0 && !turn.some((chunk) => 'options' in chunk)) throw broken;
    })();
  },
});
${main}
`;
const INSTRUMENT = 'instrumentLlamaIndex({ tracer, modules: [workflow] });';

const HAND_OFF = `[{ options: { toolCall: [{ id: '1', name: 'handOff', input: { toAgent: 'second', reason: 'r' } }] } }]`;

type Line = Record<string, unknown>;

const ended = (stdout: string): Line[] => jsonLines(stdout).filter((line) => line['event.name'] === 'span.end');

describe('an agent whose model fails', () => {
  it.each([
    [
      'at once',
      `await workflow.agent({ name: 'talker', llm: model() }).run('hello');`,
      ['chat down-1', 'step talker', 'invoke_agent talker'],
    ],
    [
      'in the middle of its answer',
      `for await (const _ of workflow.agent({ name: 'talker', llm: model([{ delta: 'I think' }]) }).runStream('hello'));`,
      ['chat down-1', 'step talker', 'invoke_agent talker'],
    ],
    [
      'after another agent has handed over to it',
      `const second = workflow.agent({ name: 'second', llm: model() });
const first = workflow.agent({ name: 'first', llm: model(${HAND_OFF}), canHandoffTo: [second] });
await workflow.multiAgent({ agents: [first, second], rootAgent: first }).run('hello');`,
      ['chat down-1', 'step second', 'invoke_agent first'],
    ],
  ])('%s is written before Node ends the process, from the origin up', async (_, main, names) => {
    const traced = await runChild(program(INSTRUMENT, main));
    expect(traced.code).toBe(1);
    expect(traced.stderr).toContain('the model is down');
    const failed = ended(traced.stdout).filter((line) => line['span.status'] === 'error');
    expect(failed.map((line) => line['span.name'])).toEqual(names);
    expect(failed.map((line) => line['spanline.error.propagated'] ?? false)).toEqual([false, true, true]);
    for (const line of failed) expect(line).toMatchObject({ 'error.type': 'RangeError' });
    expect(new Set(ended(traced.stdout).map((line) => line['trace_id'])).size).toBe(1);
  });

  it('is written though the program goes on and waits for ever', async () => {
    const main = `process.on('unhandledRejection', () => setImmediate(() => process.exit(7)));
await workflow.agent({ name: 'talker', llm: model() }).run('hello');`;
    const traced = await runChild(program(INSTRUMENT, main));
    expect(traced.code).toBe(7);
    expect(ended(traced.stdout).map((line) => line['span.status'])).toEqual(['error', 'error', 'error']);
  });
});

describe('a workflow', () => {
  it('whose step rejects is written before Node ends the process, from the origin up', async () => {
    const program = (wrap: string): string => `
import { createTracer } from '@spanline/core';
import { instrumentLlamaIndex, traceWorkflow } from '@spanline/llamaindex';
import { createWorkflow, workflowEvent } from '@llamaindex/workflow';
const tracer = createTracer({ service: { name: 'child' }, statsIntervalSeconds: 0 });
instrumentLlamaIndex({ tracer });
const asked = workflowEvent({ debugLabel: 'asked' });
const workflow = ${wrap}(createWorkflow());
workflow.handle([asked], async () => {
  await null;
  throw new RangeError('lost');
});
workflow.createContext().sendEvent(asked.with());
setTimeout(() => console.error('still here'), 1000);
`;
    const traced = await runChild(program('traceWorkflow'));
    expect(traced.code).toBe(1);
    expect(traced.stderr).toContain('lost');
    const lines = jsonLines(traced.stdout).filter((line) => line['event.name'] === 'span.end');
    expect(lines.map((line) => [line['span.name'], line['span.status'], line['error.type']])).toEqual([
      ['step asked', 'error', 'RangeError'],
      ['workflow workflow', 'error', 'RangeError'],
    ]);
  });
});

describe('the instrumentation', () => {
  it('keeps no model that the application made for one request', async () => {
    const result = await runChild(
      `
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { instrumentLlamaIndex } from '@spanline/llamaindex';
const { observe } = instrumentLlamaIndex({ tracer: createTracer({ logger: memoryLog().logger, statsIntervalSeconds: 0 }) });
const made = [];
async function request() {
  const llm = { metadata: { model: 'm' }, complete() {}, chat: async () => ({ message: llm.metadata }) };
  made.push(new WeakRef(llm));
  await observe(llm).chat();
}
for (let index = 0; index < 100; index++) await request();
for (let round = 0; round < 5; round++) {
  await new Promise((resolve) => setImmediate(resolve));
  globalThis.gc?.();
}
console.log(JSON.stringify({ alive: made.filter((ref) => ref.deref() !== undefined).length }));
`,
      { nodeOptions: ['--expose-gc'] },
    );
    expect(result.stderr).toBe('');
    expect(Number(jsonLines(result.stdout)[0]?.['alive'])).toBeLessThan(10);
  });
});

describe('what a chat leaves running', () => {
  it('is abandoned when its stream is forgotten unread', async () => {
    const result = await runChild(
      `
import { createTracer } from '@spanline/core';
import { instrumentLlamaIndex } from '@spanline/llamaindex';
import { SimpleChatEngine, Settings } from 'llamaindex';
instrumentLlamaIndex({ tracer: createTracer({ statsIntervalSeconds: 0 }) });
const chat = async () => (async function* () { yield { delta: 'a', raw: null }; })();
Settings.llm = { metadata: { model: 'm' }, complete: chat, chat };
await (async () => void (await new SimpleChatEngine().chat({ message: 'x', stream: true })))();
for (let round = 0; round < 20; round++) {
  await new Promise((resolve) => setImmediate(resolve));
  globalThis.gc?.();
}
`,
      { nodeOptions: ['--expose-gc'] },
    );
    const ended = jsonLines(result.stdout).filter((line) => line['event.name'] === 'span.end');
    expect(ended.map((line) => [line['span.type'], line['span.status']]).toSorted()).toEqual([
      ['chain', 'abandoned'],
      ['llm', 'abandoned'],
    ]);
  });
});
