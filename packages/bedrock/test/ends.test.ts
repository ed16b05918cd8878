/** How answers end that do not come to their end, and what they counted. */

import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wrapBedrock } from '@spanline/bedrock';
import type { Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { runs } from '../../../test/support/effort.ts';
import { drain, onlyRecord } from '../../../test/support/records.ts';
import { useTracer, useWire } from '../../../test/support/set-up.ts';
import { bedrockText, chunk, eventStream } from '../../../test/support/wire/bedrock.ts';
import { json, type Wire, type WireReply } from '../../../test/support/wire/server.ts';

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
const ask = { modelId: MODEL, messages: [{ role: 'user' as const, content: [{ text: 'Weather?' }] }] };
const body = JSON.stringify({ max_tokens: 9, messages: [{ role: 'user', content: 'Weather?' }] });
const only = () => onlyRecord(log);

const client = (): BedrockRuntimeClient =>
  wrapBedrock(
    new BedrockRuntimeClient({
      region: 'eu-north-1',
      endpoint: wire.url,
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
      // Its usual handler speaks HTTP/2 only.
      requestHandler: new NodeHttpHandler(),
      maxAttempts: 1,
    }),
    { tracer },
  );

const BEGUN = [
  ['messageStart', { role: 'assistant' }],
  ['contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'It is' } }],
] as const;
const INVOKED = [
  chunk({ type: 'message_start', message: { role: 'assistant', usage: { input_tokens: 26, output_tokens: 1 } } }),
  chunk({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
  chunk({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'It is' } }),
];
const COMMANDS: Readonly<Record<string, { begun: WireReply; open(signal?: AbortSignal): Promise<unknown[]> }>> = {
  ConverseStream: {
    begun: eventStream(BEGUN),
    async open(signal) {
      const { stream } = await client().send(new ConverseStreamCommand(ask), signal && { abortSignal: signal });
      return drain(stream);
    },
  },
  InvokeModelWithResponseStream: {
    begun: eventStream(INVOKED),
    async open(signal) {
      const command = new InvokeModelWithResponseStreamCommand({ modelId: MODEL, body });
      const { body: pieces } = await client().send(command, signal && { abortSignal: signal });
      return drain(pieces);
    },
  },
};

describe.each(Object.entries(COMMANDS))('a stream of %s', (_command, { begun, open }) => {
  const SAID = { 'gen_ai.output.messages': [{ parts: [{ type: 'text', content: 'It is' }] }] };

  it.each([
    ['throttlingException', 'ThrottlingException', 'rate_limit'],
    ['modelStreamErrorException', 'ModelStreamErrorException', 'other'],
    ['internalServerException', 'InternalServerException', 'other'],
  ])('that the service breaks off with %s has the error and what came before it', async (type, name, errorClass) => {
    const exception = eventStream([[type, { message: 'broken off' }]]);
    wire.answer(() => ({ ...begun, chunks: [...begun.chunks, ...exception.chunks] }));
    await expect(open()).rejects.toMatchObject({ name });
    expect(only()).toMatchObject({
      'span.status': 'error',
      'error.type': name,
      'error.message': 'broken off',
      'spanline.error.class': errorClass,
      ...SAID,
    });
  });

  it('that loses its connection is an error, and says what came', async () => {
    wire.answer(() => ({ ...begun, cut: true }));
    await expect(open()).rejects.toThrow();
    expect(only()).toMatchObject({ 'span.status': 'error', 'spanline.error.class': 'network', ...SAID });
  });

  it('that its caller aborts is aborted', async () => {
    const controller = new AbortController();
    wire.answer(() => ({ ...begun, open: true }));
    const reading = open(controller.signal);
    await expect.poll(() => wire.requests.length).toBe(1);
    controller.abort();
    await expect(reading).rejects.toThrow();
    expect(only()).toMatchObject({ 'span.status': 'aborted' });
    expect(tracer.stats()).toMatchObject({ open: 0, internalErrors: 0 });
  });
});

it.each([true, false])('an answer that a guardrail stops has its reason; as a stream: %s', async (isStreamed) => {
  const usage = { inputTokens: 26, outputTokens: 0, totalTokens: 26 };
  const refusal = 'I may not say that.';
  const trace = { guardrail: { actionReason: 'Guardrail blocked.' } };
  wire.answer(() =>
    isStreamed
      ? eventStream([
          ['messageStart', { role: 'assistant' }],
          ['contentBlockDelta', { contentBlockIndex: 0, delta: { text: refusal } }],
          ['messageStop', { stopReason: 'guardrail_intervened' }],
          ['metadata', { usage, metrics: { latencyMs: 5 }, trace }],
        ])
      : json({
          output: { message: { role: 'assistant', content: [{ text: refusal }] } },
          stopReason: 'guardrail_intervened',
          usage,
          trace,
        }),
  );
  if (isStreamed) await drain((await client().send(new ConverseStreamCommand(ask))).stream);
  else await client().send(new ConverseCommand(ask));
  expect(only()).toMatchObject({
    'span.status': 'ok',
    'gen_ai.response.finish_reasons': ['guardrail_intervened'],
    'gen_ai.output.messages': [{ parts: [{ type: 'text', content: refusal }] }],
    'gen_ai.usage.input_tokens': 26,
  });
});

it('credentials that cannot be had are an error of the call', async () => {
  const broke = Object.assign(new Error('no profile'), { name: 'CredentialsProviderError' });
  const one = wrapBedrock(
    new BedrockRuntimeClient({ region: 'eu-north-1', credentials: () => Promise.reject(broke), maxAttempts: 1 }),
    { tracer },
  );
  await expect(one.send(new ConverseCommand(ask))).rejects.toBe(broke);
  expect(only()).toMatchObject({ 'span.status': 'error', 'error.type': 'CredentialsProviderError' });
});

it('the tokens of every answer are those that were served', async () => {
  const count = fc.nat({ max: 1_000_000 });
  const counts = fc.record({ input: count, output: count, read: count, write: count });
  await fc.assert(
    fc.asyncProperty(counts, fc.boolean(), async ({ input, output, read, write }, isStreamed) => {
      log.clear();
      const usage = {
        inputTokens: input,
        outputTokens: output,
        totalTokens: input + output + read + write,
        cacheReadInputTokens: read,
        cacheWriteInputTokens: write,
        cacheDetails: [{ ttl: '5m', inputTokens: write }],
      };
      const content = [{ text: 'a' }];
      wire.answer(() =>
        isStreamed
          ? eventStream([...BEGUN, ['messageStop', { stopReason: 'end_turn' }], ['metadata', { usage }]])
          : json({ output: { message: { role: 'assistant', content } }, stopReason: 'end_turn', usage }),
      );
      if (isStreamed) await drain((await client().send(new ConverseStreamCommand(ask))).stream);
      else await client().send(new ConverseCommand(ask));
      expect(only()).toMatchObject({
        'gen_ai.usage.input_tokens': input + read + write,
        'gen_ai.usage.output_tokens': output,
      });
      expect(only()['gen_ai.usage.cache_read.input_tokens'] ?? 0).toBe(read);
      expect(only()['gen_ai.usage.cache_write.input_tokens'] ?? 0).toBe(write);
      expect(only()).not.toHaveProperty(['spanline.usage.issue']);
    }),
    { numRuns: runs(40, 2000) },
  );
});

it.each([
  ['cohere.embed-multilingual-v3', { texts: ['a', 'b'] }, { embeddings: [[1, 2, 3]], texts: ['a', 'b'] }],
  ['cohere.embed-v4:0', { texts: ['a', 'b'] }, { embeddings: { float: [[1, 2, 3]] } }],
  ['amazon.titan-embed-image-v1', { inputText: 'a' }, { embedding: [1, 2, 3] }],
])('embeddings of %s have the tokens that stand in the headers', async (modelId, request, answer) => {
  wire.answer(() => json(answer, 200, { 'x-amzn-bedrock-input-token-count': '17' }));
  await client().send(new InvokeModelCommand({ modelId, body: JSON.stringify(request) }));
  expect(only()).toMatchObject({
    'span.type': 'embedding',
    'gen_ai.embeddings.dimension.count': 3,
    'gen_ai.usage.input_tokens': 17,
  });
});

it.each([
  ['an empty text', ''],
  ['no JSON', '{"a":'],
  ['a list', '[1]'],
  ['deep JSON', `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`],
  ['keys of prototypes', '{"__proto__":{"messages":[]},"constructor":1,"messages":[{"role":"user","content":"x"}]}'],
  ['lone surrogates', '{"messages":[{"role":"user","content":"\\ud800"}]}'],
])('a body that is %s costs nothing but content', async (_what, given) => {
  wire.answer(() => ({ type: 'application/json', chunks: [given] }));
  const answer = await client().send(new InvokeModelCommand({ modelId: MODEL, body: given }));
  expect(answer.body?.transformToString() ?? '').toBe(given);
  expect(only()).toMatchObject({ 'span.status': 'ok' });
  expect(tracer.stats()).toMatchObject({ internalErrors: 0 });
});

it('an answer that ends early has what its reader saw', async () => {
  wire.answer(() => bedrockText(true));
  const { stream } = await client().send(new ConverseStreamCommand(ask));
  for await (const event of stream ?? []) if (event.messageStart !== undefined) break;
  expect(only()).toMatchObject({ 'span.status': 'abandoned' });
  expect(only()).not.toHaveProperty(['gen_ai.usage.output_tokens']);
});

it('marks of the cache are no content, and what a guardrail looks at is', async () => {
  const cachePoint = { type: 'default' as const };
  wire.answer(() => bedrockText(false));
  await client().send(
    new ConverseCommand({
      modelId: MODEL,
      system: [{ text: 'Be kind.' }, { guardContent: { text: { text: 'Be brief.' } } }, { cachePoint }],
      messages: [{ role: 'user', content: [{ guardContent: { text: { text: 'Weather?' } } }, { cachePoint }] }],
      toolConfig: {
        tools: [{ toolSpec: { name: 'weather', inputSchema: { json: { type: 'object' } } } }, { cachePoint }],
      },
    }),
  );
  expect(only()).toMatchObject({
    'gen_ai.system_instructions': [
      { type: 'text', content: 'Be kind.' },
      { type: 'text', content: 'Be brief.' },
    ],
    'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'Weather?' }] }],
    'gen_ai.tool.definitions': [{ type: 'function', name: 'weather', parameters: { type: 'object' } }],
  });
});
