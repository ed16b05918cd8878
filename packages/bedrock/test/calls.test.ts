import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { describe, expect, it } from 'vitest';
import { unwrapBedrock, wrapBedrock } from '@spanline/bedrock';
import type { Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { drain, onlyRecord } from '../../../test/support/records.ts';
import { useTracer, useWire } from '../../../test/support/set-up.ts';
import { bedrockText, bedrockTool, converse, invoked } from '../../../test/support/wire/bedrock.ts';
import { json, type Wire } from '../../../test/support/wire/server.ts';

let wire: Wire;
let log: MemoryLog;
let tracer: Tracer;

useWire((opened) => {
  wire = opened;
});

useTracer(
  (newLog, newTracer) => {
    [log, tracer] = [newLog, newTracer];
  },
  { capture: 'full' },
);

const MODEL = 'anthropic.claude-3-5-haiku-20241022-v1:0';
const COUNTED = {
  'gen_ai.usage.input_tokens': 100,
  'gen_ai.usage.cache_read.input_tokens': 64,
  'gen_ai.usage.cache_write.input_tokens': 10,
  'gen_ai.usage.output_tokens': 20,
};

const bare = (maxAttempts = 1): BedrockRuntimeClient =>
  new BedrockRuntimeClient({
    region: 'eu-north-1',
    endpoint: wire.url,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    // Its usual handler speaks HTTP/2 only.
    requestHandler: new NodeHttpHandler(),
    maxAttempts,
  });
const client = (maxAttempts?: number): BedrockRuntimeClient => wrapBedrock(bare(maxAttempts), { tracer });
const only = () => onlyRecord(log);
const ask = { modelId: MODEL, messages: [{ role: 'user' as const, content: [{ text: 'Weather?' }] }] };

describe('Converse', () => {
  it('writes a line with its request, its answer, its tokens and what it cost', async () => {
    wire.answer(() => bedrockText(false));
    const answer = await client().send(
      new ConverseCommand({
        ...ask,
        system: [{ text: 'Be kind.' }],
        inferenceConfig: { maxTokens: 100, temperature: 0, topP: 0.5, stopSequences: ['x'] },
        toolConfig: { tools: [{ toolSpec: { name: 'weather', inputSchema: { json: { type: 'object' } } } }] },
      }),
    );
    expect(answer.output?.message?.content).toEqual([{ text: 'It is sunny.' }]);
    expect(only()).toMatchObject({
      'span.name': `chat ${MODEL}`,
      'span.type': 'llm',
      'span.status': 'ok',
      'otel.scope.name': '@spanline/bedrock',
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'aws.bedrock',
      'gen_ai.request.model': MODEL,
      'gen_ai.request.max_tokens': 100,
      'gen_ai.request.temperature': 0,
      'gen_ai.request.top_p': 0.5,
      'gen_ai.request.stop_sequences': ['x'],
      'gen_ai.tool.definitions': [{ type: 'function', name: 'weather', parameters: { type: 'object' } }],
      'gen_ai.system_instructions': [{ type: 'text', content: 'Be kind.' }],
      'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'Weather?' }] }],
      'gen_ai.output.messages': [
        { role: 'assistant', parts: [{ type: 'text', content: 'It is sunny.' }], finish_reason: 'end_turn' },
      ],
      'gen_ai.response.finish_reasons': ['end_turn'],
      'server.address': '127.0.0.1',
      'spanline.provider.request_id': 'req_1',
      'spanline.cost.usd': expect.any(Number),
      ...COUNTED,
    });
  });

  it('gathers a stream, which it leaves as it is', async () => {
    wire.answer(() => bedrockText(true));
    const { stream } = await client().send(new ConverseStreamCommand(ask));
    const events = await drain(stream);
    expect(events.map((event) => event.contentBlockDelta?.delta?.text).filter(Boolean)).toEqual(['It is', ' sunny.']);
    expect(only()).toMatchObject({
      'span.status': 'ok',
      'gen_ai.request.stream': true,
      'gen_ai.response.time_to_first_chunk': expect.any(Number),
      'gen_ai.output.messages': [
        { role: 'assistant', parts: [{ type: 'text', content: 'It is sunny.' }], finish_reason: 'end_turn' },
      ],
      ...COUNTED,
    });
  });

  it('puts a streamed tool call together', async () => {
    wire.answer(() => bedrockTool(true));
    const { stream } = await client().send(new ConverseStreamCommand(ask));
    await drain(stream);
    expect(only()).toMatchObject({
      'gen_ai.output.messages': [
        { parts: [{ type: 'tool_call', id: 'call_1', name: 'weather', arguments: { city: 'Oslo' } }] },
      ],
    });
  });

  it('keeps a streamed thought apart from the answer', async () => {
    const deltas = [{ reasoningContent: { text: 'Clouds?' } }, { reasoningContent: { signature: 'c2ln' } }];
    wire.answer(() => converse(true, {}, [], deltas, 'end_turn'));
    const { stream } = await client().send(new ConverseStreamCommand(ask));
    await drain(stream);
    expect(only()).toMatchObject({
      'gen_ai.output.messages': [{ parts: [{ type: 'reasoning', content: 'Clouds?' }] }],
    });
  });

  it('writes what a stream brought until its reader left', async () => {
    wire.answer(() => bedrockText(true));
    const { stream } = await client().send(new ConverseStreamCommand(ask));
    for await (const event of stream ?? []) if (event.contentBlockDelta !== undefined) break;
    expect(only()).toMatchObject({
      'span.status': 'abandoned',
      'gen_ai.output.messages': [{ parts: [{ type: 'text', content: 'It is' }] }],
    });
  });

  it('throws the client’s own error after its retries, and writes both', async () => {
    wire.answer(() => json({ message: 'Too many requests' }, 429, { 'x-amzn-errortype': 'ThrottlingException' }));
    const failed = await client(2)
      .send(new ConverseCommand(ask))
      .catch((error: unknown) => error as Error);
    expect(failed).toMatchObject({ name: 'ThrottlingException', $metadata: { attempts: 2 } });
    expect(only()).toMatchObject({
      'span.status': 'error',
      'error.type': 'ThrottlingException',
      'spanline.error.class': 'rate_limit',
      'spanline.retry.attempt': 2,
    });
  });

  it('can be sent twice with one command, and has two lines', async () => {
    wire.answer(() => bedrockText(false));
    const [command, one] = [new ConverseCommand(ask), client()];
    await one.send(command);
    await one.send(command);
    expect(log.records()).toHaveLength(2);
  });

  it('wrapped twice, has one line', async () => {
    wire.answer(() => bedrockText(false));
    await wrapBedrock(client(), { tracer }).send(new ConverseCommand(ask));
    expect(log.records()).toHaveLength(1);
  });

  it('taken back, has no line', async () => {
    wire.answer(() => bedrockText(false));
    const one = client();
    expect(unwrapBedrock(one)).toBe(one);
    await one.send(new ConverseCommand(ask));
    expect(log.records()).toEqual([]);
  });
});

interface Maker {
  readonly modelId: string;
  readonly body: object;
  readonly whole: object;
  readonly pieces: readonly object[];
}

const text = 'It is sunny.';
/** Each maker's own shape, with 26 tokens in and 20 out. */
const MAKERS: Readonly<Record<string, Maker>> = {
  Anthropic: {
    modelId: MODEL,
    body: {
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'Weather?' }],
    },
    whole: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 26, output_tokens: 20 },
    },
    pieces: [
      {
        type: 'message_start',
        message: { id: 'msg_1', role: 'assistant', usage: { input_tokens: 26, output_tokens: 1 } },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'It is' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: ' sunny.' } },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 20 } },
    ],
  },
  Nova: {
    modelId: 'amazon.nova-lite-v1:0',
    body: { messages: [{ role: 'user', content: [{ text: 'Weather?' }] }], inferenceConfig: { maxTokens: 100 } },
    whole: {
      output: { message: { role: 'assistant', content: [{ text }] } },
      stopReason: 'end_turn',
      usage: { inputTokens: 26, outputTokens: 20, totalTokens: 46 },
    },
    pieces: [
      { messageStart: { role: 'assistant' } },
      { contentBlockDelta: { delta: { text: 'It is' }, contentBlockIndex: 0 } },
      { contentBlockDelta: { delta: { text: ' sunny.' }, contentBlockIndex: 0 } },
      { messageStop: { stopReason: 'end_turn' } },
      { metadata: { usage: { inputTokens: 26, outputTokens: 20 } } },
    ],
  },
  Meta: {
    modelId: 'meta.llama3-1-8b-instruct-v1:0',
    body: { prompt: 'Weather?', max_gen_len: 100 },
    whole: { generation: text, prompt_token_count: 26, generation_token_count: 20, stop_reason: 'end_turn' },
    pieces: [
      { generation: 'It is', prompt_token_count: 26, generation_token_count: 2, stop_reason: null },
      { generation: ' sunny.', prompt_token_count: null, generation_token_count: 20, stop_reason: 'end_turn' },
    ],
  },
  Titan: {
    modelId: 'amazon.titan-text-express-v1',
    body: { inputText: 'Weather?', textGenerationConfig: { maxTokenCount: 100 } },
    whole: { inputTextTokenCount: 26, results: [{ tokenCount: 20, outputText: text, completionReason: 'end_turn' }] },
    pieces: [
      { outputText: 'It is', index: 0, inputTextTokenCount: 26 },
      {
        outputText: ' sunny.',
        index: 0,
        totalOutputTextTokenCount: 20,
        completionReason: 'end_turn',
        inputTextTokenCount: 26,
      },
    ],
  },
};

