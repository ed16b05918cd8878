import { validateHeaderValue } from 'node:http';
import { createHttpClient, describeHttpError, type HttpResponse, readSecret } from '@spanline/remote';
import type { SendResult, Sink, SinkBatch, SinkLimits } from '../contracts/sink.ts';
import { type HeaderSpec, type HttpTarget, withPath } from './http-options.ts';

/**
 * Codes of a connection that ended while a request was sent. A proxy may end it where a request is too long: after so
 * many times, two halves are tried.
 */
const CUTS: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);
const MAX_CUTS = 5;

/** A sink over HTTP without the sending. */
export interface HttpSinkParts<Meta> extends Pick<Sink<Meta>, 'encode'> {
  readonly http: HttpTarget;
  /** Appended to the URL. */
  readonly path: string;
  readonly contentType: string;
  readonly limits: Omit<SinkLimits, 'concurrency'>;
  /** Body of the request. @defaultValue the bodies of the entries */
  body?(batch: SinkBatch<Meta>): Uint8Array;
  interpret(response: HttpResponse, batch: SinkBatch<Meta>): SendResult;
}

/** Current value of a header; `undefined` while its key is missing. */
function valueOf({ secret, scheme }: HeaderSpec): string | undefined {
  const value = readSecret(secret);
  if (value === undefined || scheme === undefined) return value;
  const encodes = scheme !== 'Bearer' && value.includes(':');
  return `${scheme} ${encodes ? Buffer.from(value).toString('base64') : value}`;
}

/**
 * `undefined` while a file or a variable does not contain its key yet: the sink waits instead of sending without it.
 */
function resolveHeaders(http: HttpTarget): Record<string, string> | undefined {
  const headers: Record<string, string> = {};
  for (const [name, header] of Object.entries(http.headers)) {
    const value = valueOf(header);
    if (value === undefined) return undefined;
    headers[name] = value;
  }
  return headers;
}

/** Whether a header may have the value: a key from a file may have several lines. */
function isSendable(value: string): boolean {
  try {
    validateHeaderValue('key', value);
    return true;
  } catch {
    return false;
  }
}

/** Creates a sink that sends each batch as one POST. */
export function createHttpSink<Meta>(parts: HttpSinkParts<Meta>): Sink<Meta> {
  const { http } = parts;
  const url = new URL(withPath(http.url, parts.path));
  const client = createHttpClient(http);
  return {
    limits: { ...parts.limits, concurrency: http.concurrency },
    encode: (line) => parts.encode(line),
    async send(batch) {
      const keys = resolveHeaders(http);
      if (keys === undefined) return { kind: 'pause', reason: 'a key is missing' };
      if (!Object.values(keys).every(isSendable)) {
        return { kind: 'pause', reason: 'a key has a line break, or a character that is not Latin-1' };
      }
      try {
        const headers = { 'content-type': parts.contentType, ...keys };
        const body = parts.body === undefined ? batch.body() : parts.body(batch);
        const response = await client.send({ method: 'POST', url, headers, body }, batch.signal);
        return parts.interpret(response, batch);
      } catch (error) {
        const reason = describeHttpError(error);
        const isCut = CUTS.has(reason) && batch.attempt >= MAX_CUTS && batch.entries.length > 1;
        return { kind: isCut ? 'split' : 'retry', reason };
      }
    },
    close: () => client.close(),
  };
}
