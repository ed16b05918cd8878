/** Two installed copies of the package, or two processors, record a span of OpenTelemetry once. */

import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog, tree } from '@spanline/core/testing';
import type * as otel from '@spanline/otel';
import * as first from '@spanline/otel';
import { type Installation, installAgain } from '../../../test/support/second-installation.ts';

let alone: Installation;
let all: Installation;

beforeAll(() => {
  alone = installAgain('otel');
  all = installAgain('otel', 'instrumentation', 'core', 'record');
});

afterAll(() => {
  alone.remove();
  all.remove();
});

const CASES: Readonly<Record<string, () => Promise<readonly [typeof otel, typeof otel]>>> = {
  'the package alone': async () => [first, await alone.load<typeof otel>('otel')],
  'the package alone, the other way round': async () => [await alone.load<typeof otel>('otel'), first],
  'everything below it': async () => [first, await all.load<typeof otel>('otel')],
  'no second copy': async () => [first, first],
};

it.each(Object.entries(CASES))('count each call once: %s', async (_, load) => {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger });
  const [outer, inner] = await load();
  const filter: otel.SpanProcessorOptions['filter'] = ({ name }) => name !== 'left out';
  const provider = new BasicTracerProvider({
    spanProcessors: [outer, inner].map(({ SpanlineSpanProcessor }) => new SpanlineSpanProcessor({ tracer, filter })),
  });
  const plain = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(new outer.SpanlineContextManager(new inner.SpanlineContextManager(plain)));
  onTestFinished(async () => {
    await provider.shutdown();
    context.disable();
    await tracer.shutdown();
  });
  const app = provider.getTracer('app');
  const usage = { 'gen_ai.usage.input_tokens': 10, 'gen_ai.usage.output_tokens': 2 };
  const attributes = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-4o', ...usage };
  tracer.withSpan('ours', () =>
    app.startActiveSpan('theirs', (theirs) => {
      app.startActiveSpan('left out', (out) => {
        app.startSpan('chat gpt-4o', { attributes }).end();
        out.setAttribute('gen_ai.usage.input_tokens', 99);
        out.end();
      });
      theirs.end();
    }),
  );
  expect(tree(log.lines())).toBe('task ours\n  task theirs\n    llm chat gpt-4o');
  const sum = (key: keyof typeof usage): number =>
    log.records().reduce((all, record) => all + Number(record[key] ?? 0), 0);
  expect([sum('gen_ai.usage.input_tokens'), sum('gen_ai.usage.output_tokens')]).toEqual([10, 2]);
  expect(tracer.stats()).toMatchObject({ internalErrors: 0, open: 0 });
});
