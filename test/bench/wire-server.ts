/** A model that streams, and a server of something else, in a process of their own. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Chunks of each streamed answer. */
export const CHUNKS = 500;

const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const head = { id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o-mini-2024-07-18' };

const CHUNK = event({ ...head, choices: [{ index: 0, delta: { content: ' redacted' }, finish_reason: null }] });
const END = [
  event({ ...head, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
  event({ ...head, choices: [], usage: { prompt_tokens: 40, completion_tokens: CHUNKS, total_tokens: 40 + CHUNKS } }),
  'data: [DONE]\n\n',
].join('');

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    if (request.url?.includes('chat') !== true) {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"stock":12}');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let sent = 0;
    const next = (): void => {
      if (sent++ === CHUNKS) response.end(END);
      else response.write(CHUNK, () => setImmediate(next));
    };
    next();
  });
});
if (process.send !== undefined) {
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
  process.on('disconnect', () => process.exit());
}
