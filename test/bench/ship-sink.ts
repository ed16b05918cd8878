/** A target in a process of its own that reads requests away: `_bulk` and Datadog's intake, without looking into them much. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

const NEWLINE = 10;

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}

function countLines(body: Buffer): number {
  let lines = 0;
  for (let at = body.indexOf(NEWLINE); at !== -1; at = body.indexOf(NEWLINE, at + 1)) lines++;
  return lines;
}

function bulkAnswer(body: Buffer): string {
  const items = Array.from({ length: countLines(body) / 2 }, () => '{"create":{"status":201}}');
  return `{"took":1,"errors":false,"items":[${items.join(',')}]}`;
}

const server = createServer((request, response) => {
  void (async () => {
    const body = await read(request);
    const isBulk = request.url?.includes('_bulk') === true;
    response.writeHead(isBulk ? 200 : 202, {
      'content-type': 'application/json',
      'x-elastic-product': 'Elasticsearch',
    });
    response.end(isBulk ? bulkAnswer(body) : '{}');
  })();
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
