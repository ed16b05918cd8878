import { expect, it } from 'vitest';
import { wrapQuery } from '@spanline/claude-agent-sdk';
import { createTracer, type SpanRecord, type Tracer } from '@spanline/core';
import { type MemoryLog, tree } from '@spanline/core/testing';
import { useTracer } from '../../../test/support/set-up.ts';
import { expectLine, expectTree } from '../../../test/support/shown.ts';
import { answers, init, optionsFor, prompts, result, says, sdkQuery } from './support/query.ts';

let log: MemoryLog;
let tracer: Tracer;
useTracer(
  (ownLog, ownTracer) => {
    log = ownLog;
    tracer = ownTracer;
  },
  { capture: 'full' },
);

const READ = { type: 'tool_use', id: 'toolu_1', name: 'Read', input: { file_path: '/etc/hostname' } };
const TASK = { type: 'tool_use', id: 'toolu_2', name: 'Task', input: { subagent_type: 'explorer', prompt: 'look' } };
const TEXT = { type: 'text', text: 'It is vm.' };
const THOUGHT = { type: 'thinking', thinking: 'Let me look.' };
const WITH_TOOL = [
  init,
  says('msg_1', THOUGHT),
  says('msg_1', READ, null, { stop_reason: 'tool_use' }),
  answers('toolu_1', 'vm'),
  says('msg_2', TEXT, null, { stop_reason: 'end_turn' }),
  result(),
];

const spans = (type: string): SpanRecord[] => log.records().filter((record) => record['span.type'] === type);
const sum = (key: string): number =>
  log.records().reduce((total, record) => total + Number(record[key as 'duration_ms'] ?? 0), 0);
const settled = (): Promise<void> => expect.poll(() => tracer.stats().open).toBe(0) as unknown as Promise<void>;

/** Reads a query to its end. */
async function read(stream: AsyncIterable<{ type: string }>): Promise<string[]> {
  const types: string[] = [];
  for await (const { type } of stream) types.push(type);
  return types;
}

const ask = (given: readonly unknown[], more = {}) =>
  wrapQuery(sdkQuery, { tracer })({ prompt: 'which host?', options: optionsFor({ 'which host?': given }, more) });

it('a turn is an agent with its calls and tools; its tokens and cost are those of the result, once', async () => {
  const types = await read(ask(WITH_TOOL));
  expect(types).toEqual(await read(sdkQuery({ prompt: 'x', options: optionsFor({ x: WITH_TOOL }) })));
  await settled();
  expect(tree(log.records())).toBe(
    `
agent invoke_agent claude
  llm chat claude-sonnet-4-5
  tool execute_tool Read
  llm chat claude-sonnet-4-5
  llm chat claude-haiku-4-5`.trim(),
  );
  expect(spans('llm')).toMatchObject([
    { 'gen_ai.response.id': 'msg_1', 'gen_ai.response.finish_reasons': ['tool_use'], 'gen_ai.agent.name': 'claude' },
    { 'gen_ai.request.model': 'claude-haiku-4-5', 'gen_ai.usage.output_tokens': 2 },
    {
      'gen_ai.response.id': 'msg_2',
      'gen_ai.usage.input_tokens': 270,
      'gen_ai.usage.output_tokens': 10,
      'gen_ai.usage.cache_read.input_tokens': 200,
      'gen_ai.usage.cache_write.input_tokens': 50,
      'gen_ai.usage.reasoning.output_tokens': 4,
      'spanline.cost.usd': 0.002,
    },
  ]);
  expect(spans('llm')[0]).not.toHaveProperty(['gen_ai.usage.input_tokens']);
  expect(sum('spanline.cost.usd')).toBeCloseTo(0.003, 9);
  expect(spans('tool')).toMatchObject([
    { 'gen_ai.tool.call.id': 'toolu_1', 'gen_ai.tool.call.result': '"vm"', 'span.status': 'ok' },
  ]);
  expect(spans('agent')).toMatchObject([
    { 'spanline.input': '"which host?"', 'spanline.output': '"It is vm."', 'gen_ai.conversation.id': 'session-1' },
  ]);
});

