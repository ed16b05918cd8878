/** A viewer that is running, and requests to it over a real socket with any headers. */

import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { startViewer } from '@spanline/viewer';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  readonly json: unknown;
}

type Headers = Readonly<Record<string, string>>;

async function replyOf(response: IncomingMessage): Promise<Reply> {
  const body = await text(response);
  const isJson = response.headers['content-type']?.startsWith('application/json') === true;
  const json: unknown = isJson && body !== '' ? JSON.parse(body) : undefined;
  return { status: response.statusCode ?? 0, headers: response.headers, body, json };
}

/** Sends a request as it is written: the path is not normalised. */
export function send(port: number, path: string, headers: Headers = {}, method = 'GET'): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      resolve(replyOf(response));
    });
    sent.on('error', reject);
    sent.end();
  });
}

export interface OpenViewer {
  readonly port: number;
  readonly token: string;
  readonly cookie: string;
  /** Asks the API with the cookie. */
  ask(path: string): Promise<Reply>;
}

/** Starts a viewer and enters it by its address. */
export async function openViewer(source: string): Promise<OpenViewer> {
  const viewer = await startViewer({ source });
  onTestFinished(() => viewer.close());
  const url = new URL(viewer.url);
  const entered = await send(viewer.port, url.pathname + url.search);
  const cookie = String(entered.headers['set-cookie']).split(';', 1)[0] ?? '';
  return {
    port: viewer.port,
    token: url.searchParams.get('token') ?? '',
    cookie,
    ask: (path) => send(viewer.port, `/api/v1/${path}`, { cookie }),
  };
}
