import { RequestContext } from '@mastra/core/request-context';
import { wrapLanguageModel } from 'ai';
import { describe, expect, it } from 'vitest';
import { spanlineMiddleware } from '@spanline/ai-sdk';
import { createTracer, currentSpan, observe } from '@spanline/core';
import { memoryLog, tree } from '@spanline/core/testing';
import { SpanlineBridge } from '@spanline/mastra';
import { createFlow, createGuide, createMastra, createModel, settled, spans, useMastra } from './support/mastra.ts';

const setting = useMastra();

const WITH_TOOL = `
agent invoke_agent Guide
  llm chat gpt-4o
  tool execute_tool weather
    task inside
  llm chat gpt-4o`.trim();
const USAGE = {
  'gen_ai.usage.input_tokens': 40,
  'gen_ai.usage.output_tokens': 12,
  'spanline.cost.usd': 0.00022,
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o',
  'gen_ai.agent.name': 'Guide',
};

/** A tool with work of its own. */
const inside = (city: string): Promise<string> =>
  observe(
    async () => {
      setting.tracer.logger.info('looking');
      return `sunny in ${city}`;
    },
    { name: 'inside', tracer: setting.tracer },
  )();

const guideOf = (guide = createGuide(setting, inside), config = {}) =>
  createMastra(setting, { agents: { guide } }, Object.keys(config).length === 0 ? undefined : config).getAgent('guide');

type Guide = ReturnType<typeof guideOf>;

/** Asks for the whole answer, or reads a stream to its end. */
const ASK = {
  whole: async (guide: Guide, question: string, options = {}) => (await guide.generate(question, options)).text,
  async streamed(guide: Guide, question: string, options = {}) {
    const { textStream } = await guide.stream(question, options);
    let answer = '';
    for await (const piece of textStream) answer += piece;
    return answer;
  },
};

describe.each(Object.entries(ASK))('an agent that answers %s', (how, ask) => {
  it('is a trace with its calls, tools, and the work inside of tools', async () => {
    expect(await ask(guideOf(), 'weather')).toBe('It is sunny.');
    await settled(setting);
    expect(tree(setting.log.records())).toBe(WITH_TOOL);
    expect(spans(setting, 'llm')).toMatchObject([USAGE, USAGE]);
    for (const record of spans(setting, 'llm')) {
      expect(record['gen_ai.request.stream']).toBe(how === 'streamed' ? true : undefined);
      expect(typeof record['gen_ai.response.time_to_first_chunk']).toBe(how === 'streamed' ? 'number' : 'undefined');
      expect(record['gen_ai.input.messages']).toContain('Be short.');
    }
    expect(spans(setting, 'llm')[0]?.['gen_ai.output.messages']).toContain('"name":"weather"');
    expect(spans(setting, 'tool')).toMatchObject([
      {
        'gen_ai.tool.call.id': 'call_1',
        'gen_ai.tool.call.arguments': '{"city":"Oslo"}',
        'gen_ai.tool.call.result': '"sunny in Oslo"',
      },
    ]);
    expect(spans(setting, 'agent')).toMatchObject([
      {
        'spanline.input': '"weather"',
        'spanline.output': '"It is sunny."',
        'spanline.rollup.llm_calls': 2,
        'spanline.rollup.input_tokens': 80,
        'spanline.rollup.cost_usd': 0.00044,
      },
    ]);
    const [task] = spans(setting, 'task');
    const line = setting.log.lines().find(({ message }) => message === 'looking');
    expect(line).toMatchObject({ trace_id: task?.trace_id, span_id: task?.span_id });
  });

  it('ends its model calls before its tools begin', async () => {
    await ask(guideOf(), 'weather');
    await settled(setting);
    const [first, second] = spans(setting, 'llm');
    const [tool] = spans(setting, 'tool');
    const end = Date.parse(String(first?.['event.start'])) + Number(first?.duration_ms);
    expect(end).toBeLessThanOrEqual(Date.parse(String(tool?.['event.start'])) + 2);
    expect(String(first?.['event.start']) < String(second?.['event.start'])).toBe(true);
  });

  it('bills a call once whose model is wrapped as well', async () => {
    const middleware = spanlineMiddleware({ tracer: setting.tracer });
    const model = wrapLanguageModel({ model: createModel(setting), middleware: middleware as never });
    await ask(guideOf(createGuide(setting, inside, { model: model as never })), 'weather');
    await settled(setting);
    expect(spans(setting, 'agent')).toMatchObject([
      { 'spanline.rollup.llm_calls': 2, 'spanline.rollup.input_tokens': 80, 'spanline.rollup.cost_usd': 0.00044 },
    ]);
    expect(spans(setting, 'llm').map((span) => span['gen_ai.usage.input_tokens'])).toEqual([40, 40]);
  });

  it('fails with the error of the provider, also its call', async () => {
    await ask(guideOf(), 'limited', { modelSettings: { maxRetries: 0 } }).catch(() => undefined);
    await settled(setting);
    expect(tree(setting.log.records())).toBe('agent invoke_agent Guide [error]\n  llm chat gpt-4o [error]');
    for (const record of setting.log.records()) {
      expect(record).toMatchObject({ 'error.type': 'AI_APICallError', 'error.message': 'Rate limit reached' });
    }
  });

  it('counts a call by the spans around it where the application excludes its own', async () => {
    for (const excluded of [['model_inference'], ['model_inference', 'model_step']]) {
      const bridge = new SpanlineBridge({ tracer: setting.tracer }) as never;
      await ask(guideOf(createGuide(setting), { bridge, excludeSpanTypes: excluded as never }), 'weather');
      await settled(setting);
      expect(spans(setting, 'agent').at(-1)).toMatchObject({
        'spanline.rollup.input_tokens': 80,
        'spanline.rollup.cost_usd': 0.00044,
        'spanline.rollup.llm_calls': excluded.length === 1 ? 2 : 1,
      });
    }
  });
});