it('the program of the pages prints their tree and their line', async () => {
  const pages = ['docs/claude-agent-sdk.md', 'packages/claude-agent-sdk/README.md'];
  await read(ask(WITH_TOOL));
  await settled();
  expectTree(pages, log.records());
  expectLine(pages, log.records());
});

it('a sub-agent stands below the tool that starts it', async () => {
  await read(
    ask([
      says('msg_1', TASK),
      says('msg_2', READ, 'toolu_2'),
      answers('toolu_1', 'no such file', true, 'toolu_2'),
      says('msg_3', TEXT, 'toolu_2'),
      answers('toolu_2', 'done'),
      says('msg_4', TEXT),
      result(),
    ]),
  );
  await settled();
  expect(tree(log.records())).toBe(
    `
agent invoke_agent claude
  llm chat claude-sonnet-4-5
  tool execute_tool Task
    agent invoke_agent explorer
      llm chat claude-sonnet-4-5
      tool execute_tool Read [error]
      llm chat claude-sonnet-4-5
  llm chat claude-sonnet-4-5
  llm chat claude-haiku-4-5`.trim(),
  );
  expect(sum('gen_ai.usage.output_tokens')).toBe(12);
});

it('each turn of a streamed conversation counts what it added', async () => {
  let release = (): void => undefined;
  const next = (): Promise<void> => new Promise((resolve) => (release = resolve));
  const given = {
    one: [init, says('msg_1', TEXT), result(1)],
    two: [init, says('msg_2', TEXT), result(2)],
    three: [init, says('msg_3', TEXT), result(1)],
  };
  const stream = wrapQuery(sdkQuery, { tracer })({
    prompt: prompts(['one', 'two', 'three'], next),
    options: optionsFor(given),
  });
  for await (const { type } of stream) if (type === 'result') release();
  await settled();
  const agents = spans('agent');
  expect(agents.map((agent) => agent['spanline.rollup.output_tokens'])).toEqual([12, 12, 12]);
  expect(new Set(agents.map(({ trace_id: id }) => id)).size).toBe(3);
});

it('of a session that is resumed, the tokens of earlier turns are not counted again', async () => {
  await read(ask([init, says('msg_1', TEXT), result(5)], { resume: 'session-1' }));
  await settled();
  expect(sum('gen_ai.usage.input_tokens')).toBe(7);
  expect(sum('gen_ai.usage.output_tokens')).toBe(3);
});

it.each([
  ['a name with the size of its context', 'claude-sonnet-4-5[1m]', {}],
  ['a name with its date', 'claude-sonnet-4-5-20250929', {}],
  ['the name of a cloud', 'us.anthropic.claude-sonnet-4-5-v1:0', { canonicalModel: 'claude-sonnet-4-5' }],
])('tokens that are counted under %s are those of the call', async (_, model, more) => {
  const counts = { inputTokens: 20, outputTokens: 10, costUSD: 0.002, ...more };
  await read(ask([init, says('msg_1', TEXT), result(1, { modelUsage: { [model]: counts } })]));
  await settled();
  expect(spans('llm')).toMatchObject([
    { 'gen_ai.request.model': 'claude-sonnet-4-5', 'gen_ai.usage.input_tokens': 20, 'spanline.cost.usd': 0.002 },
  ]);
});

it('a model under two names is counted twice, each once', async () => {
  const [long, short] = [
    { inputTokens: 20, outputTokens: 10, costUSD: 0.002 },
    { inputTokens: 5, outputTokens: 1, costUSD: 0.001 },
  ];
  const modelUsage = { 'claude-sonnet-4-5[1m]': long, 'claude-sonnet-4-5': short };
  await read(ask([init, says('msg_1', TEXT), result(1, { modelUsage })]));
  await settled();
  expect(sum('gen_ai.usage.input_tokens')).toBe(25);
  expect(spans('llm').find((record) => record['gen_ai.response.id'] === 'msg_1')).toMatchObject({
    'gen_ai.usage.input_tokens': 5,
  });
});

