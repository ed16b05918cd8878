/** The head of a response that is held back: its status and its headers may still change. */
import type { ServerResponse } from 'node:http';

/** Headers that describe the bytes of a body, and are wrong for other bytes. */
const OF_BYTES = [
  'etag',
  'last-modified',
  'content-md5',
  'content-digest',
  'repr-digest',
  'digest',
  'accept-ranges',
] as const;
const OF_ENCODING = ['content-encoding', 'content-range', 'content-length', 'trailer', 'transfer-encoding'] as const;

function setHeaders(res: ServerResponse, headers: unknown): void {
  if (Array.isArray(headers)) {
    const flat = headers.flat() as string[];
    for (let at = 0; at + 1 < flat.length; at += 2) res.appendHeader(flat[at] ?? '', flat[at + 1] ?? '');
    return;
  }
  for (const [name, value] of Object.entries(headers ?? {}))
    if (value !== undefined) res.setHeader(name, value as string | number | string[]);
}

/** Takes over `writeHead` and `flushHeaders` until the response is released. */
export class HeldHead {
  readonly #res: ServerResponse;
  readonly #writeHead: ServerResponse['writeHead'];
  readonly #flush: () => void;
  #isStarted = false;

  /** @param flushed - called when the application sends the head before the body */
  constructor(res: ServerResponse, flushed: () => void) {
    this.#res = res;
    this.#writeHead = res.writeHead;
    this.#flush = res.flushHeaders;
    res.writeHead = (status: number, ...rest: unknown[]) => {
      const [reason, headers] = typeof rest[0] === 'string' ? rest : [undefined, rest[0]];
      res.statusCode = status;
      if (reason !== undefined) res.statusMessage = reason as string;
      setHeaders(res, headers);
      this.#isStarted = true;
      return res;
    };
    res.flushHeaders = () => {
      this.#isStarted = true;
      flushed();
    };
    // The application must not answer a second time, such as with a page for an error.
    Object.defineProperty(res, 'headersSent', { configurable: true, get: () => this.#isStarted });
  }

  start(): void {
    this.#isStarted = true;
  }

  /** Node sends the head with the next bytes. */
  release(): void {
    this.#res.writeHead = this.#writeHead;
    this.#res.flushHeaders = this.#flush;
    Reflect.deleteProperty(this.#res, 'headersSent');
  }

  /** The bytes of the body are other ones. */
  changed(): void {
    for (const name of OF_BYTES) this.#res.removeHeader(name);
  }

  /** The response is another one. */
  replace(status: number, type: string): void {
    this.changed();
    for (const name of OF_ENCODING) this.#res.removeHeader(name);
    this.#res.statusCode = status;
    this.#res.statusMessage = '';
    this.#res.setHeader('content-type', type);
  }
}
