import { readSecret } from '@spanline/remote';
import type { Entry } from '../engine/batch.ts';
import { createHttpClient, describeFailure, type Answer } from '../engine/http.ts';
import type { Encoded, Sink, SinkLimits, SourceLine, Verdict } from '../engine/types.ts';
import type { HeaderSpec, HttpSpec } from './spec.ts';

/** What one target is, beside how it is reached. */
export interface HttpSinkParts {
  readonly name: string;
  readonly http: HttpSpec;
  readonly path: string;
  readonly contentType: string;
  readonly limits: Omit<SinkLimits, 'concurrency'>;
  encode(line: SourceLine, source: string): Encoded;
  body(entries: readonly Entry[]): Uint8Array;
  classify(answer: Answer, entries: readonly Entry[], attempt: number): Verdict;
}

/** The value of a header now; `undefined` while its key is missing. */
function valueOf({ secret, scheme }: HeaderSpec): string | undefined {
  const value = readSecret(secret);
  if (value === undefined || scheme === undefined) return value;
  const encodes = scheme !== 'Bearer' && value.includes(':');
  return `${scheme} ${encodes ? Buffer.from(value).toString('base64') : value}`;
}

/** A key that a file or a variable does not hold yet is a reason to wait, not to send without it. */
function resolveHeaders(http: HttpSpec): Record<string, string> | undefined {
  const headers: Record<string, string> = {};
  for (const [name, header] of Object.entries(http.headers)) {
    const value = valueOf(header);
    if (value === undefined) return undefined;
    headers[name] = value;
  }
  return headers;
}

/** A sink that sends each batch as one POST. */
export function createHttpSink(parts: HttpSinkParts): Sink {
  const { name, http, limits } = parts;
  const url = new URL(http.url + parts.path);
  const client = createHttpClient(http);
  return {
    name,
    limits: { ...limits, concurrency: http.concurrency },
    encode: (line, source) => parts.encode(line, source),
    close: () => client.close(),
    async send(entries, attempt, signal) {
      const keys = resolveHeaders(http);
      if (keys === undefined) return { kind: 'pause', reason: 'a key is missing' };
      try {
        const headers = { 'content-type': parts.contentType, ...keys };
        const answer = await client.post({ url, headers, body: parts.body(entries) }, signal);
        return parts.classify(answer, entries, attempt);
      } catch (error) {
        return { kind: 'retry', reason: describeFailure(error) };
      }
    },
  };
}
