import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** The body of a request. */
export type Body = Record<string, unknown>;

/** The status and the body of an answer. */
export type Answer = readonly [status: number, body: unknown];

/** Actions that the client asked for, and the address of the server. */
export interface CloudWatchServer {
  readonly calls: string[];
  readonly url: string;
}

/**
 * A server that speaks the protocol of AWS's own client of CloudWatch. It refuses a request that is not signed. It ends
 * with the test.
 */
export async function startCloudWatch(answer: (action: string, body: Body) => Answer): Promise<CloudWatchServer> {
  const calls: string[] = [];
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
    const action = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    calls.push(action);
    const isSigned = /Credential=AKIDEXAMPLE\/.*\/eu-central-1\/monitoring\//.test(request.headers.authorization ?? '');
    const [status, content] = isSigned ? answer(action, JSON.parse(text) as Body) : [403, { message: 'not signed' }];
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', connection: 'close' });
    response.end(JSON.stringify(content));
  }
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return { calls, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