describe.each(Object.entries(MAKERS))('InvokeModel with a model of %s', (_maker, { modelId, body, whole, pieces }) => {
  const input = { modelId, body: JSON.stringify(body), contentType: 'application/json' };
  const TOLD = {
    'span.status': 'ok',
    'gen_ai.request.model': modelId,
    'gen_ai.request.max_tokens': 100,
    'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'Weather?' }] }],
    'gen_ai.output.messages': [
      { role: 'assistant', parts: [{ type: 'text', content: text }], finish_reason: 'end_turn' },
    ],
    'gen_ai.usage.input_tokens': 26,
    'gen_ai.usage.output_tokens': 20,
  };

  it('writes a line, and leaves the body to the application', async () => {
    wire.answer(() => invoked([whole], false));
    const answer = await client().send(new InvokeModelCommand(input));
    expect(JSON.parse(answer.body.transformToString())).toEqual(whole);
    expect(only()).toMatchObject(TOLD);
  });

  it('writes a line for a stream, and leaves its pieces to the application', async () => {
    wire.answer(() => invoked(pieces, true));
    const answer = await client().send(new InvokeModelWithResponseStreamCommand(input));
    const read = (await drain(answer.body)).map(
      ({ chunk }) => JSON.parse(new TextDecoder().decode(chunk?.bytes)) as unknown,
    );
    expect(read).toEqual(pieces);
    expect(only()).toMatchObject({ ...TOLD, 'gen_ai.request.stream': true });
  });
});

