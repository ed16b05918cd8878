/** A model that streams, and a server of something else, in a process of their own. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Chunks of a streamed answer, and of a long one. The request says how many by `max_tokens`. */
export const CHUNKS = 500;
export const MANY_CHUNKS = 1500;

const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const head = { id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o-mini-2024-07-18' };

const CHUNK = event({ ...head, choices: [{ index: 0, delta: { content: ' redacted' }, finish_reason: null }] });
const END = [
  event({ ...head, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
  event({ ...head, choices: [], usage: { prompt_tokens: 40, completion_tokens: CHUNKS, total_tokens: 40 + CHUNKS } }),
  'data: [DONE]\n\n',
].join('');

const server = createServer((request, response) => {
  let asked = '';
  request.setEncoding('utf8').on('data', (text: string) => (asked += text));
  request.on('end', () => {
    if (request.url?.includes('chat') !== true) {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"stock":12}');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const { max_tokens: chunks } = JSON.parse(asked) as { max_tokens: number };
    let sent = 0;
    const next = (): void => {
      if (sent++ === chunks) response.end(END);
      else response.write(CHUNK, () => setImmediate(next));
    };
    next();
  });
});
if (process.send !== undefined) {
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
  process.on('disconnect', () => process.exit());
}
