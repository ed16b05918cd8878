/** Clients that no package wraps: Groq, Mistral, Cohere, axios and the `undici` package, against servers of this machine. */

import { once } from 'node:events';
import { type AddressInfo, createServer as createTcp, type Socket } from 'node:net';
import { Mistral } from '@mistralai/mistralai';
import axios from 'axios';
import { CohereClient } from 'cohere-ai';
import Groq from 'groq-sdk';
import { Agent, Client, request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Tracer } from '@spanline/core';
import { type MemoryLog, tree } from '@spanline/core/testing';
import { drain, onlyRecord, parsedRecords } from '../../../test/support/records.ts';
import { events, json, type Wire } from '../../../test/support/wire/server.ts';
import { type Recording, useRecording } from './support/recording.ts';

let server: Wire;
let log: MemoryLog;
let tracer: Tracer;
let restart: Recording['restart'];

useRecording(
  (started) => {
    ({ server, log, tracer, restart } = started);
  },
  { capture: 'full' },
);

const settled = (): Promise<void> => expect.poll(() => tracer.stats().open).toBe(0);
const messages = [{ role: 'user' as const, content: 'Hi' }];
const HEAD = { id: 'c1', object: 'chat.completion', created: 1 };
const TIMES = { queue_time: 0.1, prompt_time: 0.01, completion_time: 0.02, total_time: 0.03 };
const USAGE = { prompt_tokens: 1000, completion_tokens: 200, total_tokens: 1200 };

describe('Groq', () => {
  const model = 'llama-3.3-70b-versatile';
  const groq = (): Groq => new Groq({ apiKey: 'test', baseURL: server.url, maxRetries: 0 });
  const hosts = (): Record<string, 'openai'> => ({ [new URL(server.url).host]: 'openai' });

  it('answers whole and streamed, below the current span', async () => {
    restart({ hosts: hosts() });
    const usage = { ...USAGE, ...TIMES };
    const message = { role: 'assistant', content: 'Hello', reasoning: 'A greeting.' };
    server.answer(() =>
      json({ ...HEAD, model, choices: [{ index: 0, message, finish_reason: 'stop' }], usage, x_groq: { id: 'req_1' } }),
    );
    await tracer.withSpan('answer', () => groq().chat.completions.create({ model, messages }));
    const chunk = (delta: object, reason: string | null = null): object => ({
      ...HEAD,
      model,
      choices: [{ index: 0, delta, finish_reason: reason }],
    });
    server.answer(() =>
      events([
        { ...chunk({ role: 'assistant', content: '' }), x_groq: { id: 'req_2' } },
        chunk({ reasoning: 'A greeting.' }),
        chunk({ content: 'Hel' }),
        chunk({ content: 'lo' }),
        { ...chunk({}, 'stop'), x_groq: { id: 'req_2', usage } },
        '[DONE]',
      ]),
    );
    await tracer.withSpan('answer', async () =>
      drain(await groq().chat.completions.create({ model, messages, stream: true })),
    );
    await settled();
    expect(tree(log.records())).toBe(`task answer\n  llm chat ${model}\ntask answer\n  llm chat ${model}`);
    const seen = {
      'gen_ai.request.model': model,
      'gen_ai.usage.input_tokens': 1000,
      'gen_ai.usage.output_tokens': 200,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.output.messages': [
        {
          parts: [
            { type: 'reasoning', content: 'A greeting.' },
            { type: 'text', content: 'Hello' },
          ],
        },
      ],
    };
    const calls = parsedRecords(log).filter((record) => record['span.type'] === 'llm');
    expect(calls).toMatchObject([seen, { ...seen, 'spanline.stream.chunks': 5 }]);
  });
});