it('a result without counts by model has those of the agent', async () => {
  await read(ask([init, says('msg_1', TEXT), result(1, { modelUsage: {} })]));
  await settled();
  expect(spans('llm')).toMatchObject([{ 'gen_ai.usage.input_tokens': 7, 'gen_ai.usage.output_tokens': 3 }]);
});

it('a model stops for the reason of the result, and a sub-agent has the name of its messages', async () => {
  const agent = { type: 'tool_use', id: 'toolu_2', name: 'Agent', input: { prompt: 'look' } };
  const below = { ...says('msg_2', TEXT, 'toolu_2'), subagent_type: 'general-purpose' };
  await read(ask([says('msg_1', agent), below, answers('toolu_2', 'done'), says('msg_3', TEXT), result()]));
  await settled();
  expect(spans('agent').map((record) => record['gen_ai.agent.name'])).toEqual(['general-purpose', 'claude']);
  const last = spans('llm').find((record) => record['gen_ai.response.id'] === 'msg_3');
  expect(last).toMatchObject({ 'gen_ai.response.finish_reasons': ['end_turn'] });
});

it('a result that is an error, and a process that ends, are failures', async () => {
  const failed = { subtype: 'error_max_turns', is_error: true, result: undefined, errors: ['too many turns'] };
  await read(ask([says('msg_1', TEXT), result(1, failed)])).catch(() => undefined);
  await settled();
  expect(spans('agent')).toMatchObject([{ 'error.type': 'error_max_turns', 'error.message': 'too many turns' }]);
  log.clear();
  await expect(read(ask([says('msg_1', TEXT), 'crash']))).rejects.toThrow('code 3');
  await settled();
  expect(spans('agent')).toMatchObject([{ 'span.status': 'error' }]);
  expect(spans('agent')[0]?.['error.message']).toContain('code 3');
});

it('an abort is one, and a reader that leaves too', async () => {
  const abortController = new AbortController();
  const aborted = ask([says('msg_1', READ), 'wait'], { abortController });
  await expect(async () => {
    for await (const { type } of aborted) if (type === 'assistant') abortController.abort();
  }).rejects.toThrow();
  await settled();
  expect(log.records()).toHaveLength(3);
  for (const record of log.records()) expect(record).toMatchObject({ 'span.status': 'aborted' });
  log.clear();
  for await (const { type } of ask([says('msg_1', READ), 'wait'])) if (type === 'assistant') break;
  await settled();
  for (const record of log.records()) expect(record).toMatchObject({ 'span.status': 'abandoned' });
});

it('the query is the SDK’s own object; a wrapped function is wrapped once, and stays out of the way if disabled', async () => {
  const wrapped = wrapQuery(sdkQuery, { tracer });
  expect(wrapQuery(wrapped, { tracer })).toBe(wrapped);
  const query = ask([says('msg_1', TEXT), result()]);
  expect(query.constructor).toBe(sdkQuery({ prompt: 'x', options: optionsFor({}) }).constructor);
  expect(typeof query.interrupt).toBe('function');
  await read(query);
  await settled();
  log.clear();
  const disabled = createTracer({ enabled: false, logger: log.logger });
  const silent = wrapQuery(sdkQuery, { tracer: disabled });
  await read(silent({ prompt: 'x', options: optionsFor({ x: [says('msg_1', TEXT), result()] }) }));
  expect(log.lines()).toEqual([]);
});

it('messages that are not what they should be are read as far as they are', async () => {
  const strange = [
    { type: 'assistant', message: null, parent_tool_use_id: 'none' },
    { type: 'assistant', message: { content: [{ type: 'tool_use' }, null, 7] } },
    { type: 'user', message: { content: 'text' } },
    { type: 'result', subtype: 'success', modelUsage: { x: { inputTokens: 'many' }, __proto__: 1 }, result: 'x' },
  ];
  await read(ask(strange)).catch(() => undefined);
  await settled();
  expect(spans('agent').length).toBeGreaterThan(0);
  expect(sum('gen_ai.usage.input_tokens')).toBe(0);
});
