import {
  Agent as HttpAgent,
  type ClientRequest,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { promisify } from 'node:util';
import { brotliDecompress, gzip, unzip } from 'node:zlib';

/** A request to send. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** A complete response. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Options of {@link createHttpClient}. */
export interface HttpClientOptions {
  /** Milliseconds from the first byte sent to the last byte received. */
  readonly timeoutMs: number;
  /** Compress request bodies. @defaultValue false */
  readonly gzip?: boolean;
  /** PEM certificate of the authority that signed the server's certificate. */
  readonly ca?: string;
  /** PEM certificate of this client. */
  readonly cert?: string;
  /** PEM private key of {@link HttpClientOptions.cert}. */
  readonly key?: string;
}

/** Sends requests over connections that stay open. */
export interface HttpClient {
  /**
   * Resolves with the response, whatever its status. Redirects are not followed: they would carry keys to another host.
   *
   * @throws an error whose message contains neither headers nor content; {@link describeHttpError} puts it into words
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse>;
  close(): void;
}

const MAX_RESPONSE_BYTES = 33_554_432;
const TOO_LONG = 'ERR_RESPONSE_TOO_LONG';
const GZIP = { level: 1, chunkSize: 131_072 };
const compress = promisify(gzip);
/** No client asks for compressed answers, but some proxies compress them all the same. */
const DECODERS: Readonly<Record<string, typeof unpack>> = {
  gzip: unpack,
  'x-gzip': unpack,
  deflate: unpack,
  br: (body) => promisify(brotliDecompress)(body, { maxOutputLength: MAX_RESPONSE_BYTES }),
};

function unpack(body: Buffer): Promise<Buffer> {
  return promisify(unzip)(body, { maxOutputLength: MAX_RESPONSE_BYTES });
}

async function decoded(response: HttpResponse): Promise<HttpResponse> {
  const { headers, body } = response;
  const decode = DECODERS[headers['content-encoding']?.trim().toLowerCase() ?? ''];
  return decode === undefined || body.length === 0 ? response : { ...response, body: await decode(body) };
}

async function readAll(request: ClientRequest, response: IncomingMessage): Promise<HttpResponse> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_RESPONSE_BYTES) throw Object.assign(new Error('the response is too long'), { code: TOO_LONG });
      chunks.push(chunk);
    }
  } finally {
    // The server may answer before it has read the whole body, and the caller reuses the body's memory.
    if (!request.writableFinished) request.destroy();
  }
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
}

/** Creates a client for one target. */
export function createHttpClient({
  timeoutMs,
  gzip: compresses = false,
  ca,
  cert,
  key,
}: HttpClientOptions): HttpClient {
  const plain = new HttpAgent({ keepAlive: true });
  const secure = new HttpsAgent({ keepAlive: true, ca, cert, key });

  function exchange(request: HttpRequest, body: Uint8Array | undefined, signal: AbortSignal): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const { method, url } = request;
      const headers: Record<string, string> = { ...request.headers };
      if (body !== undefined) headers['content-length'] = String(body.byteLength);
      if (body !== undefined && compresses) headers['content-encoding'] = 'gzip';
      const isSecure = url.protocol === 'https:';
      const open = isSecure ? httpsRequest : httpRequest;
      const sent = open(url, { method, headers, agent: isSecure ? secure : plain, signal });
      sent.once('error', reject);
      sent.once('response', (response) => void readAll(sent, response).then(resolve, reject));
      sent.end(body);
    });
  }

  return {
    async send(request, signal) {
      const { body } = request;
      const sent = body !== undefined && compresses ? await compress(body, GZIP) : body;
      // Not AbortSignal.any with AbortSignal.timeout: Node 20 may collect the pair before it fires.
      const limited = new AbortController();
      const abort = (): void => limited.abort();
      const timer = setTimeout(abort, timeoutMs);
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
      try {
        return await decoded(await exchange(request, sent, limited.signal));
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

/** Whether a request failed because its response is longer than 32 MiB. */
export function isTooLong(error: unknown): boolean {
  return typeof error === 'object' && error !== null && (error as { code?: unknown }).code === TOO_LONG;
}

/**
 * Describes why a request failed without quoting anything from it: `no response in time`, or a code such as
 * `ECONNREFUSED`.
 */
export function describeHttpError(error: unknown): string {
  const { code } = (typeof error === 'object' && error !== null ? error : {}) as { code?: unknown };
  if (code === 'ABORT_ERR') return 'no response in time';
  if (isTooLong(error)) return 'the response is too long';
  return typeof code === 'string' ? code : 'the request failed';
}
