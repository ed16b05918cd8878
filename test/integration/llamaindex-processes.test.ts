import { describe, expect, it } from 'vitest';
import { jsonLines, runChild } from '../support/child.ts';

describe('an agent whose model fails', () => {
  const program = (instrument: string): string => `
import { createTracer } from '@spanline/core';
import { instrumentLlamaIndex } from '@spanline/llamaindex';
import * as workflow from '@llamaindex/workflow';
const tracer = createTracer({ service: { name: 'child' }, statsIntervalSeconds: 0 });
${instrument}
class Down {
  supportToolCall = true;
  metadata = { model: 'down-1' };
  async chat() { throw new RangeError('the model is down'); }
}
await workflow.agent({ name: 'talker', llm: new Down() as never }).run('hello');
`;

  it('is written before Node ends the process, from the origin up', async () => {
    const plain = await runChild(program(''));
    const traced = await runChild(program('instrumentLlamaIndex({ tracer, modules: [workflow] });'));
    expect(traced.code).toBe(plain.code);
    expect(traced.stderr).toContain('the model is down');
    const failed = jsonLines(traced.stdout).filter((line) => line['event.name'] === 'span.end');
    expect(failed.map((line) => [line['span.name'], line['span.status'], line['error.type']])).toEqual([
      ['chat down-1', 'error', 'RangeError'],
      ['step talker', 'error', 'RangeError'],
      ['invoke_agent talker', 'error', 'RangeError'],
    ]);
    expect(failed.map((line) => line['spanline.error.propagated'] ?? false)).toEqual([false, true, true]);
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
    const plain = await runChild(program(''));
    const traced = await runChild(program('traceWorkflow'));
    expect(traced.code).toBe(plain.code);
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
const made: WeakRef<object>[] = [];
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
