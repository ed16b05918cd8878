import { LLMock } from '@copilotkit/aimock';
import { OpenAI } from '@llamaindex/openai';
import * as workflow from '@llamaindex/workflow';
import { FunctionTool } from 'llamaindex';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTracer, reconstructMessages, type Tracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import { instrumentLlamaIndex, type Uninstall } from '@spanline/llamaindex';

type AgentParams = Parameters<typeof workflow.agent>[0];
type AgentTool = NonNullable<AgentParams['tools']>[number];
type AgentLLM = NonNullable<AgentParams['llm']>;

interface Turn {
  text?: string;
  tool?: { name: string; input: object };
}

/** An LLM that says what the test wrote down, one turn after the other. */
class Scripted {
  readonly supportToolCall = true;
  readonly metadata = { model: 'scripted-1', temperature: 0, topP: 1, contextWindow: 4096, structuredOutput: false };
  readonly #turns: Turn[];

  constructor(...turns: Turn[]) {
    this.#turns = turns;
  }

  async chat(): Promise<AsyncIterable<unknown>> {
    const turn = this.#turns.shift();
    if (turn === undefined) throw new TypeError('nothing left to say');
    return (async function* chunks() {
      for (const word of turn.text?.split(/(?<= )/) ?? []) yield { delta: word, raw: null };
      if (turn.tool === undefined) return;
      yield { delta: '', raw: null, options: { toolCall: [{ id: 'call_1', ...turn.tool }] } };
    })();
  }
}

const scripted = (...turns: Turn[]): AgentLLM => new Scripted(...turns) as unknown as AgentLLM;

const CITY = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } as const;

const weather = (): AgentTool =>
  FunctionTool.from(
    ({ city }: { city: string }) => {
      if (city === 'Atlantis') throw new RangeError('no such city');
      return `rain in ${city}`;
    },
    { name: 'weather', description: 'tells the weather', parameters: CITY },
  ) as unknown as AgentTool;

const callWeather = (city: string): Turn => ({ tool: { name: 'weather', input: { city } } });

let provider: LLMock;
let log: MemoryLog;
let tracer: Tracer;
let uninstall: Uninstall;

beforeAll(async () => {
  provider = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
  const answered = (request: { messages?: unknown }): boolean => JSON.stringify(request.messages).includes('rain in');
  const usage = { prompt_tokens: 30, completion_tokens: 5 };
  provider.on({ predicate: answered }, { content: 'It rains.', usage });
  provider.on(
    { predicate: () => true },
    { toolCalls: [{ id: 'call_1', name: 'weather', arguments: '{"city":"Oslo"}' }], usage },
  );
  await provider.start();
});

afterAll(() => provider.stop());

beforeEach(() => {
  log = memoryLog();
  tracer = createTracer({ logger: log.logger, service: { name: 'test' }, statsIntervalSeconds: 0, capture: 'full' });
  uninstall = instrumentLlamaIndex({ tracer, streamUsage: true });
});

afterEach(() => {
  uninstall();
  for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
});

const ONE_TOOL = (model: string): string => `agent invoke_agent forecaster
  chain step forecaster
    llm chat ${model}
  tool execute_tool weather
  chain step forecaster
    llm chat ${model}`;

