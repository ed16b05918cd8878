/** `cachedFetch`: answers of models that were given before, for development and evaluation. */
import { createHash } from 'node:crypto';
import { currentSpan } from '@spanline/core';
import { checkOptions, option, type Shape } from '@spanline/record';
import { canonicalJson } from '../matching/flatten.ts';
import { type AnswerFiles, openAnswerFiles, type StoredAnswer } from './cache-files.ts';

/** Options of {@link cachedFetch}. */
export interface CachedFetchOptions {
  /** Folder of the answers. @defaultValue `.spanline/cache` */
  dir?: string;
  /** Read and store answers. @defaultValue true, and false where `NODE_ENV` is `production` */
  enabled?: boolean;
  /** Sends requests that no stored answer has. @defaultValue the global `fetch` */
  fetch?: typeof fetch;
}

const SHAPE: Shape<CachedFetchOptions> = {
  dir: option.string(),
  enabled: option.boolean(),
  fetch: option.callback<typeof fetch>(),
};

const OK = 200;

/** The key of a request: its address and every field of its body. Headers, and so keys, are no part of it. */
function keyOf(url: string, body: string): string | undefined {
  try {
    const request = canonicalJson([url, JSON.parse(body)]);
    return createHash('sha256').update(request).digest('hex');
  } catch {
    return undefined; // No JSON, such as a form with a file.
  }
}

/** Says on the line of the call that it cost nothing. */
function markHit(): void {
  const span = currentSpan();
  if (span?.type === 'llm' || span?.type === 'embedding' || span?.type === 'reranker')
    span.set({ 'spanline.cache.hit': true });
}

const answerWith = ({ contentType, body }: StoredAnswer): Response =>
  new Response(body, { headers: { 'content-type': contentType, 'x-spanline-cache': 'hit' } });

/** Stores an answer once it was read to its end. One that is aborted or breaks off is not stored. */
function storing(response: Response, key: string, files: AnswerFiles): Response {
  const { body, status, headers } = response;
  if (status !== OK || body === null) return response;
  const chunks: Uint8Array[] = [];
  const watch = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      chunks.push(chunk);
      controller.enqueue(chunk);
    },
    flush() {
      const contentType = headers.get('content-type') ?? 'application/json';
      files.write(key, { contentType, body: Buffer.concat(chunks).toString('utf8') });
    },
  });
  return new Response(body.pipeThrough(watch), { status, headers });
}

/**
 * Makes a `fetch` that stores answers on disk and gives them to equal requests: the address and every field of the body
 * are the same. A hit costs nothing and has `spanline.cache.hit` on its line. Errors are not stored. It is off in
 * production.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 *
 * @example
 * ```ts
 * import { cachedFetch } from '@spanline/replay';
 * import OpenAI from 'openai';
 *
 * const client = new OpenAI({ fetch: cachedFetch() });
 * ```
 */
export function cachedFetch(options: CachedFetchOptions = {}): typeof fetch {
  checkOptions<CachedFetchOptions>(SHAPE, options);
  const { dir = '.spanline/cache', enabled = process.env['NODE_ENV'] !== 'production' } = options;
  const send: typeof fetch = options.fetch ?? ((...request) => globalThis.fetch(...request));
  if (!enabled) return send;
  const files = openAnswerFiles(dir);
  return async (input, init) => {
    const body = init?.body;
    const url = input instanceof Request ? input.url : String(input);
    const key = init?.method === 'POST' && typeof body === 'string' ? keyOf(url, body) : undefined;
    if (key === undefined) return send(input, init);
    init?.signal?.throwIfAborted();
    const stored = files.read(key);
    if (stored === undefined) return storing(await send(input, init), key, files);
    markHit();
    return answerWith(stored);
  };
}