it('streams that are aborted say so, and those that their reader leaves are read by Mastra', async () => {
  const controller = new AbortController();
  const aborted = await guideOf().stream('slow', { abortSignal: controller.signal });
  await expect(async () => {
    for await (const piece of aborted.textStream) if (piece !== '') controller.abort();
    throw new Error('over');
  }).rejects.toThrow();
  await settled(setting);
  expect(tree(setting.log.records())).toBe('agent invoke_agent Guide [aborted]\n  llm chat gpt-4o [aborted]');
  setting.log.clear();
  const left = await guideOf().stream('slow');
  for await (const piece of left.textStream) if (piece !== '') break;
  await settled(setting);
  expect(spans(setting, 'llm')).toMatchObject([USAGE]);
});

it('a call that is aborted before its answer says so', async () => {
  const controller = new AbortController();
  const call = guideOf().generate('never', { abortSignal: controller.signal });
  await expect.poll(() => setting.tracer.stats().open).toBe(2);
  controller.abort();
  await call.catch(() => undefined);
  await settled(setting);
  for (const record of setting.log.records()) expect(record).toMatchObject({ 'span.status': 'aborted' });
});

it('the error of a tool is the tool’s, and the model is told of it', async () => {
  const guide = createGuide(setting, () => {
    throw new TypeError('no such city');
  });
  await guideOf(guide).generate('weather');
  await settled(setting);
  expect(spans(setting, 'tool')).toMatchObject([{ 'span.status': 'error' }]);
  expect(spans(setting, 'tool')[0]?.['error.message']).toContain('no such city');
  expect(spans(setting, 'agent')).toMatchObject([{ 'span.status': 'ok' }]);
});

it('a workflow has its steps, and agents inside of them', async () => {
  const guide = createGuide(setting);
  const flow = createFlow(async (question) => (await guide.generate(question)).text);
  const mastra = createMastra(setting, { agents: { guide }, workflows: { flow } });
  const run = await mastra.getWorkflow('flow').createRun();
  expect(await run.start({ inputData: { question: 'plain' } })).toMatchObject({ status: 'success' });
  await settled(setting);
  expect(tree(setting.log.records())).toBe(
    'chain flow\n  task look-up\n    agent invoke_agent Guide\n      llm chat gpt-4o',
  );
  expect(spans(setting, 'chain')).toMatchObject([{ 'spanline.input': '{"question":"plain"}' }]);
});

