/** Price lists outside of the program: a file that the environment names, a document that the application asks for. */
import { readFileSync, statSync } from 'node:fs';
import { checkOptions, option, props, type Shape, SpanlineError, text } from '@spanline/record';
import type { PriceTable } from '../api/index.ts';
import { PRICE_TABLE } from './option-shape.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_MODELS = 10_000;
const DEFAULT_TIMEOUT_MS = 10_000;
const RULE = 'JSON like the option prices';

/** @throws SpanlineError `ERR_INVALID_OPTION`, which names the source and what is wrong in it */
function parsePrices(json: string, source: string, expected = RULE): PriceTable {
  let table: unknown;
  try {
    table = JSON.parse(json);
  } catch {
    // The reason of the parser quotes the document.
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: source, expected });
  }
  const shape = { [source]: option.required(PRICE_TABLE) } as Shape<Record<string, PriceTable>>;
  const given = { [source]: table };
  checkOptions(shape, given);
  const models = Object.keys(given[source] ?? {}).length;
  if (models <= MAX_MODELS) return given[source] ?? {};
  throw new SpanlineError({
    code: 'ERR_INVALID_OPTION',
    option: source,
    expected: `a list of at most ${MAX_MODELS} models`,
    got: models,
  });
}

/**
 * Reads the price list that a variable names.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION` for a file that cannot be read, or that is no price list
 */
export function readPriceFile(variable: string, path: string): PriceTable {
  let json: string;
  try {
    if (statSync(path).size > MAX_BYTES) throw new RangeError();
    json = readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = text(props(cause)['code']) ?? `larger than ${MAX_BYTES} bytes`;
    const expected = `the path of a file with ${RULE}; ${path} cannot be read (${reason})`;
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: variable, expected, cause });
  }
  return parsePrices(json, variable, `the path of a file with ${RULE}; ${path} is no JSON`);
}

/** Options of {@link loadPrices}. */
export interface LoadPricesOptions {
  /** Headers of the request, for instance `authorization`. */
  headers?: Readonly<Record<string, string>>;
  /** Milliseconds until the whole list must be there. @defaultValue 10000 */
  timeoutMs?: number;
}

const OPTIONS: Shape<LoadPricesOptions> = {
  headers: option.dictionary(option.string()),
  timeoutMs: option.number({ min: 1 }),
};

const URL_SHAPE: Shape<{ url: string | URL }> = {
  url: option.required(
    option.like<string | URL>('an http or https URL', (value) => /^https?:$/.test(new URL(value as string).protocol)),
  ),
};

function unavailable(url: URL, why: string, cause?: unknown): SpanlineError {
  const code = 'ERR_PRICES_UNAVAILABLE';
  return new SpanlineError({ code, option: `the price list of ${url.host}`, expected: why, cause });
}

function toUrl(given: string | URL): URL {
  checkOptions(URL_SHAPE, { url: given });
  return new URL(given);
}

async function readBounded(url: URL, body: ReadableStream<Uint8Array> | null): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  // Leaving the loop cancels the body.
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw unavailable(url, `of at most ${MAX_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

async function download(
  url: URL,
  { headers = {}, timeoutMs = DEFAULT_TIMEOUT_MS }: LoadPricesOptions,
): Promise<string> {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
    const isDowngraded = url.protocol === 'https:' && !response.url.startsWith('https:');
    if (!response.ok || isDowngraded) {
      await response.body?.cancel();
      throw unavailable(url, isDowngraded ? 'reached by https' : 'there', { status: response.status });
    }
    return await readBounded(url, response.body);
  } catch (error) {
    throw error instanceof SpanlineError ? error : unavailable(url, `there within ${timeoutMs} ms`, error);
  }
}

/**
 * Downloads a price list, once. It is JSON like the option `prices`: model names and prices in US dollars. It has at
 * most 4 MiB and 10,000 models, and it is checked as the option is. Nothing else of Spanline fetches prices.
 *
 * @example
 * ```ts
 * import { createTracer, loadPrices } from '@spanline/core';
 *
 * const start = async () => {
 *   const prices = await loadPrices('https://prices.example.com/models.json');
 *   return createTracer({ prices });
 * };
 * ```
 *
 * @throws SpanlineError `ERR_PRICES_UNAVAILABLE` if the server does not deliver the list in time and whole;
 *   `ERR_INVALID_OPTION` for a wrong URL, and for a list with anything else in it
 */
export async function loadPrices(url: string | URL, options: LoadPricesOptions = {}): Promise<PriceTable> {
  const target = toUrl(url);
  checkOptions(OPTIONS, options);
  return parsePrices(await download(target, options), 'prices');
}
