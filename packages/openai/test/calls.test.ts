import type { LLMock } from '@copilotkit/aimock';
import OpenAI from 'openai';
import OpenAI7 from 'openai7';
import { describe, expect, it } from 'vitest';
import type { Tracer } from '@spanline/core';
import type { MemoryLog } from '@spanline/core/testing';
import { type WrapOptions, wrapOpenAI } from '@spanline/openai';
import { drain, onlyRecord } from '../../../test/support/records.ts';
import { useTracer, useWire } from '../../../test/support/set-up.ts';
import { useProvider } from '../../../test/support/use-provider.ts';
import { openaiResponsesTool } from '../../../test/support/wire/openai.ts';
import { events, json, type Wire } from '../../../test/support/wire/server.ts';
import { ask } from './support/scenarios.ts';

let provider: LLMock;
let wire: Wire;
let log: MemoryLog;
let tracer: Tracer;

useProvider((started) => {
  provider = started;
});
useWire((opened) => {
  wire = opened;
});

useTracer(
  (newLog, newTracer) => {
    [log, tracer] = [newLog, newTracer];
  },
  { capture: 'full' },
);

const client = (more: object = {}, options: WrapOptions = {}): OpenAI =>
  wrapOpenAI(new OpenAI({ apiKey: 'test', baseURL: `${provider.url}/v1`, maxRetries: 0, ...more }), {
    tracer,
    ...options,
  });

const wired = (more: object = {}, options: WrapOptions = {}): OpenAI =>
  client({ baseURL: `${wire.url}/v1`, ...more }, options);

const only = () => onlyRecord(log);

const COUNTED = { 'gen_ai.usage.input_tokens': 40, 'gen_ai.usage.output_tokens': 12, 'spanline.cost.usd': 0.00022 };

