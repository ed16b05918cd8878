/** A service whose lines have something for every panel of the dashboards, and for every question of docs/queries.md. */
import { createLogger, createTracer, type Tracer, withContext } from '@spanline/core';

/** A line as the logger wrote it, parsed. */
export type Line = Readonly<Record<string, unknown>>;

const REQUESTS = 60;
const EVERY_MS = 60_000;
/** The id that docs/queries.md asks for. */
const ASKED = '01a2099b-180d-753e-b9b8-40201d96d906';
/** A request in so many is slow, expensive, refused, badly rated. */
const RARE = 10;

function retrieve(tracer: Tracer, n: number, advance: (ms: number) => void): void {
  tracer.withSpan({ name: 'retrieval docs', type: 'retriever', input: `question ${n}` }, (span) => {
    const found = Array.from({ length: n % 4 }, (_, place) => ({ id: `doc-${place}`, score: 0.9 - place / 10 }));
    span.output(found);
    advance(15 + (n % 5));
    const [best] = found;
    span.set({
      'spanline.retrieval.count': found.length,
      'spanline.retrieval.empty': found.length === 0,
      ...(best === undefined ? {} : { 'spanline.retrieval.score_max': best.score }),
    });
  });
}

function guard(tracer: Tracer, n: number, advance: (ms: number) => void): void {
  const action = n % RARE === 4 ? 'block' : 'pass';
  tracer.withSpan({ name: 'guard input', type: 'guardrail' }, (span) => {
    advance(2);
    span.set({ 'spanline.guardrail.name': 'prompt_injection', 'spanline.guardrail.action': action });
  });
}

function call(tracer: Tracer, n: number, advance: (ms: number) => void): void {
  const model = n % 3 === 0 ? 'gpt-4o' : 'gpt-4o-mini';
  tracer.withSpan(
    { name: `chat ${model}`, type: 'llm', input: [{ role: 'user', content: `question ${n}` }] },
    (span) => {
      advance(n % RARE === 7 ? 12_000 : 300 + n);
      span.set({
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': model,
        'gen_ai.prompt.name': 'answer',
        'gen_ai.prompt.version': `v${n % 2}`,
        'gen_ai.usage.input_tokens': n % RARE === 7 ? 120_000 : 1000 + n,
        'gen_ai.usage.output_tokens': 100 + (n % 7),
        'gen_ai.usage.cache_read.input_tokens': n % 5 === 0 ? 500 : 0,
        'gen_ai.response.time_to_first_chunk': 0.2 + (n % 9) / 10,
        'gen_ai.response.finish_reasons': ['stop'],
        'spanline.ratelimit.remaining_ratio': 1 - n / 100,
      });
      if (n % RARE === 3) span.fail(Object.assign(new Error('Too many requests'), { status: 429 }));
      else span.output([{ role: 'assistant', content: `The answer to question ${n}` }]);
    },
  );
}

function useTool(tracer: Tracer, n: number, advance: (ms: number) => void): void {
  const name = n % 2 === 0 ? 'lookup' : 'search';
  tracer.withSpan({ name: `execute_tool ${name}`, type: 'tool' }, (span) => {
    advance(40 + (n % 11));
    span.set({ 'gen_ai.tool.name': name });
    if (n % RARE === 6) span.fail(Object.assign(new Error('The tool timed out'), { name: 'TimeoutError' }));
  });
}

function request(tracer: Tracer, n: number, advance: (ms: number) => void): void {
  const requestId = n === 7 ? ASKED : `request-${n}`;
  withContext({ requestId, sessionId: `session-${n % 20}`, userId: `user-${n % 5}` }, () => {
    tracer.withSpan({ name: 'POST /ask', type: 'http', kind: 'SERVER', parent: null }, (span) => {
      span.set({ 'http.request.method': 'POST', 'http.route': n % 3 === 0 ? '/chat' : '/ask' });
      guard(tracer, n, advance);
      retrieve(tracer, n, advance);
      call(tracer, n, advance);
      useTool(tracer, n, advance);
      advance(20);
      if (n % RARE === 3) span.fail(new Error('no answer'));
      const at = { traceId: span.traceId, spanId: span.spanId };
      tracer.score({ name: 'groundedness', value: (n % 4) / 4, ...at });
      tracer.score({ name: 'thumbs', value: n % RARE === 9 ? 0 : 1, ...at });
    });
  });
}

/** The lines of an hour that begins at `start`, in milliseconds of the epoch. */
export async function busyService(start: number): Promise<Line[]> {
  const lines: Line[] = [];
  let passed = 0;
  const tracer = createTracer({
    service: { name: 'rag-api', version: '1.0.0', environment: 'test' },
    logger: createLogger({ pretty: false }, { write: (line) => void lines.push(JSON.parse(line) as Line) }),
    clock: { now: () => start + passed, monotonic: () => passed },
    statsIntervalSeconds: 0,
  });
  for (let n = 0; n < REQUESTS; n++) {
    passed = n * EVERY_MS;
    request(tracer, n, (ms) => (passed += ms));
  }
  tracer.alert({ name: 'Slow answers', event: 'fired', state: 'ALERT', severity: 'critical', message: 'p95 is 12 s' });
  await tracer.shutdown();
  return lines;
}
