/** A model that streams, and a server of something else, in a process of their own. */

import { openSync, readSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Microseconds between two chunks. A client takes less for one, and so gets each chunk by itself, as the tokens of a
 * model come.
 */
const PACE_US = 40;
/** Chunks that a client may be behind. One that has to wait for a processor would get many at once, which costs less. */
const MAX_AHEAD = 16;
const COUNT_BYTES = 4;

const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const head = { id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o-mini-2024-07-18' };

const CHUNK = event({ ...head, choices: [{ index: 0, delta: { content: ' redacted' }, finish_reason: null }] });
const endOf = (chunks: number): string =>
  [
    event({ ...head, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
    event({ ...head, choices: [], usage: { prompt_tokens: 40, completion_tokens: chunks, total_tokens: 40 + chunks } }),
    'data: [DONE]\n\n',
  ].join('');

/** The file in which the clients write how many chunks they have taken. */
const progress = openSync(process.argv[2] ?? '/dev/null', 'r');
const count = Buffer.alloc(COUNT_BYTES);
function takenBy(file: number): number {
  readSync(file, count, 0, COUNT_BYTES, 0);
  return count.readUInt32LE();
}

const server = createServer((request, response) => {
  let asked = '';
  request.setEncoding('utf8').on('data', (text: string) => (asked += text));
  request.on('end', () => {
    if (request.url?.includes('chat') !== true) {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"stock":12}');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    // As many chunks as the request allows tokens.
    const { max_tokens: chunks } = JSON.parse(asked) as { max_tokens: number };
    let sent = 0;
    let dueMs = 0;
    let taken = 0;
    const isAhead = (): boolean => {
      if (sent - taken >= MAX_AHEAD) taken = takenBy(progress);
      return sent - taken >= MAX_AHEAD;
    };
    const next = (): void => {
      if (performance.now() < dueMs || isAhead()) setImmediate(next);
      else if (sent++ === chunks) response.end(endOf(chunks));
      else {
        dueMs = performance.now() + PACE_US / 1000;
        response.write(CHUNK, () => setImmediate(next));
      }
    };
    next();
  });
});
if (process.send !== undefined) {
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
  process.on('disconnect', () => process.exit());
}
