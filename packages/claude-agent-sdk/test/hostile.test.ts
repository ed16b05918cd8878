/** A function like the SDK's `query()` whose messages cannot be read. */

import { expect, it } from 'vitest';
import { wrapQuery } from '@spanline/claude-agent-sdk';
import { createTracer, SpanlineError, validate } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { result, says } from './support/query.ts';

const unreadable = (key: string, message: object): object =>
  Object.defineProperty({ ...message }, key, {
    enumerable: true,
    get(): never {
      throw new Error('not ready');
    },
  });

it.each([undefined, null, {}, 'query'])('something else than a function is refused: %s', (query) => {
  expect(() => wrapQuery(query as never)).toThrow(SpanlineError);
});

it.each(['result', 'modelUsage', 'errors', 'subtype', 'structured_output'])(
  'a result whose %s throws ends its turn, and reaches the application',
  async (key) => {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
    const messages = [says('m1', { type: 'text', text: 'vm' }), unreadable(key, result())];
    const query = wrapQuery(
      async function* stream(_params: { prompt: string }) {
        yield* messages;
      } as never,
      { tracer },
    ) as unknown as (params: { prompt: string }) => AsyncIterable<object>;
    const seen: object[] = [];
    for await (const message of query({ prompt: 'Where?' })) seen.push(message);
    expect(seen).toEqual(messages);
    expect(log.records().map((record) => record['span.type'])).toEqual(expect.arrayContaining(['llm', 'agent']));
    for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
    expect(tracer.stats().open).toBe(0);
  },
);
