import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTracer, SpanlineError, withContext } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { elasticsearch, opensearch } from '@spanline/ship';
import { createIndex, type Index, readBulk, type Refusal } from './support/elastic.ts';
import { deadLetters, leave, ship, spanLines } from './support/engine.ts';
import { temporaryFolder } from './support/folder.ts';
import { shipLines, trace } from './support/lines.ts';
import { receiver } from './support/receiver.ts';

type Document = Record<string, unknown>;

const SPANS = 'otel-v1-apm-span-spanline';
const ELASTIC = 'traces-spanline.otel-default';
/** The span of the first of `spanLines`. */
const FIRST_SPAN = '0000000000000001';

/** Ships lines to OpenSearch with its trace documents. */
async function shipTraces(
  lines: readonly string[],
  refuse?: Refusal,
  options: Partial<Parameters<typeof opensearch>[0]> = {},
): Promise<{ index: Index; root: string; stats: unknown; spans: Document[] }> {
  const index = createIndex(refuse);
  const target = await receiver((request) => index.bulk(request));
  const shipped = await shipLines(lines, opensearch({ url: target.url, traces: true, ...options }));
  return { ...shipped, index, spans: [...index.stream(SPANS).values()] };
}

/** A request with a chain, a call of a model and a tool, as an application's tracer writes them. */
function agentTrace(): string[] {
  const log = memoryLog();
  const tracer = createTracer({
    logger: log.logger,
    service: { name: 'rag-api' },
    capture: 'full',
    statsIntervalSeconds: 0,
  });
  const context = { sessionId: 'session-7', userId: 'user-1' };
  withContext(context, () => {
    const request = tracer.startSpan({ name: 'POST /ask', type: 'http' });
    const chain = tracer.startSpan({ name: 'RunnableSequence', type: 'chain', parent: request });
    const call = tracer.startSpan({ name: 'chat gpt-4o', type: 'llm', parent: chain });
    call.set({ 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-4o', 'gen_ai.usage.input_tokens': 14 });
    call.set({ 'gen_ai.usage.output_tokens': 5 }).input('Where is it?').output('There.').end();
    tracer.startSpan({ name: 'execute_tool lookup', type: 'tool', parent: chain }).label('plan', 'pro').end();
    chain.end();
    request.end();
  });
  return log.raw();
}

const named = (spans: readonly Document[], name: string): Document => spans.find((span) => span['name'] === name) ?? {};

describe('opensearch({ traces: true })', () => {
  it('writes a document of each ended span beside that of the log, with the same id', async () => {
    const { index, spans, stats } = await shipTraces(trace('ecs'));
    expect(index.documents.size).toBe(3);
    expect(spans).toHaveLength(2);
    expect([...index.documents.keys()]).toEqual(expect.arrayContaining([...index.stream(SPANS).keys()]));
    expect(stats).toMatchObject({ stored: 3, rejected: 0 });
  });

  it('gives a span the fields that Data Prepper gives it', async () => {
    const { spans } = await shipTraces(trace('otel'));
    const call = named(spans, 'chat gpt-4o');
    const request = named(spans, 'POST /ask');
    expect(call).toMatchObject({
      traceId: request['traceId'],
      parentSpanId: request['spanId'],
      kind: 'SPAN_KIND_CLIENT',
      serviceName: 'rag-api',
      traceGroup: 'POST /ask',
      status: { code: 2, message: 'boom' },
      resource: { attributes: { 'service.name': 'rag-api', 'deployment.environment.name': 'test' } },
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.request.temperature': 0.5,
        'gen_ai.usage.input_tokens': 14,
        'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"Where is it?"}]}]',
        labels: { tenant: 'acme' },
        'error.type': 'TypeError',
      },
      events: [{ name: 'exception', attributes: { 'exception.type': 'TypeError', 'exception.message': 'boom' } }],
    });
    expect(call).not.toHaveProperty('traceGroupFields');
    expect(request).toMatchObject({ parentSpanId: '', kind: 'SPAN_KIND_SERVER', traceGroup: 'POST /ask' });
  });

  it('keeps start, end and duration to the nanosecond', async () => {
    const { spans } = await shipTraces(spanLines(1));
    expect(spans).toEqual([
      expect.objectContaining({
        '@timestamp': '2026-11-23T09:12:35.957456000Z',
        startTime: '2026-11-23T09:12:34.123456000Z',
        endTime: '2026-11-23T09:12:35.957456000Z',
        durationInNanos: 1_834_000_000,
        traceGroupFields: {
          endTime: '2026-11-23T09:12:35.957456000Z',
          durationInNanos: 1_834_000_000,
          statusCode: 1,
        },
      }),
    ]);
  });

  it('makes the root of a trace with model calls a row of Agent Traces: operation, tokens, conversation', async () => {
    const { spans } = await shipTraces(agentTrace());
    const operations = Object.fromEntries(
      spans.map(({ name, attributes }) => [name, (attributes as Document)['gen_ai.operation.name']]),
    );
    expect(operations).toEqual({
      'POST /ask': 'invoke_agent',
      RunnableSequence: 'invoke_agent',
      'chat gpt-4o': 'chat',
      'execute_tool lookup': 'execute_tool',
    });
    expect(named(spans, 'POST /ask')['attributes']).toMatchObject({
      'gen_ai.usage.input_tokens': 14,
      'gen_ai.usage.output_tokens': 5,
      'gen_ai.conversation.id': 'session-7',
      'user.id': 'user-1',
    });
    expect(named(spans, 'RunnableSequence')['attributes']).not.toHaveProperty(['gen_ai.usage.input_tokens']);
  });

  it('leaves a root without model calls out of them', async () => {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
    tracer.startSpan({ name: 'GET /health', type: 'http' }).end();
    const { spans } = await shipTraces(log.raw());
    expect(spans[0]?.['attributes']).not.toHaveProperty(['gen_ai.operation.name']);
  });

  it('makes no document of starts, application lines, foreign lines, and spans without valid ids', async () => {
    const [line = ''] = spanLines(1);
    const record = JSON.parse(line) as Document;
    const odd = [
      { ...record, 'event.id': 'a', 'event.name': 'span.start' },
      { ...record, 'event.id': 'b', trace_id: 'none' },
      { ...record, 'event.id': 'c', 'event.start': 'yesterday' },
    ];
    const { index, spans } = await shipTraces([...odd.map((bag) => JSON.stringify(bag)), '{"msg":"hello"}']);
    expect(index.documents.size).toBe(4);
    expect(spans).toEqual([]);
  });

  it('leaves out of both documents what the policy of the sink leaves out', async () => {
    const { index, spans } = await shipTraces(agentTrace(), undefined, { capture: 'metadata' });
    const stored = JSON.stringify([...index.documents.values(), ...spans]);
    expect(stored).toContain('gpt-4o');
    expect(stored).not.toContain('Where is it?');
  });

  it('writes to the stream that is named', async () => {
    const { index } = await shipTraces(spanLines(1), undefined, { traces: { dataStream: 'otel-v1-apm-span-rag' } });
    expect(index.stream('otel-v1-apm-span-rag').size).toBe(1);
  });
});

describe('a trace document that is not stored', () => {
  it('goes to the dead letters alone: its log document and its neighbours are stored', async () => {
    const isPoison: Refusal = ({ spanId }, stream) =>
      stream === SPANS && spanId === '0000000000000002' ? { status: 400, type: 'mapper_parsing_exception' } : undefined;
    const { index, root, spans, stats } = await shipTraces(spanLines(3), isPoison);
    expect(index.documents.size).toBe(3);
    expect(spans).toHaveLength(2);
    expect(stats).toMatchObject({ stored: 2, rejected: 1 });
    expect(deadLetters(root, 'opensearch')).toEqual([
      expect.objectContaining({
        reason: 'trace document: 400 mapper_parsing_exception in field x',
        line: spanLines(3)[1],
      }),
    ]);
  });

  it('is sent again while it is refused for a time, and its log document is stored once', async () => {
    let refusals = 3;
    const { index, spans, stats } = await shipTraces(spanLines(2), (_document, stream) =>
      stream === SPANS && refusals-- > 0 ? { status: 429, type: 'rejected_execution_exception' } : undefined,
    );
    expect([index.documents.size, spans.length]).toEqual([2, 2]);
    expect(stats).toMatchObject({ stored: 2, rejected: 0 });
  });

  it('waits for its stream, together with the line', async () => {
    let isClosed = true;
    const index = createIndex((_document, stream) =>
      stream === SPANS && isClosed ? { status: 403, type: 'security_exception' } : undefined,
    );
    const target = await receiver((request) => index.bulk(request));
    const root = temporaryFolder();
    leave(root, spanLines(1));
    const { engine } = ship(root, opensearch({ url: target.url, traces: true }));
    await expect
      .poll(() => engine.stats()['opensearch']?.state)
      .toBe('trace document: 403 security_exception in field x');
    expect(engine.stats()['opensearch']).toMatchObject({ stored: 0 });
    isClosed = false;
    await engine.drain();
    expect([index.documents.size, index.stream(SPANS).size]).toEqual([1, 1]);
  });

  it('is not taken for stored when the answer has fewer results than documents', async () => {
    const index = createIndex();
    const target = await receiver((request, nth) => {
      if (nth > 0) return index.bulk(request);
      const body = JSON.stringify({
        errors: false,
        items: readBulk(request.body)
          .slice(1)
          .map(() => ({ create: { status: 201 } })),
      });
      return { status: 200, headers: { 'content-type': 'application/json' }, body };
    });
    await shipLines(spanLines(2), opensearch({ url: target.url, traces: true }));
    expect(target.requests.length).toBeGreaterThan(1);
    expect([index.documents.size, index.stream(SPANS).size]).toEqual([2, 2]);
  });

  it('ends in its stream or in the dead letters, once, whatever happens to each document', async () => {
    const lines = [...agentTrace(), ...spanLines(4)];
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.constantFrom(201, 201, 201, 429, 503, 400)), async (answers) => {
        const final = new Map<unknown, number>();
        const { index, root, spans } = await shipTraces(lines, (document, stream) => {
          const name = String(document['event.id'] ?? document['spanId']);
          // A target that has stored nothing and refuses everything is taken for one that is not set up.
          if (name === 'boot-0' || name === FIRST_SPAN) return undefined;
          const id = `${stream} ${name}`;
          const status = final.get(id) ?? (answers.next().value as number);
          if (status === 400) final.set(id, status);
          return status === 201 ? undefined : { status, type: 'some_exception' };
        });
        const letters = deadLetters(root, 'opensearch');
        const refusedLogs = [...final.keys()].filter((id) => String(id).startsWith('undefined ')).length;
        const refused = final.size;
        expect(index.documents.size).toBe(lines.length - refusedLogs);
        expect(spans.length).toBe(lines.length - (refused - refusedLogs));
        expect(new Set(letters.map(({ line }) => line)).size).toBe(letters.length);
        expect(letters.length).toBeLessThanOrEqual(refused);
        expect(letters.length > 0).toBe(refused > 0);
      }),
      { numRuns: 15 },
    );
  });
});