const parameters = { type: 'object' };
const called = { name: 'weather', parameters };

it.each([
  ['Anthropic', { tools: [{ name: 'weather', input_schema: parameters }] }],
  ['Mistral', { tools: [{ type: 'function', function: called }] }],
  ['Nova', { toolConfig: { tools: [{ toolSpec: { name: 'weather', inputSchema: { json: parameters } } }] } }],
])('writes the tools in a body of %s', async (_maker, tools) => {
  wire.answer(() => invoked([{ content: [] }], false));
  const body = JSON.stringify({ messages: [{ role: 'user', content: 'Weather?' }], ...tools });
  await client().send(new InvokeModelCommand({ modelId: MODEL, body }));
  expect(only()['gen_ai.tool.definitions']).toEqual([{ type: 'function', ...called }]);
});

it('writes embeddings, without their vectors', async () => {
  wire.answer(() => json({ embedding: [0.5, 0.25, 0.125], inputTextTokenCount: 3 }));
  const body = JSON.stringify({ inputText: 'one two three' });
  await client().send(new InvokeModelCommand({ modelId: 'amazon.titan-embed-text-v2:0', body }));
  expect(only()).toMatchObject({
    'span.name': 'embeddings amazon.titan-embed-text-v2:0',
    'span.type': 'embedding',
    'gen_ai.embeddings.dimension.count': 3,
    'gen_ai.usage.input_tokens': 3,
    'spanline.input': '"one two three"',
  });
  expect(JSON.stringify(log.records())).not.toMatch(/[[,]0\.125/u);
});

it.each([
  ['mistral.mistral-7b-instruct-v0:2', { outputs: [{ text: 'Sunny.', stop_reason: 'stop' }] }],
  ['meta.llama3-1-8b-instruct-v1:0', { generation: 'Sunny.', prompt_token_count: 26, generation_token_count: 20 }],
])('counts the tokens of %s, which may be in the headers alone', async (modelId, answer) => {
  const headers = { 'x-amzn-bedrock-input-token-count': '26', 'x-amzn-bedrock-output-token-count': '20' };
  wire.answer(() => ({ ...json(answer), headers }));
  await client().send(new InvokeModelCommand({ modelId, body: '{"prompt":"Weather?"}' }));
  expect(only()).toMatchObject({ 'gen_ai.usage.input_tokens': 26, 'gen_ai.usage.output_tokens': 20 });
  expect(only()).not.toHaveProperty(['spanline.cost.exact']);
});

it('writes nothing of a body that is no JSON', async () => {
  wire.answer(() => ({ type: 'image/png', chunks: [new Uint8Array([1, 2, 3])] }));
  await client().send(new InvokeModelCommand({ modelId: 'stability.sd3-5-large-v1:0', body: '{"prompt":"a cat"}' }));
  expect(only()).toMatchObject({ 'span.status': 'ok' });
});

it('refuses what is no Bedrock client', () => {
  expect(() => wrapBedrock({ config: {}, middlewareStack: {} })).toThrow(/client.*BedrockRuntimeClient/);
  expect(() => wrapBedrock(bare(), { tracr: tracer } as object)).toThrow(/tracer/);
});
