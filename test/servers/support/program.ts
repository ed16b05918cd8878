import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLogger, createTracer, type Tracer, withContext } from '@spanline/core';
import { spool } from '@spanline/ship';

/** A line as the logger wrote it, parsed. */
export type Line = Readonly<Record<string, unknown>>;

/** When the first request comes in; the clock runs only where the program says so. */
export const START: number = Date.UTC(2026, 0, 5, 10);
/** Time from one request to the next. */
export const EVERY_MS = 10_000;
/** Requests with ordinary prompts; three with long ones follow. */
export const REQUESTS = 300;
/** Words that stand once, at the end of a prompt. */
export const NEEDLES = { long: 'quokkahaven', huge: 'zanzibarquill', chat: 'marmosetgrove' } as const;
export const LONG_REQUESTS = { long: 'req-long', huge: 'req-huge', chat: 'req-chat' } as const;

const MODELS = ['gpt-4o', 'gpt-4o-mini', 'gpt-4.1-nano'] as const;
const WORDS =
  'the retention of an index begins when its last segment was rolled over and ends with its deletion '.split(' ');
const HASH_KEY = 'a key of the tests, thirty-two bytes';

interface Message {
  readonly role: string;
  readonly content: string;
}

interface Question {
  readonly n: number;
  readonly requestId: string;
  readonly messages: readonly Message[];
}

/** Ordinary prose of so many characters that ends with a word. */
function prose(length: number, end: string): string {
  let text = '';
  for (let n = 0; text.length < length - end.length - 1; n++) text += `${WORDS[n % WORDS.length] ?? ''} `;
  return `${text.slice(0, length - end.length - 1)} ${end}`;
}

const asked = (content: string): Message[] => [{ role: 'user', content }];

function* questions(): Generator<Question> {
  for (let n = 0; n < REQUESTS; n++) yield { n, requestId: `req-${n}`, messages: asked(prose(1000, `end${n}`)) };
  yield { n: REQUESTS, requestId: LONG_REQUESTS.long, messages: asked(prose(10_240, NEEDLES.long)) };
  yield { n: REQUESTS + 1, requestId: LONG_REQUESTS.huge, messages: asked(prose(204_800, NEEDLES.huge)) };
  const turns = Array.from({ length: 8 }, (_, turn) => ({
    role: turn % 2 === 0 ? 'user' : 'assistant',
    content: prose(25_600, turn === 7 ? NEEDLES.chat : 'turn'),
  }));
  yield { n: REQUESTS + 2, requestId: LONG_REQUESTS.chat, messages: turns };
}

/** The spans of one request: each takes a time that its number gives. */
function answer(tracer: Tracer, { n, messages }: Question, advance: (ms: number) => void): void {
  const model = MODELS[n % MODELS.length] as string;
  tracer.withSpan({ name: 'retrieval docs', type: 'retriever', input: `question ${n}` }, (span) => {
    advance(20 + (n % 7));
    span.output([{ pageContent: `document ${n}`, metadata: { id: `doc-${n % 9}` } }]);
  });
  tracer.withSpan({ name: `chat ${model}`, type: 'llm', input: messages }, (span) => {
    advance(200 + n);
    span.set({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': model,
      'gen_ai.usage.input_tokens': 100 + n,
      'gen_ai.usage.output_tokens': 20 + (n % 13),
    });
    if (n % 10 === 0) span.fail(new Error('The model is overloaded'));
    else span.output([{ role: 'assistant', content: `The answer to question ${n}` }]);
  });
  tracer.withSpan({ name: 'execute_tool lookup', type: 'tool', input: { key: `k${n}` } }, (span) => {
    advance(5 + (n % 3));
    span.output({ found: n % 2 === 0, rows: [{ id: n, price: `${n} EUR` }] });
  });
  tracer.logger.info({ attempt: n }, 'answered');
}

function request(tracer: Tracer, question: Question, advance: (ms: number) => void): void {
  const { n, requestId } = question;
  const labels = { plan: n % 4 === 0 ? 'pro' : 'free', shard: n % 5 };
  withContext({ requestId, sessionId: `session-${n % 20}`, userId: `user-${n % 50}`, labels }, () => {
    tracer.withSpan({ name: 'POST /ask', type: 'http', parent: null }, (span) => {
      span.set({ 'http.request.method': 'POST', 'http.route': '/ask', 'http.response.status_code': 200 });
      answer(tracer, question, advance);
      if (n % 25 === 0) tracer.score({ name: 'helpful', value: 1, spanId: span.spanId, traceId: span.traceId });
    });
  });
}

/** A service answers {@link REQUESTS} requests and three with long prompts, and its lines stand in a spool. @returns what was written */
export async function writeProgram(dir: string): Promise<Line[]> {
  let passed = 0;
  const tracer = createTracer({
    service: { name: 'servers-test', version: '1.0.0', environment: 'test' },
    logger: createLogger({ pretty: false }, spool({ dir, to: [] })),
    clock: { now: () => START + passed, monotonic: () => passed },
    limits: { lineBytes: 500_000, fieldBytes: 250_000 },
    redact: { hash: ['user.id'] },
    hashKey: HASH_KEY,
    statsIntervalSeconds: 0,
  });
  for (const question of questions()) {
    passed = question.n * EVERY_MS;
    request(tracer, question, (ms) => (passed += ms));
  }
  await tracer.shutdown();
  return linesOf(dir);
}

/** Every line of the segments of a spool. */
function linesOf(dir: string): Line[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => /writer-[^/]*\/\d+\.ndjson$/.test(name))
    .toSorted()
    .flatMap((name) => readFileSync(join(dir, name), 'utf8').split('\n').slice(0, -1))
    .map((line) => JSON.parse(line) as Line);
}
