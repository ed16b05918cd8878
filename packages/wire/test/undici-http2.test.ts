/** Undici speaks HTTP/2 by `node:http2`: one request, which two transports see, is one span. */

import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { H2CClient } from 'undici';
import { expect, it } from 'vitest';
import { type Recording, useRecording } from './support/recording.ts';

let recording: Recording;
useRecording((given) => {
  recording = given;
});

const ANSWER = {
  model: 'gpt-4o-2024-08-06',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 },
};
const EVENTS = [
  { model: ANSWER.model, choices: [{ index: 0, delta: { content: 'Hello' }, finish_reason: 'stop' }] },
  { model: ANSWER.model, choices: [], usage: ANSWER.usage },
];

it.each([
  ['whole', 'application/json', [JSON.stringify(ANSWER)]],
  ['streamed', 'text/event-stream', EVENTS.map((event) => `data: ${JSON.stringify(event)}\n\n`)],
])('records a %s answer to undici over HTTP/2 once', async (_, type, parts) => {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': type });
      for (const part of parts) response.write(part);
      response.end();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new H2CClient(`http://127.0.0.1:${port}`);
  const { body } = await client.request({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] }),
  });
  expect(await body.text()).toBe(parts.join(''));
  await client.close();
  server.close();
  await expect.poll(() => recording.tracer.stats().open).toBe(0);
  expect(recording.log.records()).toHaveLength(1);
  expect(recording.log.records()[0]).toMatchObject({
    'span.status': 'ok',
    'gen_ai.usage.input_tokens': 10,
    'gen_ai.usage.output_tokens': 2,
    'spanline.cost.usd': 0.000045,
  });
});