describe('Mistral', () => {
  const model = 'mistral-small-latest';
  const mistral = (): Mistral => new Mistral({ apiKey: 'test', serverURL: server.url });
  const seen = {
    'gen_ai.request.model': model,
    'gen_ai.usage.input_tokens': 1000,
    'gen_ai.usage.output_tokens': 200,
    'gen_ai.output.messages': [{ parts: [{ type: 'text', content: 'Hello' }] }],
  };

  it('answers whole and streamed', async () => {
    const choice = { index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' };
    server.answer(() => json({ ...HEAD, model, choices: [choice], usage: USAGE }));
    await mistral().chat.complete({ model, messages });
    const chunk = (delta: object, more: object = {}): object => ({
      id: 'c1',
      model,
      choices: [{ index: 0, delta, finish_reason: null, ...more }],
    });
    server.answer(() =>
      events([
        chunk({ role: 'assistant', content: '' }),
        chunk({ content: 'Hel' }),
        chunk({ content: 'lo' }),
        { ...chunk({ content: '' }, { finish_reason: 'stop' }), usage: USAGE },
        '[DONE]',
      ]),
    );
    await drain(await mistral().chat.stream({ model, messages }));
    await settled();
    expect(parsedRecords(log)).toMatchObject([seen, { ...seen, 'spanline.stream.chunks': 4 }]);
  });

  it('embeds', async () => {
    const data = [{ object: 'embedding', index: 0, embedding: [0.5, 0.25] }];
    const usage = { prompt_tokens: 7, completion_tokens: 0, total_tokens: 7 };
    server.answer(() => json({ id: 'e1', object: 'list', model: 'mistral-embed', data, usage }));
    await mistral().embeddings.create({ model: 'mistral-embed', inputs: ['Hi'] });
    await settled();
    expect(onlyRecord(log)).toMatchObject({ 'span.type': 'embedding', 'gen_ai.usage.input_tokens': 7 });
  });
});

describe('Cohere', () => {
  const model = 'command-r-08-2024';
  const cohere = (): CohereClient => new CohereClient({ token: 'test', environment: server.url });
  const usage = {
    billed_units: { input_tokens: 1000, output_tokens: 200 },
    tokens: { input_tokens: 1060, output_tokens: 202 },
  };
  const seen = {
    'gen_ai.request.model': model,
    'gen_ai.usage.input_tokens': 1000,
    'gen_ai.usage.output_tokens': 200,
    'gen_ai.output.messages': [{ parts: [{ type: 'text', content: 'Hello' }] }],
  };

  it('answers whole and streamed', async () => {
    const message = { role: 'assistant', content: [{ type: 'text', text: 'Hello' }] };
    server.answer(() => json({ id: 'c1', finish_reason: 'COMPLETE', message, usage }));
    await cohere().v2.chat({ model, messages });
    const delta = (text: string): object => ({
      type: 'content-delta',
      index: 0,
      delta: { message: { content: { text } } },
    });
    server.answer(() =>
      events(
        [
          { type: 'message-start', id: 'c1', delta: { message: { role: 'assistant', content: [] } } },
          { type: 'content-start', index: 0, delta: { message: { content: { type: 'text', text: '' } } } },
          delta('Hel'),
          delta('lo'),
          { type: 'content-end', index: 0 },
          { type: 'message-end', delta: { finish_reason: 'COMPLETE', usage } },
        ],
        true,
      ),
    );
    await drain(await cohere().v2.chatStream({ model, messages }));
    await settled();
    expect(parsedRecords(log)).toMatchObject([seen, { ...seen, 'spanline.stream.chunks': 6 }]);
  });

  it('ranks', async () => {
    const results = [{ index: 1, relevance_score: 0.9 }];
    server.answer(() => json({ id: 'r1', results, meta: { billed_units: { search_units: 1 } } }));
    await cohere().v2.rerank({ model: 'rerank-v3.5', query: 'which?', documents: ['one', 'two'], topN: 1 });
    await settled();
    expect(onlyRecord(log)).toMatchObject({ 'span.type': 'reranker', 'spanline.usage.rerank_searches': 1 });
  });
});

describe('axios', () => {
  it.each(['http', 'fetch'])('posts with the adapter %s', async (adapter) => {
    const choice = { index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' };
    const answer = { ...HEAD, model: 'gpt-4o', choices: [choice], usage: USAGE };
    server.answer(() => json(answer));
    const url = `${server.url}/v1/chat/completions`;
    const { data } = await axios.post<unknown>(url, { model: 'gpt-4o', messages }, { adapter });
    expect(data).toEqual(answer);
    await settled();
    expect(onlyRecord(log)).toMatchObject({ 'gen_ai.usage.input_tokens': 1000, 'spanline.cost.usd': 0.0045 });
  });
});

describe('the undici package', () => {
  /** Answers requests of one connection in their order, each with its number as a count of tokens. */
  async function pipelined(): Promise<{ readonly origin: string; readonly connections: () => number }> {
    let [connections, waiting] = [0, 0];
    const tcp = createTcp((socket: Socket) => {
      connections++;
      let [got, answered] = ['', 0];
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        got += bytes.toString();
        waiting = got.split('POST ').length - 1;
        // Nothing is answered before all four requests are on their way.
        if (waiting < 4 || !got.endsWith('}')) return;
        for (; answered < waiting; answered++) {
          const body = JSON.stringify({ model: 'gpt-4o', choices: [], usage: { prompt_tokens: answered + 1 } });
          const head =
            'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\ntrailer: x-sum\r\n\r\n';
          const cut = 10 + answered;
          for (const part of [body.slice(0, cut), body.slice(cut)])
            socket.write(`${part === body.slice(0, cut) ? head : ''}${part.length.toString(16)}\r\n${part}\r\n`);
          socket.write(`0\r\nx-sum: ${answered}\r\n\r\n`);
        }
      });
    });
    await once(tcp.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void tcp.close());
    return { origin: `http://127.0.0.1:${(tcp.address() as AddressInfo).port}`, connections: () => connections };
  }

  it('keeps requests apart that are pipelined on one connection', async () => {
    const { origin, connections } = await pipelined();
    const client = new Client(origin, { pipelining: 4 });
    onTestFinished(() => client.destroy());
    const ask = async (index: number): Promise<unknown> => {
      const body = JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: `question ${index}` }] });
      const path = '/v1/chat/completions';
      const answer = await client.request({ method: 'POST', path, body, idempotent: true, blocking: false });
      const { usage } = (await answer.body.json()) as { usage: { prompt_tokens: number } };
      return { tokens: usage.prompt_tokens, trailers: answer.trailers };
    };
    const answers = await Promise.all([1, 2, 3, 4].map((index) => tracer.withSpan(`task ${index}`, () => ask(index))));
    expect(answers).toEqual([1, 2, 3, 4].map((tokens) => ({ tokens, trailers: { 'x-sum': String(tokens - 1) } })));
    expect(connections()).toBe(1);
    await settled();
    const calls = parsedRecords(log).filter((record) => record['span.type'] === 'llm');
    const tasks = log.records().filter((record) => record['span.type'] === 'task');
    expect(calls.map((call) => call['gen_ai.usage.input_tokens'])).toEqual([1, 2, 3, 4]);
    for (const [index, call] of calls.entries()) {
      expect(call['gen_ai.input.messages']).toMatchObject([{ parts: [{ content: `question ${index + 1}` }] }]);
      expect(call['parent_span_id']).toBe(tasks.find((task) => task['span.name'] === `task ${index + 1}`)?.['span_id']);
    }
  });

  it('is seen by its `request`', async () => {
    server.answer(() => json({ model: 'gpt-4o', choices: [], usage: USAGE }));
    const url = `${server.url}/v1/chat/completions`;
    const agent = new Agent();
    onTestFinished(() => agent.destroy());
    const body = JSON.stringify({ model: 'gpt-4o', messages });
    // Without a dispatcher it may use that of Node's own `fetch`.
    for (const more of [{}, { dispatcher: agent }]) {
      const answer = await request(url, { method: 'POST', body, ...more });
      await answer.body.json();
    }
    await settled();
    const seen = { 'gen_ai.usage.output_tokens': 200 };
    expect(log.records()).toMatchObject([seen, seen]);
  });
});
