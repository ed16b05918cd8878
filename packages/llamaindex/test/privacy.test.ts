import { OpenAI } from '@llamaindex/openai';
import { BaseRetriever, getResponseSynthesizer, RetrieverQueryEngine, Settings, VectorStoreIndex } from 'llamaindex';
import { describe, expect, it } from 'vitest';
import { createTracer, validate } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { instrumentLlamaIndex } from '@spanline/llamaindex';
import { startCannedProvider } from './support/canned-provider.ts';
import { documents, Model, Ones, Reverse } from './support/world.ts';

/** What a query writes in a capture mode. */
async function linesOf(capture: 'full' | 'redacted' | 'hashed' | 'metadata'): Promise<string> {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, hashKey: 'k'.repeat(32) });
  using _ = instrumentLlamaIndex({ tracer, capture });
  Settings.embedModel = new Ones(() => {});
  Settings.llm = new Model(() => {}) as never;
  const index = await VectorStoreIndex.fromDocuments(documents());
  const engine = index.asQueryEngine({ nodePostprocessors: [new Reverse(() => {})] });
  await engine.query({ query: 'what would ada@example.com eat?' });
  for await (const chunk of await engine.query({ query: 'and stream?', stream: true })) expect(chunk).toBeDefined();
  for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  expect(log.records().length).toBeGreaterThan(12);
  return log.raw().join('\n');
}

const DOCUMENT = 'apples are red';
const ANSWER = 'an apple a day';
const TEMPLATE = 'Context information is below';
const ADDRESS = 'ada@example.com';

describe('what a query writes', () => {
  it('is everything but the vectors when everything is wanted', async () => {
    const lines = await linesOf('full');
    for (const text of [DOCUMENT, ANSWER, TEMPLATE, ADDRESS]) expect(lines).toContain(text);
    expect(lines).not.toMatch(/\[\d+,1\]/);
    expect(lines).not.toContain('"embedding":');
  });

  it('has no personal data by default', async () => {
    const lines = await linesOf('redacted');
    for (const text of [DOCUMENT, ANSWER, TEMPLATE]) expect(lines).toContain(text);
    expect(lines).not.toContain(ADDRESS);
  });

  it.each(['hashed', 'metadata'] as const)('has no text at all when content is %s', async (capture) => {
    const lines = await linesOf(capture);
    for (const text of [DOCUMENT, ANSWER, TEMPLATE, ADDRESS, 'stream?']) expect(lines).not.toContain(text);
    expect(lines).toContain('spanline.prompt.template_sha256');
    expect(lines).toContain('"spanline.retrieval.count":2');
  });
});

describe('an error', () => {
  it('of a provider has its type, message and class on every span it passed, and its origin', async () => {
    const provider = await startCannedProvider(() => ({
      json: { error: { message: 'slow down', type: 'requests', code: 'rate_limit_exceeded' } },
      status: 429,
    }));
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
    using _ = instrumentLlamaIndex({ tracer });
    const additionalSessionOptions = { baseURL: `${provider.url}/v1` };
    Settings.llm = new OpenAI({ model: 'gpt-4o', apiKey: 'x', maxRetries: 0, additionalSessionOptions });
    Settings.embedModel = new Ones(() => {});
    const engine = (await VectorStoreIndex.fromDocuments(documents())).asQueryEngine();
    log.clear();
    await expect(engine.query({ query: 'apples?' })).rejects.toMatchObject({ status: 429 });
    await provider.stop();
    const failed = log.records().filter((record) => record['span.status'] === 'error');
    expect(failed.map((record) => record['span.type'])).toEqual(['llm', 'chain', 'chain']);
    for (const record of failed) {
      expect(record).toMatchObject({ 'error.type': 'RateLimitError', 'spanline.error.class': 'rate_limit' });
      expect(record['error.message']).toContain('slow down');
      expect(record['spanline.error.retryable']).toBe(true);
    }
    expect(failed.map((record) => record['spanline.error.propagated'] ?? false)).toEqual([false, true, true]);
  });

  it('of a retriever has the class of its innermost cause', async () => {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
    using _ = instrumentLlamaIndex({ tracer });
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const failure = new Error('the store is away', { cause });
    class Broken extends BaseRetriever {
      constructor() {
        super();
      }

      async _retrieve(): Promise<never> {
        throw failure;
      }
    }
    Settings.llm = new Model(() => {}) as never;
    const engine = new RetrieverQueryEngine(new Broken(), getResponseSynthesizer('compact'));
    await expect(engine.query({ query: 'apples?' })).rejects.toBe(failure);
    expect(log.records().map((record) => [record['span.type'], record['spanline.error.class']])).toEqual([
      ['retriever', 'network'],
      ['chain', 'network'],
    ]);
  });
});
