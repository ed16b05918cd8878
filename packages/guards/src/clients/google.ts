/** Guards the client of Google Gen AI, in place. */
import { isObject, patchMethod, props } from '@spanline/instrumentation';
import { Answer } from '../gate/answer.ts';
import { type Codec, gateDecoded, gateWholeDecoded } from '../gate/decoded.ts';
import { checkInput } from '../gate/input.ts';
import { passUnread } from '../gate/unread.ts';
import type { Engine } from '../guards/engine.ts';
import { geminiShape } from '../shapes/gemini.ts';
import { requestTexts } from '../shapes/requests.ts';

type Method = (this: object, ...args: unknown[]) => unknown;

/** An answer, or one event of a stream. The client reads it once. */
interface HttpResponse {
  json(): Promise<unknown>;
}

/** `models/gemini-2.5-flash:generateContent` */
const CONTENT = /:(?:streamGenerateContent|generateContent)(?:\?|$)/;
/** Methods of models without an answer in text, and the batches, whose answers come later. */
const OTHER =
  /:(?:predict|predictLongRunning|embedContent|batchEmbedContents|asyncBatchEmbedContent|countTokens|computeTokens|batchGenerateContent)(?:\?|$)/;
const MODEL = /(?:^|\/)(?:models|endpoints|tunedModels)\/[^/]+:\w+(?:\?|$)/;

const RESPONSE: Codec<HttpResponse> = {
  decode: (response) => response.json(),
  encode: (response, value) =>
    Object.create(response, { json: { value: () => Promise.resolve(value) } }) as HttpResponse,
};

function bodyOf(body: unknown): unknown {
  return typeof body === 'string' ? JSON.parse(body) : body;
}

/** The object through which all resources of a client send their requests. */
export function apiClientOf(client: object): object | undefined {
  const { apiClient } = props(client);
  return isObject(apiClient) && typeof props(apiClient)['requestStream'] === 'function' ? apiClient : undefined;
}

/** Replaces what the client sends its requests through, and what goes past it. @returns the undo */
export function guardGoogle(client: object, engine: Engine): () => void {
  const isGuarded = async (request: unknown): Promise<boolean> => {
    const path = String(props(request)['path']);
    if (!CONTENT.test(path)) {
      if (MODEL.test(path) && !OTHER.test(path)) await passUnread(engine, path.replace(/^.*:|\?.*$/g, ''));
      return false;
    }
    await checkInput(engine, requestTexts(bodyOf(props(request)['body'])), 'input');
    return engine.outputs.length > 0;
  };
  const whole = (original: Method): Method =>
    async function request(this: object, ...args: unknown[]): Promise<unknown> {
      const isRead = await isGuarded(args[0]);
      const answer = new Answer(engine, 'output');
      const response = await (Reflect.apply(original, this, args) as Promise<HttpResponse>);
      return isRead ? gateWholeDecoded(response, RESPONSE, answer, geminiShape()) : response;
    };
  const streamed = (original: Method): Method =>
    async function requestStream(this: object, ...args: unknown[]): Promise<unknown> {
      const isRead = await isGuarded(args[0]);
      const answer = new Answer(engine, 'output');
      const responses = await (Reflect.apply(original, this, args) as Promise<AsyncIterable<HttpResponse>>);
      return isRead ? gateDecoded(responses[Symbol.asyncIterator](), RESPONSE, answer, geminiShape()) : responses;
    };
  const refused =
    (name: string) =>
    (original: Method): Method =>
      async function unread(this: object, ...args: unknown[]): Promise<unknown> {
        await passUnread(engine, name);
        return Reflect.apply(original, this, args);
      };
  const { live, interactions } = props(client);
  const apiClient = apiClientOf(client) ?? client;
  const patches = [
    patchMethod(apiClient, 'request', whole, 'object'),
    patchMethod(apiClient, 'requestStream', streamed, 'object'),
    isObject(live) ? patchMethod(live, 'connect', refused('live.connect()'), 'object') : undefined,
    ...['create', 'get'].map((name) =>
      isObject(interactions) ? patchMethod(interactions, name, refused(`interactions.${name}()`), 'object') : undefined,
    ),
  ];
  return () => {
    for (const patch of patches) patch?.undo();
  };
}
