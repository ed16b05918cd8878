/** Amazon's client under replay: the replayed call leaves the line of the recorded one. */
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { expect, it, onTestFinished } from 'vitest';
import { wrapBedrock } from '@spanline/bedrock';
import { createTracer, type SpanRecord, type Tracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { type Replay, replay } from '@spanline/replay';
import { drain } from '../../../test/support/records.ts';
import { useWire } from '../../../test/support/set-up.ts';
import { bedrockText, bedrockTool, chunk, eventStream, invoked } from '../../../test/support/wire/bedrock.ts';
import { json, type Wire, type WireReply } from '../../../test/support/wire/server.ts';

let wire: Wire;
useWire((opened) => {
  wire = opened;
});

/** With a colon, which a path has in its encoded form. */
const modelId = 'anthropic.claude-3-5-haiku-20241022-v1:0';
const schema = { type: 'object', properties: { city: { type: 'string' } } };

type Ask = (client: BedrockRuntimeClient, stream: boolean) => Promise<unknown>;

/** The second question of a conversation with a tool. */
const converse: Ask = async (client, stream) => {
  const input: ConstructorParameters<typeof ConverseCommand>[0] = {
    modelId,
    system: [{ text: 'Be kind.' }],
    messages: [
      { role: 'user', content: [{ text: 'Weather?' }] },
      {
        role: 'assistant',
        content: [{ toolUse: { toolUseId: 'call_0', name: 'weather', input: { city: 'Bergen' } } }],
      },
      { role: 'user', content: [{ toolResult: { toolUseId: 'call_0', content: [{ text: 'Rain.' }] } }] },
    ],
    inferenceConfig: { maxTokens: 100, temperature: 0, topP: 0.5, stopSequences: ['x'] },
    toolConfig: {
      tools: [
        { toolSpec: { name: 'weather', description: 'The weather', inputSchema: { json: schema } } },
        { cachePoint: { type: 'default' } },
      ],
    },
  };
  if (!stream) return client.send(new ConverseCommand(input));
  return drain((await client.send(new ConverseStreamCommand(input))).stream);
};

const invoke: Ask = async (client, stream) => {
  const input = {
    modelId,
    body: JSON.stringify({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 100,
      system: 'Be kind.',
      messages: [{ role: 'user', content: 'Weather?' }],
      tools: [{ name: 'weather', description: 'The weather', input_schema: schema }],
    }),
  };
  if (!stream) return client.send(new InvokeModelCommand(input));
  return drain((await client.send(new InvokeModelWithResponseStreamCommand(input))).body);
};

const clientAt = (endpoint: string, tracer: Tracer): BedrockRuntimeClient => {
  const client = new BedrockRuntimeClient({
    region: 'eu-north-1',
    endpoint,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    requestHandler: new NodeHttpHandler(),
    maxAttempts: 1,
  });
  onTestFinished(() => client.destroy());
  return wrapBedrock(client, { tracer });
};

const KEYS = [
  'span.status',
  'error.type',
  'error.message',
  'spanline.error.class',
  'gen_ai.output.messages',
  'gen_ai.response.finish_reasons',
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.cache_read.input_tokens',
  'gen_ai.usage.cache_write.input_tokens',
  'gen_ai.usage.output_tokens',
] as const;

interface Run {
  readonly records: readonly SpanRecord[];
  readonly error: string;
}

async function run(ask: Ask, stream: boolean, url: string): Promise<Run> {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, capture: 'full' });
  let error = 'none';
  await ask(clientAt(url, tracer), stream).catch((thrown: unknown) => {
    error = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  });
  await tracer.shutdown();
  return { records: log.records(), error };
}

async function serve(recorded: Replay): Promise<string> {
  const { url, close } = await recorded.listen();
  onTestFinished(close);
  return url;
}

const factsOf = ({ records }: Run): object[] =>
  records.map((record) => Object.fromEntries(KEYS.map((key) => [key, record[key]])));

const limit = (): WireReply => json({ message: 'Too many' }, 429, { 'x-amzn-errortype': 'ThrottlingException' });
const USAGE = { input_tokens: 20, cache_read_input_tokens: 64, cache_creation_input_tokens: 10, output_tokens: 30 };
const TEXT = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'It is sunny, and warm.' } };
const BEGIN = [
  {
    type: 'message_start',
    message: { id: 'msg_1', role: 'assistant', content: [], usage: { ...USAGE, output_tokens: 1 } },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  TEXT,
];
const END = [
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 30 } },
  { type: 'message_stop' },
];
const THROTTLED = ['throttlingException', { message: 'Too many' }] as const;
const WHOLE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  content: [
    { type: 'text', text: 'I look.' },
    { type: 'tool_use', id: 'call_1', name: 'weather', input: { city: 'Oslo' } },
  ],
  stop_reason: 'tool_use',
  usage: USAGE,
};

it.each<readonly [name: string, ask: Ask, stream: boolean, reply: WireReply]>([
  ['Converse', converse, false, bedrockText(false)],
  ['ConverseStream', converse, true, bedrockText(true)],
  ['Converse with a tool', converse, false, bedrockTool(false)],
  ['ConverseStream with a tool', converse, true, bedrockTool(true)],
  ['a limit of Converse', converse, false, limit()],
  ['a limit of ConverseStream', converse, true, limit()],
  [
    'a limit amid ConverseStream',
    converse,
    true,
    eventStream([
      ['messageStart', { role: 'assistant' }],
      ['contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'It is' } }],
      THROTTLED,
    ]),
  ],
  ['InvokeModel', invoke, false, invoked([WHOLE], false)],
  ['InvokeModelWithResponseStream', invoke, true, invoked([...BEGIN, ...END], true)],
  ['a limit of InvokeModel', invoke, false, limit()],
  ['a limit amid InvokeModelWithResponseStream', invoke, true, eventStream([...BEGIN.map(chunk), THROTTLED])],
])('%s', async (_, ask, stream, reply) => {
  wire.answer(() => reply);
  const before = await run(ask, stream, wire.url);
  expect(factsOf(before)).toHaveLength(1);
  const recorded = replay(before.records);
  const after = await run(ask, stream, await serve(recorded));
  expect(recorded.report().misses).toEqual([]);
  recorded.verify();
  expect(factsOf(after)).toEqual(factsOf(before));
  expect(after.error).toBe(before.error);
});

it('a request that was not recorded fails with the difference', async () => {
  wire.answer(() => bedrockText(false));
  const { records } = await run(converse, false, wire.url);
  const recorded = replay(records);
  const other: Ask = (client) =>
    client.send(new ConverseCommand({ modelId, messages: [{ role: 'user', content: [{ text: 'Rain?' }] }] }));
  const { error } = await run(other, false, await serve(recorded));
  expect(error).toMatch(/^ERR_REPLAY_MISS: /);
  expect(error).toContain('Rain?');
  expect(recorded.report().misses).toHaveLength(1);
});

it('a body of another maker than Anthropic is refused', async () => {
  wire.answer(() => json({ outputText: 'sunny' }));
  const titan: Ask = (client) =>
    client.send(new InvokeModelCommand({ modelId: 'amazon.titan-text-lite-v1', body: '{"inputText":"Weather?"}' }));
  const { records } = await run(titan, false, wire.url);
  const { error } = await run(titan, false, await serve(replay(records)));
  expect(error).toMatch(/^ERR_REPLAY_MISS: .*\/model\/amazon\.titan-text-lite-v1\/invoke: .*recorded\.model\(\)/);
});