describe('elasticsearch({ traces: true })', () => {
  it('writes the documents of the mapping mode otel', async () => {
    const index = createIndex();
    const target = await receiver((request) => index.bulk(request));
    await shipLines(trace('otel'), elasticsearch({ url: target.url, traces: true }));
    const [call, request] = [...index.stream(ELASTIC).values()] as [Document, Document];
    expect(call).toMatchObject({
      '@timestamp': expect.stringMatching(/^\d{4}-.*\.\d{9}Z$/) as string,
      data_stream: { type: 'traces', dataset: 'spanline.otel', namespace: 'default' },
      trace_id: request['trace_id'],
      parent_span_id: request['span_id'],
      name: 'chat gpt-4o',
      kind: 'Client',
      status: { code: 'Error', message: 'boom' },
      attributes: {
        'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"Where is it?"}]}]',
        'gen_ai.usage.input_tokens': 14,
        'labels.tenant': 'acme',
      },
      resource: { attributes: { 'service.name': 'rag-api' } },
    });
    expect(request).not.toHaveProperty('parent_span_id');
    expect(request).toMatchObject({ kind: 'Server', status: { code: 'Ok' } });
    expect(Number.isInteger(call['duration'])).toBe(true);
  });

  it('cuts a name and a message that its mapping would refuse the document for', async () => {
    const index = createIndex();
    const target = await receiver((request) => index.bulk(request));
    const record = JSON.parse(spanLines(1)[0] ?? '') as Document;
    const long = {
      ...record,
      'span.name': 'n'.repeat(40_000),
      'span.status': 'error',
      'error.message': 'm'.repeat(40_000),
    };
    await shipLines([JSON.stringify(long)], elasticsearch({ url: target.url, traces: true }));
    const [span = {}] = index.stream(ELASTIC).values();
    expect([span['name'], (span['status'] as Document)['message']]).toEqual(['n'.repeat(8191), 'm'.repeat(8191)]);
  });
});

describe('the option traces', () => {
  const url = 'http://localhost:9200';

  it.each([
    ['opensearch', () => opensearch({ url, traces: { dataStream: 'spans' } })],
    ['opensearch', () => opensearch({ url, traces: { dataStream: ELASTIC } })],
    ['elasticsearch', () => elasticsearch({ url, traces: { dataStream: SPANS } })],
    ['elasticsearch', () => elasticsearch({ url, traces: { dataStream: 'traces-a-b.otel-default' } })],
    ['elasticsearch', () => elasticsearch({ url, traces: 'yes' as never })],
  ])('of %s refuses a stream that no screen of the engine reads', (engine, create) => {
    expect(create).toThrow(SpanlineError);
    expect(create).toThrow(`${engine}.traces`);
  });
});