describe('an agent', () => {
  it('is a tree of its steps, models and tools, with tokens', async () => {
    const llm = new OpenAI({
      model: 'gpt-4o-mini',
      apiKey: 'test',
      maxRetries: 0,
      additionalSessionOptions: { baseURL: `${provider.url}/v1` },
    });
    const forecaster = workflow.agent({ name: 'forecaster', llm, tools: [weather()] });
    const { data } = await forecaster.run('weather in Oslo?');
    expect(data.result).toBe('It rains.');
    expect(tree(log.records())).toBe(ONE_TOOL('gpt-4o-mini'));
    const [call, step, tool] = log.records();
    expect(call).toMatchObject({
      'gen_ai.usage.input_tokens': 30,
      'gen_ai.usage.output_tokens': 5,
      'gen_ai.response.finish_reasons': ['tool_calls'],
    });
    const { output } = reconstructMessages(log.raw(), step?.span_id ?? '') ?? {};
    expect(JSON.stringify(output)).toContain('"name":"weather"');
    expect(tool).toMatchObject({
      'gen_ai.tool.call.arguments': '{"city":"Oslo"}',
      'gen_ai.tool.call.result': '"rain in Oslo"',
    });
    expect(log.records().at(-1)).toMatchObject({
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'forecaster',
      'spanline.input': '"weather in Oslo?"',
      'spanline.output': '"It rains."',
      'spanline.rollup.llm_calls': 2,
      'spanline.rollup.input_tokens': 60,
    });
  });

  it('that is streamed is whole and hands on every event as it came', async () => {
    const run = async (): Promise<string[]> => {
      const llm = scripted(callWeather('Oslo'), { text: 'It rains.' });
      const events: string[] = [];
      const stream = workflow.agent({ name: 'forecaster', llm, tools: [weather()] }).runStream('weather?');
      for await (const event of stream) events.push(JSON.stringify({ ...(event.data as object), state: null }));
      return events;
    };
    const traced = await run();
    expect(tree(log.records())).toBe(ONE_TOOL('scripted-1'));
    uninstall();
    expect(await run()).toEqual(traced);
  });

  it('goes on when its reader leaves, and so does its span', async () => {
    let resolve = (): void => {};
    const ended = new Promise<void>((done) => (resolve = done));
    const llm = scripted({ text: 'one two three' });
    const stopObserving = tracer.onSpanEnd(({ span }) => {
      if (span.type === 'agent') resolve();
    });
    for await (const _ of workflow.agent({ name: 'talker', llm }).runStream('count')) break;
    await ended;
    stopObserving();
    expect(log.records().at(-1)).toMatchObject({ 'span.status': 'ok', 'spanline.output': '"one two three"' });
  });

  it('whose tool fails keeps the error of the tool, and is well if it finds a way', async () => {
    const llm = scripted(callWeather('Atlantis'), { text: 'I do not know.' });
    const { data } = await workflow.agent({ name: 'forecaster', llm, tools: [weather()] }).run('weather in Atlantis?');
    expect(data.result).toBe('I do not know.');
    expect(tree(log.records())).toBe(ONE_TOOL('scripted-1').replace('weather', 'weather [error]'));
    expect(log.records().find((record) => record['span.type'] === 'tool')).toMatchObject({
      'span.status': 'error',
      'error.type': 'RangeError',
      'error.message': 'no such city',
    });
    expect(log.records().at(-1)?.['span.status']).toBe('ok');
  });

  it('hands over to another one', async () => {
    const handOff: Turn = { tool: { name: 'handOff', input: { toAgent: 'forecaster', reason: 'weather' } } };
    const forecaster = workflow.agent({
      name: 'forecaster',
      llm: scripted(callWeather('Oslo'), { text: 'It rains.' }),
      tools: [weather()],
    });
    const desk = workflow.agent({ name: 'desk', llm: scripted(handOff), canHandoffTo: [forecaster] });
    const { data } = await workflow.multiAgent({ agents: [desk, forecaster], rootAgent: desk }).run('weather?');
    expect(data.result).toBe('It rains.');
    expect(tree(log.records())).toBe(`agent invoke_agent desk
  chain step desk
    llm chat scripted-1
  tool execute_tool handOff
  chain step forecaster
    llm chat scripted-1
  tool execute_tool weather
  chain step forecaster
    llm chat scripted-1`);
    const inside = log.records().filter((record) => ['llm', 'tool'].includes(record['span.type'] ?? ''));
    expect(inside.map((record) => `${record['span.type']} ${record['gen_ai.agent.name']}`)).toEqual([
      'llm desk',
      'tool desk',
      'llm forecaster',
      'tool forecaster',
      'llm forecaster',
    ]);
  });

  it('stands under the request that asked for it, however many run at once', async () => {
    const ask = (index: number) =>
      tracer.withSpan({ name: `request ${index}`, type: 'chain' }, () =>
        workflow
          .agent({
            name: 'forecaster',
            llm: scripted(callWeather(`city ${index}`), { text: 'It rains.' }),
            tools: [weather()],
          })
          .run(`question ${index}`),
      );
    await Promise.all(Array.from({ length: 50 }, (_, index) => ask(index)));
    for (let index = 0; index < 50; index++) {
      const request = log.records().find((record) => record['span.name'] === `request ${index}`);
      const records = log.records().filter((record) => record.trace_id === request?.trace_id);
      expect(records).toHaveLength(7);
      expect(records.find((record) => record['span.type'] === 'tool')?.['gen_ai.tool.call.arguments']).toBe(
        `{"city":"city ${index}"}`,
      );
    }
  });

  it('that was made before the instrumentation is traced from its next run on', async () => {
    uninstall();
    const llm = scripted({ text: 'first' }, { text: 'second' });
    const talker = workflow.agent({ name: 'talker', llm });
    await talker.run('hello');
    expect(log.records()).toEqual([]);
    uninstall = instrumentLlamaIndex({ tracer });
    await talker.run('hello again');
    expect(tree(log.records())).toBe('agent invoke_agent talker\n  chain step talker\n    llm chat scripted-1');
  });

  it('is what it was after uninstalling', async () => {
    uninstall();
    const talker = workflow.agent({ name: 'talker', llm: scripted({ text: 'a' }, { text: 'b' }) });
    const props = (value: object): Record<string, unknown> => value as Record<string, unknown>;
    const methods = (): object[] =>
      [
        workflow.AgentWorkflow.prototype,
        workflow.FunctionAgent.prototype,
        talker,
        props(talker).workflow as object,
      ].map((object) => Object.getOwnPropertyDescriptors(object));
    const before = methods();
    const again = instrumentLlamaIndex({ tracer });
    await talker.run('hello');
    expect(methods()).not.toEqual(before);
    again();
    expect(methods()).toEqual(before);
    log.clear();
    await talker.run('hello');
    expect(log.records()).toEqual([]);
  });
});