describe('the Responses API', () => {
  it('records instructions, input, output, status and tokens', async () => {
    wire.answer(() => openaiResponsesTool(false));
    await wired().responses.create({
      model: 'gpt-5-mini',
      instructions: 'Be kind.',
      conversation: 'conv_1',
      reasoning: { effort: 'low' },
      input: [
        { role: 'user', content: 'Weather?' },
        { type: 'function_call', call_id: 'c', name: 'weather', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c', output: 'sunny' },
      ],
    });
    expect(only()).toMatchObject({
      'gen_ai.request.reasoning.level': 'low',
      'gen_ai.conversation.id': 'conv_1',
      'gen_ai.system_instructions': [{ type: 'text', content: 'Be kind.' }],
      'gen_ai.input.messages': [
        { role: 'user', parts: [{ type: 'text', content: 'Weather?' }] },
        { role: 'assistant', parts: [{ type: 'tool_call', id: 'c', name: 'weather', arguments: {} }] },
        { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c', response: 'sunny' }] },
      ],
      'gen_ai.output.messages': [
        {
          role: 'assistant',
          parts: [{ type: 'tool_call', id: 'call_1', name: 'weather', arguments: { city: 'Oslo' } }],
        },
      ],
      'gen_ai.response.status': 'completed',
      'gen_ai.response.finish_reasons': ['completed'],
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.reasoning.output_tokens': 12,
    });
  });

  it('streams the same', async () => {
    wire.answer(() => openaiResponsesTool(true));
    await drain(await wired().responses.create({ model: 'gpt-5-mini', input: 'Weather?', stream: true }));
    expect(only()).toMatchObject({
      'gen_ai.response.status': 'completed',
      'gen_ai.usage.output_tokens': 20,
      'gen_ai.response.time_to_first_chunk': expect.any(Number),
    });
  });

  it('bills work in the background once, however often it is fetched', async () => {
    const done = JSON.parse(String(openaiResponsesTool(false).chunks[0])) as Record<string, unknown>;
    let status = 'queued';
    wire.answer(() => json({ ...done, status, ...(status === 'completed' ? {} : { output: [], usage: null }) }));
    const openai = wired();
    const { id } = await openai.responses.create({ model: 'gpt-5-mini', input: 'x', background: true });
    await openai.responses.retrieve(id);
    status = 'completed';
    await openai.responses.retrieve(id);
    await openai.responses.retrieve(id);
    expect(
      log
        .records()
        .map((record) => [record['span.name'], record['gen_ai.response.status'], record['gen_ai.usage.input_tokens']]),
    ).toEqual([
      ['chat gpt-5-mini', 'queued', undefined],
      ['fetch_response', 'completed', 100],
    ]);
  });

  it('bills work in the background that is streamed once, by whichever stream saw it end', async () => {
    const openai = wired();
    const asked = { model: 'gpt-5-mini', input: 'x', background: true, stream: true } as const;
    wire.answer(() => openaiResponsesTool(true));
    await drain(await openai.responses.create(asked));
    await drain(await openai.responses.retrieve('resp_1', { stream: true }));
    expect(log.records().map((record) => record['gen_ai.usage.input_tokens'])).toEqual([100]);

    const whole = openaiResponsesTool(true);
    wire.answer(() => ({ ...whole, chunks: whole.chunks.slice(0, 3), cut: true }));
    await expect(drain(await openai.responses.create(asked))).rejects.toThrow();
    wire.answer(() => whole);
    await drain(await openai.responses.retrieve('resp_1', { stream: true, starting_after: 3 }));
    await openai.responses.retrieve('resp_1').catch(() => undefined);
    expect(log.records().map((record) => [record['span.name'], record['gen_ai.usage.input_tokens']])).toEqual([
      ['chat gpt-5-mini', 100],
      ['chat gpt-5-mini', undefined],
      ['fetch_response', 100],
    ]);
  });

  it('records a conversation that is compacted, which is billed too', async () => {
    wire.answer(() => openaiResponsesTool(false));
    await wired().responses.compact({ model: 'gpt-5-mini', input: 'long' });
    expect(only()).toMatchObject({ 'span.name': 'compact gpt-5-mini', 'gen_ai.usage.input_tokens': 100 });
  });

  it('of the beta API is recorded as well', async () => {
    wire.answer(() => openaiResponsesTool(false));
    const openai = new OpenAI7({ apiKey: 'test', baseURL: `${wire.url}/v1`, maxRetries: 0 });
    await wrapOpenAI(openai, { tracer }).beta.responses.create({ model: 'gpt-5-mini', input: 'x' });
    expect(wire.requests[0]?.path).toBe('/v1/responses?beta=true');
    expect(only()).toMatchObject({ 'span.name': 'chat gpt-5-mini', 'gen_ai.usage.input_tokens': 100 });
  });

  it('that fails without an error of the client is an error', async () => {
    const failed = {
      id: 'resp_9',
      object: 'response',
      status: 'failed',
      error: { code: 'server_error', message: 'broke' },
      output: [],
    };
    wire.answer(() => events([{ type: 'response.failed', response: failed }], true));
    await drain(await wired().responses.create({ model: 'gpt-5-mini', input: 'x', stream: true }));
    expect(only()).toMatchObject({ 'span.status': 'error', 'error.type': 'server_error', 'error.message': 'broke' });
  });
});

const parsed = (json: string | undefined): unknown => JSON.parse(json ?? 'null');

describe('other calls', () => {
  it('of embeddings are counted, and their vectors are not kept', async () => {
    await client().embeddings.create({ model: 'text-embedding-3-small', input: ['plain', 'text'] });
    expect(only()).toMatchObject({
      'span.name': 'embeddings text-embedding-3-small',
      'span.type': 'embedding',
      'spanline.embeddings.input_count': 2,
      'gen_ai.embeddings.dimension.count': 3,
      'gen_ai.request.encoding_formats': ['base64'],
    });
    expect(log.raw().join()).not.toMatch(/[[,]0\.25/u);
  });

  it('of moderations are guardrails', async () => {
    await client().moderations.create({ input: 'something bad' });
    expect(only()).toMatchObject({
      'span.type': 'guardrail',
      'spanline.guardrail.name': 'openai.moderation',
      'spanline.guardrail.action': 'flag',
      'spanline.output': [{ flagged: true, categories: ['violence'] }],
    });
  });

  it('of legacy completions', async () => {
    const choices = [{ index: 0, text: ' there', finish_reason: 'length', logprobs: null }];
    const usage = { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 };
    wire.answer(() => json({ id: 'cmpl', object: 'text_completion', model: 'gpt-3.5-turbo-instruct', choices, usage }));
    await wired().completions.create({ model: 'gpt-3.5-turbo-instruct', prompt: 'Hello' });
    expect(only()).toMatchObject({
      'span.name': 'text_completion gpt-3.5-turbo-instruct',
      'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'Hello' }] }],
      'gen_ai.output.messages': [
        { role: 'assistant', parts: [{ type: 'text', content: ' there' }], finish_reason: 'length' },
      ],
      'gen_ai.usage.output_tokens': 1,
    });
  });

  it('of legacy completions that are streamed', async () => {
    const part = (text: string, finish_reason: string | null = null) => ({
      id: 'cmpl',
      object: 'text_completion',
      model: 'gpt-3.5-turbo-instruct',
      choices: [{ index: 0, text, finish_reason, logprobs: null }],
    });
    const counted = { ...part(''), choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } };
    wire.answer(() => events([part('Hi'), part(' there', 'stop'), counted, '[DONE]']));
    const asked = { model: 'gpt-3.5-turbo-instruct', prompt: 'Hello', stream: true } as const;
    const chunks = await drain(await wired().completions.create(asked));
    expect(wire.requests[0]?.body['stream_options']).toEqual({ include_usage: true });
    expect(chunks.map((chunk) => chunk.choices[0]?.text)).toEqual(['Hi', ' there']);
    expect(only()).toMatchObject({
      'gen_ai.output.messages': [
        { role: 'assistant', parts: [{ type: 'text', content: 'Hi there' }], finish_reason: 'stop' },
      ],
      'gen_ai.usage.output_tokens': 2,
      'spanline.stream.chunks': 2,
    });
  });

  it('of images record their tokens and cost, whole or streamed', async () => {
    const usage = { input_tokens: 10, output_tokens: 100, total_tokens: 110 };
    const asked = { model: 'gpt-image-1', prompt: 'a red cat' } as const;
    wire.answer(() => json({ created: 1, data: [{ b64_json: 'AAAA', revised_prompt: 'a very red cat' }], usage }));
    await wired().images.generate(asked);
    const partial = { type: 'image_generation.partial_image', partial_image_index: 0, b64_json: 'AAAA' };
    wire.answer(() => events([partial, { type: 'image_generation.completed', b64_json: 'iVBORw0KGgo=', usage }], true));
    await drain(await wired().images.generate({ ...asked, stream: true }));
    const [whole, streamed] = log.records();
    for (const record of [whole, streamed]) {
      expect(record).toMatchObject({
        'gen_ai.output.type': 'image',
        'gen_ai.usage.input_tokens': 10,
        'gen_ai.usage.output_tokens': 100,
        'spanline.cost.usd': 0.00405,
      });
    }
    expect(streamed).toMatchObject({ 'gen_ai.request.stream': true, 'spanline.stream.chunks': 2 });
    for (const record of [whole, streamed]) {
      expect(parsed(record?.['gen_ai.input.messages'])).toMatchObject([{ parts: [{ content: 'a red cat' }] }]);
    }
    expect(parsed(whole?.['gen_ai.output.messages'])).toMatchObject([
      {
        parts: [
          { type: 'text', content: 'a very red cat' },
          { type: 'blob', modality: 'image', bytes: 3 },
        ],
      },
    ]);
    expect(parsed(streamed?.['gen_ai.output.messages'])).toMatchObject([
      { parts: [{ type: 'blob', modality: 'image', mime_type: 'image/png', bytes: 8 }] },
    ]);
    expect(log.raw().join()).not.toMatch(/AAAA|iVBOR/);
  });

  it('of media record what was asked and said, and nothing of sound and files', async () => {
    const openai = client();
    await openai.images.generate({ model: 'gpt-image-1', prompt: 'a red cat', n: 2 });
    await openai.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'good morning' });
    await openai.audio.transcriptions.create({
      model: 'whisper-1',
      file: await OpenAI.toFile(Buffer.from('a secret'), 'a.mp3'),
    });
    expect(
      log
        .records()
        .map((record) => [record['span.name'], record['gen_ai.operation.name'], record['gen_ai.output.type']]),
    ).toEqual([
      ['images.generations gpt-image-1', 'generate_content', 'image'],
      ['audio.speech tts-1', 'generate_content', 'speech'],
      ['audio.transcriptions whisper-1', 'generate_content', 'text'],
    ]);
    expect(log.records().map((record) => record['gen_ai.input.messages'])).toEqual([
      expect.stringContaining('a red cat'),
      expect.stringContaining('good morning'),
      undefined,
    ]);
    expect(log.records()[2]?.['gen_ai.output.messages']).toContain('a transcript');
    expect(log.raw().join()).not.toContain('secret');
  });

  it('of transcripts record their text, whole or streamed', async () => {
    const file = await OpenAI.toFile(Buffer.from('sound'), 'a.mp3');
    const said = [{ role: 'assistant', parts: [{ type: 'text', content: 'hello from the tape' }] }];
    const asked = { model: 'gpt-4o-transcribe', file, prompt: 'Zoe' } as const;
    wire.answer(() => json({ text: 'hello from the tape' }));
    await wired().audio.transcriptions.create(asked);
    wire.answer(() => ({ type: 'text/plain', chunks: ['hello from the tape'] }));
    await wired().audio.transcriptions.create({ ...asked, response_format: 'text' });
    const delta = (piece: string): object => ({ type: 'transcript.text.delta', delta: piece });
    wire.answer(() => events([delta('hello from '), delta('the tape'), { type: 'transcript.text.done' }], true));
    await drain(await wired().audio.transcriptions.create({ ...asked, stream: true }));
    expect(log.records()).toHaveLength(3);
    for (const record of log.records()) {
      expect(parsed(record['gen_ai.output.messages'])).toEqual(said);
      expect(parsed(record['gen_ai.input.messages'])).toMatchObject([{ parts: [{ content: 'Zoe' }] }]);
    }
  });

  it('of one’s own go through untouched', async () => {
    wire.answer(() => json({ data: [] }));
    await wired().models.list();
    await wired().post('/something', { body: { model: 'x' } });
    expect(log.records()).toEqual([]);
  });

  it('that the application makes of the answer itself are recorded', async () => {
    const response = await client().chat.completions.create(ask('plain')).asResponse();
    await response.json();
    await expect.poll(() => log.records()).toHaveLength(1);
    expect(only()).toMatchObject(COUNTED);
  });
});
