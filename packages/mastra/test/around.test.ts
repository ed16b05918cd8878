/** Mastra in an application: below a request, with its conversation, and with everything that a provider counts. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createOpenAI } from '@ai-sdk/openai';
import express from 'express';
import { expect, it } from 'vitest';
import { tree } from '@spanline/core/testing';
import { spanlineExpress } from '@spanline/express';
import { useWire } from '../../../test/support/set-up.ts';
import { json, type Wire } from '../../../test/support/wire/server.ts';
import { createGuide, createMastra, settled, spans, useMastra } from './support/mastra.ts';

const setting = useMastra();
let wire: Wire;
useWire((opened) => {
  wire = opened;
});

it('requests at once have traces of their own, each with its agent, tool and calls', async () => {
  const mastra = createMastra(setting, { agents: { guide: createGuide(setting) } });
  const app = express().use(spanlineExpress({ tracer: setting.tracer }));
  app.get('/ask', async (_req, res) => {
    res.send((await mastra.getAgent('guide').generate('weather')).text);
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ask = async () => (await fetch(`http://127.0.0.1:${port}/ask`)).text();
  expect(await Promise.all([ask(), ask(), ask()])).toEqual(Array(3).fill('It is sunny.'));
  await settled(setting);
  server.closeAllConnections();
  server.close();
  const ids = new Set(setting.log.records().map(({ trace_id: id }) => id));
  expect(ids.size).toBe(3);
  for (const id of ids) {
    const records = setting.log.records().filter(({ trace_id: trace }) => trace === id);
    expect(tree(records)).toBe(
      `
http GET /ask
  agent invoke_agent Guide
    llm chat gpt-4o
    tool execute_tool weather
    llm chat gpt-4o`.trim(),
    );
    expect(new Set(records.map((record) => record['http.request.id'])).size).toBe(1);
  }
});

it('a thread is the conversation of all that is inside', async () => {
  const guide = createMastra(setting, { agents: { guide: createGuide(setting) } }).getAgent('guide');
  await guide.generate('weather', { memory: { thread: 'chat-7', resource: 'ann' } });
  await settled(setting);
  for (const record of setting.log.records()) {
    expect(record).toMatchObject({ 'gen_ai.conversation.id': 'chat-7', 'session.id': 'chat-7' });
  }
});

it('tokens of caches and of reasoning are counted as the provider did, and content that is hidden is not written', async () => {
  wire.answer(() =>
    json({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1,
      model: 'gpt-4o-2024-08-06',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Yes.' } }],
      usage: {
        prompt_tokens: 1000,
        completion_tokens: 20,
        total_tokens: 1020,
        prompt_tokens_details: { cached_tokens: 600, audio_tokens: 10 },
        completion_tokens_details: { reasoning_tokens: 12 },
      },
    }),
  );
  const model = createOpenAI({ apiKey: 'test', baseURL: `${wire.url}/v1` }).chat('gpt-4o');
  const guide = createMastra(setting, { agents: { guide: createGuide(setting, undefined, { model }) } });
  await guide.getAgent('guide').generate('a secret', { tracingOptions: { hideInput: true, hideOutput: true } });
  await settled(setting);
  expect(spans(setting, 'llm')).toMatchObject([
    {
      'gen_ai.response.id': 'chatcmpl-1',
      'gen_ai.response.model': 'gpt-4o-2024-08-06',
      'gen_ai.usage.input_tokens': 1000,
      'gen_ai.usage.output_tokens': 20,
      'gen_ai.usage.cache_read.input_tokens': 600,
      'gen_ai.usage.reasoning.output_tokens': 12,
      'gen_ai.usage.audio.input_tokens': 10,
    },
  ]);
  expect(setting.log.raw().join('')).not.toMatch(/a secret|Yes\./);
});
