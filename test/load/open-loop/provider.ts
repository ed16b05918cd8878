/** A model in a process of its own, which streams the same answer at once: its time is no part of what is measured. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const WORDS = 'The retention of a log begins when its last file was rolled over and it ends with its deletion .'.split(
  ' ',
);

function chunk(choice: object, more: object = {}): string {
  const choices = [{ index: 0, finish_reason: null, ...choice }];
  const base = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o-mini' };
  return `data: ${JSON.stringify({ ...base, choices, ...more })}\n\n`;
}

const ANSWER = [
  ...WORDS.map((word) => chunk({ delta: { role: 'assistant', content: `${word} ` } })),
  chunk({ delta: {}, finish_reason: 'stop' }),
  chunk({ delta: {} }, { choices: [], usage: { prompt_tokens: 1600, completion_tokens: 20, total_tokens: 1620 } }),
  'data: [DONE]\n\n',
].join('');

const server = createServer((request, response) => {
  request.resume().once('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(ANSWER);
  });
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
// Nor does the client of the service meet a connection that is closed.
server.keepAliveTimeout = 0;
process.once('disconnect', () => process.exit());