it('a workflow that fails says where', async () => {
  const flow = createFlow(() => {
    throw new RangeError('out of range');
  });
  const run = await createMastra(setting, { workflows: { flow } }).getWorkflow('flow').createRun();
  expect(await run.start({ inputData: { question: 'plain' } })).toMatchObject({ status: 'failed' });
  await settled(setting);
  expect(tree(setting.log.records())).toBe('chain flow [error]\n  task look-up [error]');
  expect(spans(setting, 'task')).toMatchObject([{ 'error.message': 'out of range' }]);
});

it('is below the span of its request, whose trace id Mastra has too', async () => {
  const result = await setting.tracer.withSpan('outer', async () => ({
    traceId: currentSpan()?.traceId,
    answer: await guideOf().generate('plain'),
  }));
  await settled(setting);
  expect(tree(setting.log.records())).toBe('task outer\n  agent invoke_agent Guide\n    llm chat gpt-4o');
  expect(result.answer.traceId).toBe(result.traceId);
  expect(new Set(setting.log.records().map(({ trace_id: id }) => id))).toEqual(new Set([result.traceId]));
});

it('has Mastra’s trace id where it is the first span, metadata as labels, and tags', async () => {
  const requestContext = new RequestContext();
  const { traceId } = await guideOf().generate('plain', {
    requestContext,
    tracingOptions: { metadata: { tenant: 'acme', nested: { a: 1 } }, tags: ['beta'] },
  });
  await settled(setting);
  expect(spans(setting, 'agent')).toMatchObject([
    { trace_id: traceId, 'labels.tenant': 'acme', 'spanline.tags': ['beta'] },
  ]);
  expect(spans(setting, 'llm')[0]).not.toHaveProperty(['labels.tenant']);
});

it('goes on with the trace of a caller that is named', async () => {
  const traceId = 'a'.repeat(32);
  await guideOf().generate('plain', { tracingOptions: { traceId, parentSpanId: 'b'.repeat(16) } });
  await settled(setting);
  expect(spans(setting, 'agent')).toMatchObject([{ trace_id: traceId, parent_span_id: 'b'.repeat(16) }]);
});

describe('bridges', () => {
  it('are the same object in two places, or an exporter beside a bridge: one line for each span', async () => {
    const bridge = new SpanlineBridge({ tracer: setting.tracer }) as never;
    const other = new SpanlineBridge({ tracer: setting.tracer }) as never;
    for (const exporters of [[bridge], [other]]) {
      await guideOf(createGuide(setting, inside), { bridge, exporters }).generate('weather');
      await settled(setting);
      expect(tree(setting.log.records())).toBe(WITH_TOOL);
      setting.log.clear();
    }
  });

  it('write the same spans as exporters, to a log of their own', async () => {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, service: { name: 'other' }, statsIntervalSeconds: 0 });
    const exporters = [setting.tracer, tracer].map((each) => new SpanlineBridge({ tracer: each })) as never[];
    await guideOf(createGuide(setting), { exporters }).generate('weather');
    await settled(setting);
    await expect.poll(() => tracer.stats().open).toBe(0);
    for (const records of [setting.log.records(), log.records()]) {
      expect(tree(records)).toBe(WITH_TOOL.replace('    task inside\n', ''));
    }
  });

  it('write nothing with a tracer that is disabled, and refuse options that are wrong', async () => {
    const tracer = createTracer({ enabled: false, logger: setting.log.logger });
    const bridge = new SpanlineBridge({ tracer }) as never;
    expect(await ASK.whole(guideOf(createGuide(setting, inside), { bridge }), 'weather')).toBe('It is sunny.');
    expect(setting.log.records().filter((record) => record['span.type'] !== 'task')).toEqual([]);
    expect(() => new SpanlineBridge({ tracer: {} as never })).toThrow(/tracer/);
  });
});
