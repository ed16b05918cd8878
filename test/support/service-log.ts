/** The log of a service that answers questions, for the pages: the same lines each time. */

import type { SpanRecord } from '@spanline/core';

const START = Date.UTC(2026, 10, 21, 8);
const HOUR = 3_600_000;
const USERS = ['ada', 'ben', 'cleo', 'dan'];

const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, '0');

/** Numbers between 0 and 1, the same each time (Park and Miller). */
function createRandom(): () => number {
  let state = 20_261_123;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

interface Step {
  readonly name: string;
  readonly at: number;
  readonly ms: number;
  readonly fields: SpanRecord;
}

function recordOf(trace: number, index: number, { name, at, ms, fields }: Step, shared: SpanRecord): SpanRecord {
  return {
    '@timestamp': new Date(at + ms).toISOString(),
    level: fields['span.status'] === 'error' ? 'error' : 'info',
    message: `${name} ${ms} ms`,
    'event.name': 'span.end',
    'spanline.schema': '1.0',
    'service.name': 'assistant',
    'span.status': 'ok',
    ...shared,
    span_id: hex(trace * 16 + index + 1, 16),
    ...(index === 0 ? {} : { parent_span_id: hex(trace * 16 + 1, 16) }),
    'span.name': name,
    'span.path': index === 0 ? name : `POST /ask > ${name}`,
    'event.start': `${new Date(at).toISOString().slice(0, -1)}000Z`,
    duration_ms: ms,
    ...fields,
  };
}

const message = (role: string, content: string): object => ({ role, parts: [{ type: 'text', content }] });

/** One request: search, rerank, chat. Reranking is slow where the search found more than 30 documents. */
function request(trace: number, random: () => number): SpanRecord[] {
  const user = USERS[Math.floor(random() * USERS.length)] ?? 'ada';
  const at = START + trace * HOUR + Math.floor(random() * HOUR);
  const found = random() < 0.2 ? 40 + Math.floor(random() * 9) : 5 + Math.floor(random() * 20);
  const model = random() < 0.3 ? 'gpt-4o' : 'gpt-4o-mini';
  const searchMs = 60 + Math.floor(random() * 80);
  const rerankMs = found > 30 ? 2100 + Math.floor(random() * 1500) : 150 + found * 6;
  const chatMs = 500 + Math.floor(random() * 900);
  const isTimeout = found > 30 && random() < 0.3;
  const isRefused = !isTimeout && random() < 0.06;
  const [input, output] = [700 + found * 20, 60 + Math.floor(random() * 200)];
  const failed = (type: string, text: string): SpanRecord => ({
    'span.status': 'error',
    'error.type': type,
    'error.message': text,
  });
  const fault = isTimeout
    ? failed('TimeoutError', `the reranker did not answer within ${rerankMs} ms`)
    : isRefused
      ? failed('RateLimitError', `429 Rate limit reached for ${model}, request req_${hex(trace * 7919, 12)}`)
      : undefined;
  const shared: SpanRecord = {
    trace_id: hex(Math.floor(random() * 2 ** 32), 8) + hex(trace, 24),
    'http.request.id': `req-${1000 + trace}`,
    'user.id': user,
    'session.id': `${user}-${Math.floor(trace / 24) + 1}`,
  };
  const question = 'How long is the notice period?';
  const documents = Array.from({ length: 2 }, (_, n) => ({
    id: `contract-${trace + n}`,
    score: Number((0.91 - n * 0.08).toFixed(2)),
    content: n === 0 ? 'The notice period is three months.' : 'Notice is given in writing.',
  }));
  const cost = model === 'gpt-4o' ? input * 2.5e-6 + output * 1e-5 : input * 1.5e-7 + output * 6e-7;
  const usage: SpanRecord = {
    'gen_ai.usage.input_tokens': input,
    'gen_ai.usage.output_tokens': output,
    ...(trace % 3 === 0 ? { 'gen_ai.usage.cache_read.input_tokens': 512 } : {}),
    'spanline.cost.usd': cost,
    'gen_ai.response.time_to_first_chunk': chatMs / 4000,
    'gen_ai.output.messages': JSON.stringify([message('assistant', 'Three months, in writing.')]),
  };
  const search: Step = {
    name: 'search',
    at: at + 5,
    ms: searchMs,
    fields: {
      'span.type': 'retriever',
      'spanline.retrieval.count': found,
      'gen_ai.retrieval.query.text': question,
      'gen_ai.retrieval.documents': JSON.stringify(documents),
    },
  };
  const rerank: Step = {
    name: 'rerank',
    at: search.at + searchMs,
    ms: rerankMs,
    fields: {
      'span.type': 'reranker',
      'spanline.rerank.input_count': found,
      'spanline.retrieval.count': 5,
      ...(isTimeout ? fault : {}),
    },
  };
  const chat: Step = {
    name: `chat ${model}`,
    at: rerank.at + rerankMs,
    ms: chatMs,
    fields: {
      'span.type': 'llm',
      'gen_ai.request.model': model,
      'gen_ai.prompt.version': trace < 36 ? 'v1' : 'v2',
      'gen_ai.input.messages': JSON.stringify([
        message('system', 'Answer from the contract.'),
        message('user', question),
      ]),
      ...(isRefused ? fault : usage),
    },
  };
  const steps = isTimeout ? [search, rerank] : [search, rerank, chat];
  const last = steps.at(-1) ?? search;
  const slowest = steps.toSorted((a, b) => b.ms - a.ms)[0] ?? last;
  const root: Step = {
    name: 'POST /ask',
    at,
    ms: last.at + last.ms - at + 3,
    fields: {
      'span.type': 'http',
      'http.request.method': 'POST',
      'http.route': '/ask',
      'http.response.status_code': fault === undefined ? 200 : 500,
      'spanline.rollup.spans': steps.length + 1,
      'spanline.rollup.slowest.name': slowest.name,
      'spanline.rollup.slowest.self_ms': slowest.ms,
      ...(fault === undefined ? {} : { ...fault, 'spanline.error.propagated': true }),
    },
  };
  return [...steps.map((step, n) => recordOf(trace, n + 1, step, shared)), recordOf(trace, 0, root, shared)];
}

function thumbs(answer: SpanRecord, value: number): SpanRecord {
  const { trace_id: trace = '', span_id: id = '', 'http.request.id': requestId = '' } = answer;
  return {
    '@timestamp': new Date(Date.parse(answer['@timestamp'] ?? '') + 40_000).toISOString(),
    level: 'info',
    message: `score thumbs ${value}`,
    'event.name': 'gen_ai.evaluation.result',
    'spanline.schema': '1.0',
    'service.name': 'assistant',
    trace_id: trace,
    span_id: id,
    'http.request.id': requestId,
    'gen_ai.evaluation.name': 'thumbs',
    'gen_ai.evaluation.score.value': value,
    'spanline.evaluation.source': 'user',
    ...(value === 0 ? { 'gen_ai.evaluation.explanation': 'wrong contract' } : {}),
  };
}

/** The lines. */
export function serviceLog(): string {
  const random = createRandom();
  const records = Array.from({ length: 64 }, (_, trace) => request(trace, random)).flatMap((trace, n) => {
    const root = trace.at(-1);
    return root === undefined || n % 9 !== 4 ? trace : [...trace, thumbs(root, n % 2)];
  });
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}
