import { describe, expect, it } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { createClientWrapper, stainlessClient, type ReadRequest, serverAttributes } from '../src/index.ts';

/** A promise as the clients make it: lazy, parsed by whoever waits for it. */
class ApiPromise extends Promise<unknown> {
  responsePromise: Promise<unknown>;
  parseResponse: (props: { response: { body: unknown } }) => unknown;
  constructor(
    response: Promise<unknown>,
    parse = ({ response }: { response: { body: unknown } }): unknown => response.body,
  ) {
    super((resolve) => resolve(null));
    this.responsePromise = response;
    this.parseResponse = parse;
  }
  override then<A = unknown, B = never>(
    resolve?: ((value: unknown) => A | PromiseLike<A>) | null,
    reject?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.responsePromise.then((props) => this.parseResponse(props as never)).then(resolve, reject);
  }
}

const answering = (answer: () => unknown) => ({
  baseURL: 'https://api.example.com',
  post: (_path: string, _options?: unknown): unknown => answer(),
});

const readCall: ReadRequest = ({ path }) => ({
  span: { name: path, type: 'llm' },
  reader: {
    whole: () => ({ 'gen_ai.response.id': 'r1' }),
    chunk: () => 'event',
    gathered: () => ({}),
  },
});

function traced(client: object, read: ReadRequest = readCall) {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
  const scope = { name: '@spanline/test', version: '1.0.0' };
  const wrapper = createClientWrapper({ scope, ...stainlessClient('a client', 'ask', '') });
  wrapper.trace(client, read, { tracer });
  return { log, tracer, wrapper };
}

const arrived = (): ApiPromise => new ApiPromise(Promise.resolve({ response: { body: 'the body' } }));

describe('a traced client', () => {
  it('gives back the promise that its method made, and writes its span when the body is read', async () => {
    const promise = arrived();
    const client = answering(() => promise);
    const { log } = traced(client);
    expect(client.post('/ask', {})).toBe(promise);
    expect(log.records()).toEqual([]);
    expect(await promise).toBe('the body');
    expect(log.records()[0]).toMatchObject({
      'span.name': '/ask',
      'gen_ai.response.id': 'r1',
      'otel.scope.name': '@spanline/test',
    });
  });

  it('ends the span at once of a call whose promise it does not know', async () => {
    const client = answering(() => Promise.resolve('plain'));
    const { log } = traced(client);
    expect(await client.post('/ask', {})).toBe('plain');
    expect(log.records()[0]).toMatchObject({ 'span.status': 'ok' });
  });

  it('throws what its method throws', () => {
    const error = new TypeError('no');
    const client = answering(() => {
      throw error;
    });
    const { log } = traced(client);
    expect(() => client.post('/ask', {})).toThrow(error);
    expect(log.records()[0]).toMatchObject({ 'span.status': 'error', 'error.type': 'TypeError' });
  });

  it('does its work when a reader of ours fails, before or after', async () => {
    const failing = (): never => {
      throw new Error('ours');
    };
    const before = answering(arrived);
    const counted = traced(before, failing);
    expect(await before.post('/ask', {})).toBe('the body');
    const after = answering(arrived);
    const written = traced(
      after,
      (request) =>
        ({ ...(readCall(request) as object), reader: { whole: failing, chunk: failing, gathered: failing } }) as never,
    );
    expect(await after.post('/ask', {})).toBe('the body');
    expect([counted.tracer.stats().internalErrors, written.tracer.stats().internalErrors]).toEqual([1, 1]);
    expect(written.log.records()).toHaveLength(1);
  });

  it('waits for options that are a promise, and passes on what they reject with', async () => {
    const client = {
      ...answering(arrived),
      post: (_path: string, options?: Promise<unknown>) =>
        new ApiPromise(Promise.resolve(options).then(() => ({ response: { body: 1 } }))),
    };
    const { log, tracer } = traced(client);
    expect(await client.post('/ask', Promise.resolve({ body: {} }))).toBe(1);
    await expect(client.post('/ask', Promise.reject(new Error('unreadable')))).rejects.toThrow('unreadable');
    expect(log.records()).toHaveLength(1);
    expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
  });

  it('survives hostile options and paths', async () => {
    const client = answering(arrived);
    traced(client);
    for (const options of [undefined, null, 1, 'text', Object.freeze({}), new Proxy({}, {})]) {
      expect(await client.post('/ask', options)).toBe('the body');
    }
    expect(await client.post(undefined as never)).toBe('the body');
  });
});

describe('a server', () => {
  it.each([
    ['https://api.anthropic.com', 'anthropic', 443],
    ['https://bedrock-runtime.us-east-1.amazonaws.com', 'aws.bedrock', 443],
    ['http://localhost:11434/v1', 'fallback', 11_434],
    ['http://evil-api.openai.com.example', 'fallback', 80],
  ])('%s is of %s', (url, provider, port) => {
    expect(serverAttributes(url, 'fallback')).toMatchObject({ 'gen_ai.provider.name': provider, 'server.port': port });
  });

  it('that is no URL has a provider and no address', () => {
    expect(serverAttributes('nowhere', 'openai')).toEqual({ 'gen_ai.provider.name': 'openai' });
    expect(serverAttributes(undefined, 'openai')).toEqual({ 'gen_ai.provider.name': 'openai' });
  });
});
