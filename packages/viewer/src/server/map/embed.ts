/** Vectors of texts from an endpoint. It is asked only if the option names it, and its answers are checked. */

import { checkOptions, list, option, props, type Shape, SpanlineError } from '@spanline/record';

/** An endpoint with OpenAI's API of embeddings. The texts of a map are sent to it, and to no other address. */
export interface EmbedOptions {
  /** The whole URL, such as `http://127.0.0.1:11434/v1/embeddings`. */
  url: string;
  /** Name of the model. */
  model: string;
  /** Key that is sent as a bearer token. */
  apiKey?: string;
}

/** Gives vectors of one length, one for each text. @throws SpanlineError `ERR_EMBED`, or the reason of the signal */
export type Embed = (texts: readonly string[], signal: AbortSignal) => Promise<Float32Array[]>;

const isHttpUrl = (value: unknown): boolean =>
  typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value);

/** Rules of {@link EmbedOptions}. */
export const EMBED_SHAPE: Shape<EmbedOptions> = {
  url: option.required(option.secret(option.like('an http or https URL', isHttpUrl))),
  model: option.required(option.string()),
  apiKey: option.secret(option.string()),
};

const TIMEOUT_MS = 60_000;
/** Texts of a request. */
const BATCH = 64;
const MAX_BYTES = 33_554_432;
const MAX_LENGTH = 8192;
/** A number of a vector is at most this large. */
const MAX_VALUE = 1e6;

const fail = (problem: string): never => {
  throw new SpanlineError({ code: 'ERR_EMBED', problem: `the embedding endpoint ${problem}` });
};

const isVector = (value: unknown): value is number[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.length <= MAX_LENGTH &&
  value.every((one) => typeof one === 'number' && Math.abs(one) <= MAX_VALUE);

/** The vectors of an answer, in the order of the texts. */
function vectorsOf(body: string, count: number): Float32Array[] {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    fail('did not answer with JSON');
  }
  const vectors: (Float32Array | undefined)[] = Array.from({ length: count });
  for (const entry of list(props(answer)['data'])) {
    const { index, embedding } = props(entry);
    if (typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < count && isVector(embedding))
      vectors[index] = Float32Array.from(embedding);
  }
  const whole = vectors.filter((vector) => vector !== undefined);
  const isWhole = whole.length === count && whole.every((vector) => vector.length === whole[0]?.length);
  return isWhole ? whole : fail('did not give a vector of numbers for each text');
}

async function readBody(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) fail('gave an answer that is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** @throws SpanlineError `ERR_INVALID_OPTION`; it shows neither the URL nor the key */
export function createEmbed(options: EmbedOptions): Embed {
  checkOptions(EMBED_SHAPE, options, 'embed');
  const { url, model, apiKey } = options;

  async function embedSome(input: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    const authorization = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
    let body: string;
    try {
      const response = await fetch(url, {
        method: 'POST',
        // A redirect would carry the texts and the key to another host.
        redirect: 'error',
        headers: { 'content-type': 'application/json', accept: 'application/json', ...authorization },
        body: JSON.stringify({ model, input, encoding_format: 'float' }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      body = response.ok ? await readBody(response) : fail(`answered with status ${response.status}`);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SpanlineError) throw error;
      return fail('gave no answer');
    }
    return vectorsOf(body, input.length);
  }

  return async (texts, signal) => {
    const vectors: Float32Array[] = [];
    for (let from = 0; from < texts.length; from += BATCH) {
      const some = await embedSome(texts.slice(from, from + BATCH), signal);
      if (vectors[0] !== undefined && some[0]?.length !== vectors[0].length) fail('gave vectors of two lengths');
      vectors.push(...some);
    }
    return vectors;
  };
}
