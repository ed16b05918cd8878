/** Models of all makers on Amazon Bedrock: the wire has the lines of the wrapped client. */

import {
  BedrockRuntimeClient,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
  StartAsyncInvokeCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { expect, it } from 'vitest';
import type { Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { drain, onlyRecord } from '../../../test/support/records.ts';
import { chunk, eventStream } from '../../../test/support/wire/bedrock.ts';
import { TEXTS } from '../../../test/support/wire/invocations.ts';
import { PICTURES } from '../../../test/support/wire/pictures.ts';
import { json, type Wire } from '../../../test/support/wire/server.ts';
import { RANKINGS, VECTORS } from '../../../test/support/wire/vectors.ts';
import { useRecording } from './support/recording.ts';

let server: Wire;
let log: MemoryLog;
let tracer: Tracer;

useRecording(
  (started) => {
    ({ server, log, tracer } = started);
  },
  { capture: 'full' },
);

const client = (): BedrockRuntimeClient =>
  new BedrockRuntimeClient({
    region: 'eu-north-1',
    endpoint: server.url,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    requestHandler: new NodeHttpHandler(),
    maxAttempts: 1,
  });

it.each(Object.entries({ ...TEXTS, ...VECTORS, ...RANKINGS, ...PICTURES }))(
  'a whole answer of %s has its facts',
  async (_name, { modelId, body, whole, headers, line }) => {
    server.answer(() => json(whole, 200, headers));
    await client().send(new InvokeModelCommand({ modelId, body: JSON.stringify(body) }));
    await expect.poll(() => tracer.stats().open).toBe(0);
    expect(onlyRecord(log)).toMatchObject(line);
  },
);

it.each(Object.entries(TEXTS).filter(([, { pieces }]) => pieces !== undefined))(
  'a stream of %s has the facts of the whole answer',
  async (_name, { modelId, body, pieces = [], line }) => {
    server.answer(() => eventStream(pieces.map(chunk)));
    const command = new InvokeModelWithResponseStreamCommand({ modelId, body: JSON.stringify(body) });
    await drain((await client().send(command)).body);
    await expect.poll(() => tracer.stats().open).toBe(0);
    expect(onlyRecord(log)).toMatchObject({ ...line, 'gen_ai.request.stream': true });
  },
);

it.each([true, false])('an answer that a guardrail stops has its reason; as a stream: %s', async (isStreamed) => {
  const stopped = { type: 'message', content: [{ type: 'text', text: 'No.' }], stop_reason: 'end_turn' };
  const action = { 'amazon-bedrock-guardrailAction': 'INTERVENED' };
  const events = [
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'No.' } },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
    { type: 'message_stop', ...action },
  ];
  const request = {
    modelId: 'anthropic.claude-3-5-haiku-20241022-v1:0',
    body: '{"messages":[{"role":"user","content":"Weather?"}]}',
  };
  server.answer(() => (isStreamed ? eventStream(events.map(chunk)) : json({ ...stopped, ...action })));
  if (isStreamed) await drain((await client().send(new InvokeModelWithResponseStreamCommand(request))).body);
  else await client().send(new InvokeModelCommand(request));
  await expect.poll(() => tracer.stats().open).toBe(0);
  expect(onlyRecord(log)).toMatchObject({
    'gen_ai.response.finish_reasons': ['guardrail_intervened'],
    'gen_ai.output.messages': [{ parts: [{ content: 'No.' }], finish_reason: 'guardrail_intervened' }],
  });
});

const FILM = {
  modelId: 'amazon.nova-reel-v1:1',
  modelInput: { taskType: 'TEXT_VIDEO', textToVideoParams: { text: 'A cat.' } },
  outputDataConfig: { s3OutputDataConfig: { s3Uri: 's3://bucket' } },
};

it('the start of an invocation whose answer comes later is a task', async () => {
  const invocationArn = 'arn:aws:bedrock:us-east-1:111122223333:async-invoke/abcdefghijkl';
  server.answer(() => json({ invocationArn }));
  await client().send(new StartAsyncInvokeCommand(FILM));
  await expect.poll(() => tracer.stats().open).toBe(0);
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
