import type Anthropic from '@anthropic-ai/sdk';
import { drain } from '../../../../test/support/records.ts';

/** A program that uses a client, and what it saw. */
export type Scenario = (client: Anthropic, Class: typeof Anthropic) => Promise<unknown>;

/** A question that the provider knows an answer to. */
export const ask = (content: string): Anthropic.MessageCreateParamsNonStreaming => ({
  model: 'claude-3-5-haiku-20241022',
  max_tokens: 100,
  messages: [{ role: 'user', content }],
});

const open = (client: Anthropic, content = 'plain') => client.messages.create({ ...ask(content), stream: true });

function seen(error: unknown, Class: typeof Anthropic): unknown {
  const { constructor, name, message, status, type, cause } = error as Record<string, unknown>;
  return {
    class: (constructor as { name: string }).name,
    isApiError: error instanceof Class.APIError,
    text: [name, message, status, type],
    cause: (cause as { name?: string } | undefined)?.name,
  };
}

const failing =
  (call: (client: Anthropic) => PromiseLike<unknown>): Scenario =>
  async (client, Class) => {
    try {
      return { unexpected: await call(client) };
    } catch (error) {
      return seen(error, Class);
    }
  };

/** What the official client offers, used as its documentation does. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'a message': async (client) => {
    const promise = client.messages.create(ask('plain'));
    const answer = await promise;
    return [promise.constructor.name, answer, Object.keys(answer), typeof answer._request_id];
  },
  'a stream': async (client) => {
    const stream = await open(client);
    return [stream.constructor.name, Object.keys(stream), await drain(stream)];
  },
  'a stream that is left': async (client) => {
    const stream = await open(client);
    for await (const event of stream) if (event.type === 'content_block_delta') break;
    return stream.controller.signal.aborted;
  },
  'a stream that is aborted': async (client) => {
    const stream = await open(client, 'slow');
    let events = 0;
    for await (const event of stream) {
      events += event.type === 'message_start' ? 1 : 0;
      stream.controller.abort();
    }
    return events;
  },
  tee: async (client) => Promise.all((await open(client)).tee().map(drain)),
  toReadableStream: async (client) => new Response((await open(client)).toReadableStream()).text(),
  asResponse: async (client) => {
    const response = await client.messages.create(ask('plain')).asResponse();
    return [response.status, await response.json(), response.bodyUsed];
  },
  'asResponse of a stream': async (client) => {
    const response = await client.messages.create({ ...ask('plain'), stream: true }).asResponse();
    return [response.status, (await response.text()).startsWith('event: ')];
  },
  withResponse: async (client) => {
    const { data, response, request_id: id } = await client.messages.create(ask('plain')).withResponse();
    return [data, response.status, typeof id];
  },
  'the stream helper': async (client) => {
    const stream = client.messages.stream(ask('plain'));
    const seenEvents: unknown[] = [];
    stream.on('text', (delta, snapshot) => void seenEvents.push([delta, snapshot]));
    stream.on('streamEvent', ({ type }) => void seenEvents.push(type));
    return [await stream.finalMessage(), await stream.finalText(), seenEvents];
  },
  'the stream helper, iterated': async (client) =>
    (await drain(client.messages.stream(ask('plain')))).map(({ type }) => type),
  'the stream helper, sent on as a ReadableStream': async (client) => {
    const stream = client.messages.stream(ask('plain'));
    const sent = (await new Response(stream.toReadableStream()).text()).trim().split('\n');
    return [sent.map((line) => JSON.parse(line) as unknown), await stream.finalText()];
  },
  'the stream helper with its response': async (client) => {
    const stream = client.messages.stream(ask('plain'));
    if (typeof stream.withResponse !== 'function') return (stream as typeof stream).done();
    const { data, response, request_id: id } = await stream.withResponse();
    return [await data.finalText(), response.status, typeof id];
  },
  'the stream helper, aborted': async (client, Class) => {
    const stream = client.messages.stream(ask('slow'));
    stream.on('text', () => stream.abort());
    return stream.done().then(
      () => 'done',
      (error: unknown) => seen(error, Class),
    );
  },
  'a tool call': async (client) => (await client.messages.create(ask('weather'))).content,
  'a refusal of the rate limiter': failing((client) => client.messages.create(ask('limited'))),
  'a fault of the server': failing((client) => client.messages.create(ask('faulty'))),
  'an unknown question': failing((client) => client.messages.create(ask('nobody knows'))),
  'an answer that is no JSON': failing((client) => client.messages.create(ask('malformed'))),
  'a connection that is cut': failing((client) => client.messages.create(ask('gone'))),
  'a stream that is cut': failing(async (client) => (await drain(await open(client, 'cut off'))).length > 0),
  'a question of the tokens, which the provider has not': failing((client) =>
    client.messages.countTokens({ model: 'claude', messages: [] }),
  ),
  'a request that was aborted before': failing((client) =>
    client.messages.create(ask('plain'), { signal: AbortSignal.abort() }),
  ),
  'a request that takes too long': failing((client) => client.messages.create(ask('never'), { timeout: 30 })),
  'a request for too much': failing((client) =>
    Promise.resolve().then(() => client.messages.create({ ...ask('plain'), max_tokens: 1e6 })),
  ),
  withOptions: async (client, Class) => {
    if (!('withOptions' in client)) return 'none';
    const copy = client.withOptions({ maxRetries: 0 });
    return [copy instanceof Class, (await copy.messages.create(ask('plain'))).content];
  },
  'the client itself': (client, Class) =>
    Promise.resolve([client instanceof Class, Object.keys(client), client.post.name, client.post.length]),
};
