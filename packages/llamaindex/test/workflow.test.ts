import * as workflows from '@llamaindex/workflow';
import { Settings } from 'llamaindex';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTracer, type Tracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import { instrumentLlamaIndex, traceWorkflow, type Uninstall } from '@spanline/llamaindex';

const asked = workflows.workflowEvent<string>({ debugLabel: 'asked' });
const drafted = workflows.workflowEvent<string>({ debugLabel: 'drafted' });
const answered = workflows.workflowEvent<string>({ debugLabel: 'answered' });

let log: MemoryLog;
let tracer: Tracer;
let uninstall: Uninstall;

beforeEach(() => {
  log = memoryLog();
  tracer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0, capture: 'full' });
  uninstall = instrumentLlamaIndex({ tracer });
  Settings.llm = {
    metadata: { model: 'own-1' },
    complete: async () => ({ text: 'a draft' }),
    chat: async () => ({ message: { role: 'assistant', content: 'a draft' } }),
  } as never;
});

afterEach(() => {
  uninstall();
  for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
});

/** Drafts with a model and answers with the draft. */
function createWriter(): ReturnType<typeof workflows.createWorkflow> {
  const writer = workflows.createWorkflow();
  writer.handle([asked], async function draft(_context, { data }) {
    if (data === 'fail') throw new RangeError('no draft');
    const { text } = await Settings.llm.complete({ prompt: data });
    return drafted.with(`${text} of ${data}`);
  });
  writer.handle([drafted], (_context, { data }) => answered.with(data.toUpperCase()));
  return writer;
}

/** What the program sees: every event in its order. */
async function run(writer: ReturnType<typeof workflows.createWorkflow>, question: string): Promise<string[]> {
  const { stream, sendEvent } = writer.createContext();
  sendEvent(asked.with(question));
  const events: string[] = [];
  for await (const event of stream.until(answered)) events.push(`${String(event)}: ${String(event.data)}`);
  return events;
}

const TREE = `chain workflow writing
  chain step draft
    llm text_completion own-1
  chain step drafted`;

describe('a workflow', () => {
  it('is a span a run, below it one a step, whatever the steps call', async () => {
    const writer = createWriter();
    expect(traceWorkflow(writer, { name: 'writing' })).toBe(writer);
    await run(writer, 'rain');
    expect(tree(log.records())).toBe(TREE);
    const [, draft, shout, whole] = log.records();
    expect(draft).toMatchObject({ 'spanline.input': '"rain"', 'spanline.output': '"a draft of rain"' });
    expect(shout).toMatchObject({ 'spanline.input': '"a draft of rain"', 'spanline.output': '"A DRAFT OF RAIN"' });
    expect(whole).toMatchObject({ 'spanline.input': '"rain"', 'spanline.output': '"A DRAFT OF RAIN"' });
    expect(log.records().some((record) => record['spanline.late'] === true)).toBe(false);
  });

  it('sees the same events in the same order as without', async () => {
    const plain = await run(createWriter(), 'rain');
    expect(await run(traceWorkflow(createWriter()), 'rain')).toEqual(plain);
  });

  it('stands under the request that ran it, however many run at once', async () => {
    const writer = traceWorkflow(createWriter(), { name: 'writing' });
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        tracer.withSpan({ name: `request ${index}`, type: 'chain' }, () => run(writer, `topic ${index}`)),
      ),
    );
    for (let index = 0; index < 50; index++) {
      const request = log.records().find((record) => record['span.name'] === `request ${index}`);
      const records = log.records().filter((record) => record.trace_id === request?.trace_id);
      expect(records).toHaveLength(5);
      expect(records.find((record) => record['span.name'] === 'workflow writing')?.['spanline.input']).toBe(
        `"topic ${index}"`,
      );
    }
  });

  it('with steps side by side and one that waits for both has them side by side', async () => {
    const left = workflows.workflowEvent<number>({ debugLabel: 'left' });
    const right = workflows.workflowEvent<number>({ debugLabel: 'right' });
    const halves = workflows.workflowEvent<number>({ debugLabel: 'halves' });
    const doubled = workflows.workflowEvent<number>({ debugLabel: 'doubled' });
    const workflow = workflows.createWorkflow();
    workflow.handle([halves], async function split(context, { data }) {
      const { stream } = context;
      context.sendEvent(left.with(data), right.with(data + 1));
      const [both] = await stream.filter(doubled).take(1).toArray();
      return answered.with(String(both?.data));
    });
    workflow.handle([left], async () => {});
    workflow.handle([right], async (context, { data }) => {
      context.sendEvent(doubled.with(data * 2));
    });
    await (async () => {
      const { stream, sendEvent } = traceWorkflow(workflow, { name: 'halving' }).createContext();
      sendEvent(halves.with(1));
      await stream.untilEvent(answered);
    })();
    const steps = tree(log.records()).split('\n').toSorted();
    expect(steps).toEqual(['  chain step left', '  chain step right', '  chain step split', 'chain workflow halving']);
  });

  it('that fails at once is failed, and the caller sees it as before', async () => {
    const fail = async (trace: boolean): Promise<unknown> => {
      const workflow = workflows.createWorkflow();
      let signal: AbortSignal | undefined;
      workflow.handle([asked], (context) => {
        signal = context.signal;
        throw new RangeError('not today');
      });
      if (trace) traceWorkflow(workflow, { name: 'failing' });
      workflow.createContext().sendEvent(asked.with('x'));
      return signal?.reason;
    };
    expect(String(await fail(true))).toBe(String(await fail(false)));
    expect(tree(log.records())).toBe('chain workflow failing [error]\n  chain step asked [error]');
    const [step, whole] = log.records();
    expect(step).toMatchObject({ 'error.type': 'RangeError', 'error.message': 'not today' });
    expect(whole).toMatchObject({ 'error.type': 'RangeError', 'spanline.error.propagated': true });
  });

  it('is what it was after uninstalling, and is not traced any more', async () => {
    const writer = createWriter();
    const before = Object.getOwnPropertyDescriptors(writer);
    traceWorkflow(traceWorkflow(writer));
    expect(Object.getOwnPropertyDescriptors(writer)).not.toEqual(before);
    uninstall();
    expect(Object.getOwnPropertyDescriptors(writer)).toEqual(before);
    await run(writer, 'rain');
    expect(log.records()).toEqual([]);
  });

  it('that is frozen runs untraced', async () => {
    const writer = Object.freeze(createWriter());
    expect(traceWorkflow(writer)).toBe(writer);
    expect(await run(writer, 'rain')).toHaveLength(3);
  });

  it('keeps its trace when the instrumentation is renewed', async () => {
    const writer = traceWorkflow(createWriter(), { name: 'writing' });
    uninstall = instrumentLlamaIndex({ tracer });
    await run(writer, 'rain');
    expect(tree(log.records())).toBe(TREE);
  });
});
