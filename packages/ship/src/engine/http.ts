import {
  Agent as HttpAgent,
  type ClientRequest,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** A request to send. */
export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** An answer, whole. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** How requests are made. */
export interface ClientOptions {
  /** From the first byte sent to the last byte received. */
  readonly timeoutMs: number;
  readonly gzip: boolean;
  /** PEM of the authority that signed the server's certificate. */
  readonly ca?: string;
}

/** Sends requests over connections that stay open. */
export interface HttpClient {
  /** @throws an error whose message names neither headers nor content */
  post(post: Post, signal: AbortSignal): Promise<Answer>;
  close(): void;
}

const MAX_ANSWER_BYTES = 33_554_432;
const GZIP = { level: 1, chunkSize: 131_072 };
const compress = promisify(gzip);

async function readAll(request: ClientRequest, response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) throw new Error('the answer is too long');
      chunks.push(chunk);
    }
  } finally {
    // It is answered before it was sent whole: the memory of its body is used again.
    if (!request.writableFinished) request.destroy();
  }
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
}

/** A client for one target. Redirects are not followed, since they would carry keys elsewhere. */
export function createHttpClient(options: ClientOptions): HttpClient {
  const plain = new HttpAgent({ keepAlive: true });
  const secure = new HttpsAgent({ keepAlive: true, ...(options.ca === undefined ? {} : { ca: options.ca }) });

  function exchange(post: Post, body: Uint8Array, zipped: boolean, signal: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = {
        ...post.headers,
        ...(zipped ? { 'content-encoding': 'gzip' } : {}),
        'content-length': String(body.byteLength),
      };
      const isSecure = post.url.protocol === 'https:';
      const send = isSecure ? httpsRequest : httpRequest;
      const request = send(post.url, { method: 'POST', headers, agent: isSecure ? secure : plain, signal });
      request.once('error', reject);
      request.once('response', (response) => void readAll(request, response).then(resolve, reject));
      request.end(body);
    });
  }

  return {
    async post(post, signal) {
      const body = options.gzip ? await compress(post.body, GZIP) : post.body;
      // Not AbortSignal.any with AbortSignal.timeout: Node 20 may collect the pair before it fires.
      const limited = new AbortController();
      const abort = (): void => limited.abort();
      const timer = setTimeout(abort, options.timeoutMs);
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
      try {
        return await exchange(post, body, options.gzip, limited.signal);
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
      }
    },
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}

/** Why a request failed, without anything of the request. */
export function describeFailure(error: unknown): string {
  const { code } = (typeof error === 'object' && error !== null ? error : {}) as { code?: unknown };
  if (code === 'ABORT_ERR') return 'no answer in time';
  return typeof code === 'string' ? code : 'the request failed';
}
