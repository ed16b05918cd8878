import type OpenAI from 'openai';
import type { Stream } from 'openai/streaming';
import { helpersOf, makesCopies } from './versions.ts';

/** A program that uses a client, and what it saw. */
export type Scenario = (client: OpenAI, Class: typeof OpenAI) => Promise<unknown>;

type Chunk = OpenAI.Chat.ChatCompletionChunk;

/** A question that the provider knows an answer to. */
export const ask = (content: string): { model: string; messages: { role: 'user'; content: string }[] } => ({
  model: 'gpt-4o',
  messages: [{ role: 'user', content }],
});

async function drain<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const chunks: T[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

const open = (client: OpenAI, content = 'plain'): Promise<Stream<Chunk>> =>
  client.chat.completions.create({ ...ask(content), stream: true });

/** Everything that a program can see of an error. */
function seen(error: unknown, Class: typeof OpenAI): unknown {
  const { constructor, name, message, status, code, type, cause } = error as Record<string, unknown>;
  return {
    class: (constructor as { name: string }).name,
    isApiError: error instanceof Class.APIError,
    text: [name, message, status, code, type],
    cause: (cause as { name?: string } | undefined)?.name,
  };
}

const failing =
  (call: (client: OpenAI) => PromiseLike<unknown>): Scenario =>
  async (client, Class) => {
    try {
      return { unexpected: await call(client) };
    } catch (error) {
      return seen(error, Class);
    }
  };

const WEATHER = {
  type: 'function' as const,
  function: {
    name: 'weather',
    description: 'The weather of a city',
    parameters: { type: 'object' },
    parse: JSON.parse,
    function: ({ city }: { city: string }) => `sunny in ${city}`,
  },
};

/** What the official client offers, used as its documentation does. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'a chat completion': async (client) => {
    const promise = client.chat.completions.create(ask('plain'));
    const answer = await promise;
    return [promise.constructor.name, answer, Object.keys(answer), typeof answer._request_id];
  },
  'one promise awaited twice': async (client) => {
    const promise = client.chat.completions.create(ask('plain'));
    return [(await promise) === (await promise), (await promise.withResponse()).data === (await promise)];
  },
  'then, catch and finally': (client) =>
    client.chat.completions
      .create(ask('plain'))
      .finally(() => undefined)
      .catch(() => undefined)
      .then((answer) => answer?.choices[0]?.message.content),
  'a stream': async (client, Class) => {
    const stream = await open(client);
    return [stream.constructor.name, Object.keys(stream), await drain(stream), typeof Class];
  },
  'a stream of an application that asks for usage itself': async (client) =>
    drain(
      await client.chat.completions.create({ ...ask('plain'), stream: true, stream_options: { include_usage: true } }),
    ),
  'a stream that is left': async (client) => {
    const stream = await open(client);
    let first: unknown;
    for await (const chunk of stream) {
      first = chunk;
      break;
    }
    return [first, stream.controller.signal.aborted];
  },
  'a stream that is aborted': async (client) => {
    const stream = await open(client, 'slow');
    const chunks: Chunk[] = [];
    for await (const chunk of stream) {
      chunks.push(chunk);
      stream.controller.abort();
    }
    return chunks.length > 0;
  },
  'a stream that is read twice': async (client, Class) => {
    const stream = await open(client);
    await drain(stream);
    return drain(stream).catch((error: unknown) => seen(error, Class));
  },
  tee: async (client) => {
    const [left, right] = (await open(client)).tee();
    return Promise.all([drain(left), drain(right)]);
  },
  toReadableStream: async (client) => new Response((await open(client)).toReadableStream()).text(),
  'asResponse of an answer': async (client) => {
    const response = await client.chat.completions.create(ask('plain')).asResponse();
    return [response.status, response.headers.get('content-type'), await response.json(), response.bodyUsed];
  },
  'asResponse of a stream': async (client) => {
    const response = await client.chat.completions.create({ ...ask('plain'), stream: true }).asResponse();
    return [response.status, (await response.text()).startsWith('data: ')];
  },
  'asResponse and then the answer': async (client) => {
    const promise = client.chat.completions.create(ask('plain'));
    const response = await promise.asResponse();
    return [response.status, (await promise).choices];
  },
  withResponse: async (client) => {
    const { data, response, request_id: id } = await client.chat.completions.create(ask('plain')).withResponse();
    return [data, response.status, typeof id];
  },
  'withResponse of a stream': async (client) => {
    const { data, response } = await client.chat.completions.create({ ...ask('plain'), stream: true }).withResponse();
    return [await drain(data), response.status];
  },
  'parse of a chat completion': async (client) => {
    const answer = await helpersOf(client).parse({
      ...ask('as json'),
      response_format: { type: 'json_schema', json_schema: { name: 'city', strict: true, schema: { type: 'object' } } },
    });
    return answer.choices[0]?.message;
  },
  'the stream helper of chat completions': async (client) => {
    const events: unknown[] = [];
    const stream = helpersOf(client).stream(ask('plain'));
    stream.on('content', (delta, snapshot) => void events.push([delta, snapshot]));
    stream.on('chunk', (chunk) => void events.push(chunk));
    return [await stream.finalContent(), await stream.finalChatCompletion(), await stream.totalUsage(), events];
  },
  'the stream helper, sent on as a ReadableStream and read again': async (client) => {
    const stream = helpersOf(client).stream(ask('plain'));
    const sent = (await new Response(stream.toReadableStream()).text()).trim().split('\n');
    return [sent.map((line) => JSON.parse(line) as unknown), await stream.finalContent()];
  },
  'the stream helper, aborted': async (client, Class) => {
    const stream = helpersOf(client).stream(ask('slow'));
    stream.on('content', () => stream.abort());
    return stream.done().then(
      () => 'done',
      (error: unknown) => seen(error, Class),
    );
  },
  runTools: async (client) => {
    const runner = helpersOf(client).runTools({ ...ask('weather'), tools: [WEATHER] });
    return [await runner.finalContent(), runner.messages.map(({ role }) => role), await runner.totalUsage()];
  },
  'runTools that streams': async (client) => {
    const runner = helpersOf(client).runTools({ ...ask('weather'), tools: [WEATHER], stream: true });
    const heard: unknown[] = [];
    runner.on('functionToolCall', ({ name }) => void heard.push(name));
    runner.on('content', (delta) => void heard.push(delta));
    return [await runner.finalContent(), heard, runner.messages.map(({ role }) => role), await runner.totalUsage()];
  },
  'an answer of the Responses API': async (client) => {
    const answer = await client.responses.create({ model: 'gpt-4o', input: 'plain' });
    return [answer.output_text, answer.output, answer.usage, typeof answer._request_id];
  },
  'a stream of the Responses API': async (client) =>
    (await drain(await client.responses.create({ model: 'gpt-4o', input: 'plain', stream: true }))).map(
      ({ type }) => type,
    ),
  'the stream helper of the Responses API': async (client) => {
    const stream = client.responses.stream({ model: 'gpt-4o', input: 'plain' });
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    return [types, (await stream.finalResponse()).output_text];
  },
  'parse of the Responses API': async (client) => {
    const format = { type: 'json_schema', name: 'city', strict: true, schema: { type: 'object' } } as const;
    const answer = await client.responses.parse({ model: 'gpt-4o', input: 'as json', text: { format } });
    return answer.output_parsed;
  },
  embeddings: async (client) => (await client.embeddings.create({ model: 'text-embedding-3-small', input: 'a' })).data,
  'embeddings as numbers': async (client) =>
    (await client.embeddings.create({ model: 'text-embedding-3-small', input: ['a'], encoding_format: 'float' })).data,
  'a moderation': async (client) => (await client.moderations.create({ input: 'plain' })).results,
  'an image': async (client) => (await client.images.generate({ model: 'gpt-image-1', prompt: 'plain' })).data,
  'background work': async (client) => {
    const { id, status } = await client.responses.create({ model: 'gpt-4o', input: 'plain', background: true });
    return [typeof id, status];
  },
  'a speech': async (client) => {
    const speech = await client.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'plain' });
    return [speech.constructor.name, (await speech.arrayBuffer()).byteLength];
  },
  'a transcript of a file': async (client, Class) => {
    const file = await Class.toFile(Buffer.from('sound'), 'a.mp3');
    return (await client.audio.transcriptions.create({ model: 'whisper-1', file })).text;
  },
  'a refusal of the rate limiter': failing((client) => client.chat.completions.create(ask('limited'))),
  'a fault of the server': failing((client) => client.chat.completions.create(ask('faulty'))),
  'a refusal that is retried': failing((client) => client.chat.completions.create(ask('limited'), { maxRetries: 2 })),
  'an unknown question': failing((client) => client.chat.completions.create(ask('nobody knows'))),
  'an answer that is no JSON': failing((client) => client.chat.completions.create(ask('malformed'))),
  'a connection that is cut': failing((client) => client.chat.completions.create(ask('gone'))),
  'a stream that is cut': failing(async (client) => (await drain(await open(client, 'cut off'))).length > 0),
  'a request that was aborted before': failing((client) =>
    client.chat.completions.create(ask('plain'), { signal: AbortSignal.abort() }),
  ),
  'a request that takes too long': failing((client) => client.chat.completions.create(ask('never'), { timeout: 30 })),
  'a request without a body': failing((client) => client.chat.completions.create(undefined as never)),
  withOptions: async (client, Class) => {
    if (!makesCopies(client)) return 'none';
    const copy = client.withOptions({ maxRetries: 0 });
    return [copy instanceof Class, (await copy.chat.completions.create(ask('plain'))).choices];
  },
  'the client itself': (client, Class) =>
    Promise.resolve([
      client instanceof Class,
      Object.keys(client),
      client.constructor === Class,
      client.post.name,
      client.post.length,
    ]),
};
