import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTracer, toOtlp, type Tracer, validate } from '@spanline/core';
import { type MemoryLog, memoryLog, tree } from '@spanline/core/testing';
import { SpanlineSpanProcessor } from '@spanline/otel';
import { replay } from '@spanline/replay';
import { expectReplay } from '../../../test/support/replayed.ts';
import { expectLine, expectTree } from '../../../test/support/shown.ts';
import { generate, MODEL, type Page, search } from '../src/steps.ts';
import { answerWithOpenTelemetry } from '../src/with-opentelemetry.ts';
import { answerWithSpanline } from '../src/with-spanline.ts';

/** Their line is that of OpenTelemetry's span. */
const PAGES = ['docs/opentelemetry.md', 'packages/otel/README.md', 'examples/opentelemetry/README.md'] as const;
const QUESTION = 'Where does the Rhine rise?';
/** Differ between runs. */
const VARYING =
  /^(?:@timestamp|message|event\.(?:id|start|duration)|duration_ms|host\.name|process\.pid|(?:parent_)?span_id|trace_id|trace_flags|spanline\.(?:rollup\.(?:llm_ms|slowest.*)|stream.*))$/;
const ATTRIBUTES = [
  'gen_ai.request.model',
  'gen_ai.embeddings.dimension.count',
  'gen_ai.data_source.id',
  'gen_ai.retrieval.top_k',
  'spanline.retrieval.count',
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.output_tokens',
  'spanline.cost.usd',
];

let log: MemoryLog;
let tracer: Tracer;

beforeEach(() => {
  log = memoryLog();
  tracer = createTracer({ service: { name: 'rivers', version: '1.0.0' }, logger: log.logger, statsIntervalSeconds: 0 });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterEach(async () => {
  context.disable();
  await tracer.shutdown();
});

async function withOpenTelemetry(): Promise<void> {
  const provider = new BasicTracerProvider({ spanProcessors: [new SpanlineSpanProcessor({ tracer })] });
  expect(await answerWithOpenTelemetry(provider.getTracer('rivers'), QUESTION)).toBe('The Rhine rises in the Alps.');
  await provider.shutdown();
}

it("writes the golden lines of the steps that OpenTelemetry's API knows", async () => {
  await withOpenTelemetry();
  for (const record of log.records()) expect(validate(record)).toEqual({ valid: true });
  const lines = log
    .lines()
    .map((line) => JSON.stringify(Object.fromEntries(Object.entries(line).filter(([key]) => !VARYING.test(key)))));
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../lines.ndjson');
});

it('is the same tree with the same facts, whoever made the spans', async () => {
  await withOpenTelemetry();
  const theirs = tree(log.records(), { attributes: ATTRIBUTES });
  log.clear();
  expect(await answerWithSpanline(tracer, QUESTION)).toBe('The Rhine rises in the Alps.');
  const ours = tree(log.records(), { attributes: ATTRIBUTES });
  expect(`\n${ours}`).toMatchInlineSnapshot(`
    "
    chain rag_query
      embedding embed_query gen_ai.request.model="text-embedding-3-small" gen_ai.embeddings.dimension.count=8
      retriever vector_search gen_ai.data_source.id="rivers" gen_ai.retrieval.top_k=2 spanline.retrieval.count=2
      llm llm_generate gen_ai.request.model="gpt-4o-mini" gen_ai.usage.input_tokens=148 gen_ai.usage.output_tokens=9 spanline.cost.usd=0.0000276"
  `);
  expect(theirs.replace('task rag_query', 'chain rag_query')).toBe(ours);
});

it('is what the pages show', async () => {
  await withOpenTelemetry();
  expectTree(['packages/otel/README.md'], log.records());
  expectLine(PAGES, log.records());
  log.clear();
  await answerWithSpanline(tracer, QUESTION);
  expectTree(['docs/opentelemetry.md', 'examples/opentelemetry/README.md'], log.records());
});

it('leaves as OTLP with the ids, names and kinds of the lines', async () => {
  await answerWithSpanline(tracer, QUESTION);
  const { resourceSpans } = toOtlp(log.records());
  const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  expect(spans.map((span) => [span.traceId, span.spanId, span.parentSpanId, span.name])).toEqual(
    log.records().map((record) => [record.trace_id, record.span_id, record.parent_span_id, record['span.name']]),
  );
});

it('is replayed from the lines of Spanline, with the recorded search and answer', async () => {
  await answerWithSpanline(tracer, QUESTION);
  await expectReplay(log.lines(), (asked: string, { recorded, tracer: own }) => {
    const find = recorded.retriever<[readonly number[], number], Page>(
      'vector_search',
      (_, vector, topK) => search(vector, topK),
      ({ id = '', content = '', score = 0 }) => ({ id, content, score }),
    );
    return answerWithSpanline(own, asked, {
      search: (vector, topK, question) => find(question, vector, topK),
      generate: recorded.model(generate, {
        request: (question) => ({ model: MODEL, temperature: 0, messages: question }),
        answer: ({ text, usage }) => ({
          text,
          promptTokens: usage?.input ?? 0,
          completionTokens: usage?.output ?? 0,
        }),
      }),
    });
  });
});

it('cannot be replayed from spans that have no messages', async () => {
  await withOpenTelemetry();
  const recorded = replay(log.lines());
  const ask = recorded.model(generate, {
    request: (question) => ({ model: MODEL, messages: question }),
    answer: ({ text }) => ({ text, promptTokens: 0, completionTokens: 0 }),
  });
  await expect(ask(QUESTION, [])).rejects.toThrow('ERR_REPLAY_CONTENT');
});
