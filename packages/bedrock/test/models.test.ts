/** Models of all makers, by `InvokeModel`: their own shapes of requests and answers, whole and streamed. */

import {
  BedrockRuntimeClient,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
  StartAsyncInvokeCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { expect, it } from 'vitest';
import { wrapBedrock } from '@spanline/bedrock';
import type { Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { drain, onlyRecord } from '../../../test/support/records.ts';
import { useTracer, useWire } from '../../../test/support/set-up.ts';
import { chunk, eventStream } from '../../../test/support/wire/bedrock.ts';
import type { Invocation } from '../../../test/support/wire/invocation.ts';
import { TEXTS } from '../../../test/support/wire/invocations.ts';
import { PICTURES } from '../../../test/support/wire/pictures.ts';
import { json, type Wire } from '../../../test/support/wire/server.ts';
import { RANKINGS, VECTORS } from '../../../test/support/wire/vectors.ts';

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

const invoke = async ({ modelId, body, whole, headers }: Invocation): Promise<unknown> => {
  wire.answer(() => json(whole, 200, headers));
  const answer = await client().send(new InvokeModelCommand({ modelId, body: JSON.stringify(body) }));
  return JSON.parse(answer.body.transformToString());
};

const stream = async ({ modelId, body }: Invocation, pieces: readonly object[]): Promise<void> => {
  wire.answer(() => eventStream(pieces.map(chunk)));
  const command = new InvokeModelWithResponseStreamCommand({ modelId, body: JSON.stringify(body) });
  await drain((await client().send(command)).body);
};

const ALL = { ...TEXTS, ...VECTORS, ...RANKINGS, ...PICTURES };

it.each(Object.entries(ALL))('a whole answer of %s has its facts', async (_name, invocation) => {
  expect(await invoke(invocation)).toEqual(invocation.whole);
  expect(onlyRecord(log)).toMatchObject(invocation.line);
  expect(tracer.stats()).toMatchObject({ open: 0, internalErrors: 0 });
});

it.each(Object.entries(TEXTS).filter(([, { pieces }]) => pieces !== undefined))(
  'a stream of %s has the facts of the whole answer',
  async (_name, invocation) => {
    await stream(invocation, invocation.pieces ?? []);
    expect(onlyRecord(log)).toMatchObject({ ...invocation.line, 'gen_ai.request.stream': true });
  },
);

const STOPPED = { 'amazon-bedrock-guardrailAction': 'INTERVENED' };
const PASSED = { 'amazon-bedrock-guardrailAction': 'NONE' };
const GUARDED = Object.entries(TEXTS).filter(([name]) => !name.includes('tool') && name !== 'Jurassic');

it.each([...GUARDED, ['Command R', TEXTS['Command R, a call of a tool beside a text']] as const])(
  'an answer of %s that a guardrail stops has the reason of Converse',
  async (_name, invocation) => {
    if (invocation === undefined) throw new Error('no such model');
    const reason = 'guardrail_intervened';
    const line = {
      'span.status': 'ok',
      'gen_ai.response.finish_reasons': [reason],
      'gen_ai.output.messages': [{ parts: [{ content: 'It is sunny.' }], finish_reason: reason }],
    };
    const whole = { ...invocation.whole, tool_calls: [], ...STOPPED };
    await invoke({ ...invocation, whole });
    expect(onlyRecord(log)).toMatchObject(line);
    log.clear();
    const pieces = (invocation.pieces ?? []).filter((piece) => !JSON.stringify(piece).includes('tool-calls'));
    await stream(
      invocation,
      pieces.map((piece, index) => ({ ...piece, ...(index === pieces.length - 1 ? STOPPED : PASSED) })),
    );
    expect(onlyRecord(log)).toMatchObject(line);
  },
);

it('what Amazon says before an answer does not hide its shape', async () => {
  const pieces = [
    { ...STOPPED, 'amazon-bedrock-trace': {} },
    { type: 'ping' },
    { type: 'message_start', message: { id: 'msg_1', role: 'assistant' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'No.' } },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
  ];
  const modelId = 'anthropic.claude-3-haiku-20240307-v1:0';
  await stream({ modelId, body: { messages: [{ role: 'user', content: 'Weather?' }] }, whole: {}, line: {} }, pieces);
  expect(onlyRecord(log)).toMatchObject({
    'gen_ai.response.id': 'msg_1',
    'gen_ai.response.finish_reasons': ['guardrail_intervened'],
    'gen_ai.output.messages': [{ role: 'assistant', parts: [{ type: 'text', content: 'No.' }] }],
  });
});

it('pieces of Titan with numbers are one answer', async () => {
  const pieces = ['It is', ' sunny.'].map((outputText, index) => ({ outputText, index, inputTextTokenCount: 26 }));
  await stream({ modelId: 'amazon.titan-text-express-v1', body: { inputText: 'x' }, whole: {}, line: {} }, pieces);
  expect(onlyRecord(log)).toMatchObject({ 'gen_ai.output.messages': [{ parts: [{ content: 'It is sunny.' }] }] });
});

it.each([
  [{ choices: [null, 1, 'x', {}] }, undefined],
  [{ choices: { a: 1 } }, undefined],
  [{ results: 'x', outputs: [{ stop_reason: 'stop' }] }, [{ role: 'assistant', parts: [], finish_reason: 'stop' }]],
  [
    { choices: [{ message: { tool_calls: [{ function: { name: 'weather' } }] } }] },
    [{ role: 'assistant', parts: [{ type: 'tool_call', name: 'weather' }] }],
  ],
])('an answer of no known shape is no message: %j', async (whole, messages) => {
  await invoke({ modelId: 'mistral.mistral-large-2407-v1:0', body: { prompt: 'Weather?' }, whole, line: {} });
  expect(onlyRecord(log)['gen_ai.output.messages']).toEqual(messages);
  expect(tracer.stats()).toMatchObject({ internalErrors: 0 });
});

it('an answer that a guardrail lets pass has the reason of its model', async () => {
  const jamba = TEXTS['Jamba'];
  if (jamba === undefined) throw new Error('no such model');
  await invoke({ ...jamba, whole: { ...jamba.whole, ...PASSED } });
  expect(onlyRecord(log)).toMatchObject(jamba.line);
});

it('a model of the application’s own that takes an embedding’s request and writes has its text', async () => {
  const modelId = 'arn:aws:bedrock:eu-west-1:111122223333:provisioned-model/abcdefghijkl';
  await invoke({
    modelId,
    body: { inputText: 'Weather?' },
    whole: { inputTextTokenCount: 26, results: [{ tokenCount: 20, outputText: 'Sunny.', completionReason: 'FINISH' }] },
    line: {},
  });
  expect(onlyRecord(log)).toMatchObject({
    'gen_ai.response.finish_reasons': ['FINISH'],
    'gen_ai.output.messages': [{ parts: [{ content: 'Sunny.' }] }],
  });
});

const FILM = {
  modelId: 'amazon.nova-reel-v1:1',
  modelInput: { taskType: 'TEXT_VIDEO', textToVideoParams: { text: 'A cat.' } },
  outputDataConfig: { s3OutputDataConfig: { s3Uri: 's3://bucket' } },
};

it('the start of an invocation whose answer comes later is a task', async () => {
  const invocationArn = 'arn:aws:bedrock:us-east-1:111122223333:async-invoke/abcdefghijkl';
  wire.answer(() => json({ invocationArn }));
  await client().send(new StartAsyncInvokeCommand(FILM));
  expect(onlyRecord(log)).toMatchObject({
    'span.type': 'task',
    'span.name': 'start_async_invoke amazon.nova-reel-v1:1',
    'gen_ai.provider.name': 'aws.bedrock',
    'gen_ai.response.id': invocationArn,
    'spanline.input': '"A cat."',
    'spanline.output': { invocationArn },
  });
  expect(onlyRecord(log)).not.toHaveProperty(['spanline.cost.usd']);
});
