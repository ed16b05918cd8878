/** Requests of a service that answers questions: retrieval, reranking, a model, and a tool. */

import type { SpanRecord } from '@spanline/record';
import { span, spanId, traceId } from './logs.ts';

/** Numbers that a seed determines (a linear congruential generator). */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

/** The facts of a request; everything else is noise. */
export interface RequestFacts {
  documents?: number;
  model?: string;
  tenant?: string;
  rerankMs?: number;
  isFailed?: boolean;
  costUsd?: number;
  inputTokens?: number;
  toolArguments?: object;
  route?: string;
  promptVersion?: string;
  score?: number;
}

const MINUTE = 60_000;

/** The lines of a request, children before parents. Requests begin a minute apart. */
export function request(number: number, random: () => number, facts: RequestFacts = {}): SpanRecord[] {
  const at = number * MINUTE;
  const pick = <T>(...values: T[]): T => values[Math.floor(random() * values.length)] as T;
  const id = (index: number): string => spanId(number * 10 + index + 1);
  const { documents = 5 + Math.floor(random() * 60), rerankMs = 50 + random() * 20 } = facts;
  const { model = pick('gpt-4o', 'gpt-4o-mini', 'o3'), tenant = pick('acme', 'globex', 'initech', 'umbrella') } = facts;
  const shared = {
    trace_id: traceId(number + 1),
    'http.request.id': `req-${number}`,
    'user.id': `user-${Math.floor(random() * 30)}`,
    'host.name': pick('host-a', 'host-b', 'host-c'),
    'service.version': pick('1.0', '1.1'),
    'labels.tenant': tenant,
  };
  const inside = { ...shared, parent_span_id: id(0) };
  const failure = facts.isFailed === true ? { 'span.status': 'error' as const, 'error.type': 'TimeoutError' } : {};
  const { score } = facts;
  return [
    span(0, {
      ...inside,
      at: at + 10,
      ms: 30 + random() * 30,
      span_id: id(1),
      'span.name': 'search',
      'span.type': 'retriever',
      'spanline.retrieval.count': documents,
      'spanline.retrieval.score_max': random(),
    }),
    span(0, {
      ...inside,
      ...failure,
      at: at + 100,
      ms: rerankMs,
      span_id: id(2),
      'span.name': 'rerank',
      'span.type': 'reranker',
      'spanline.rerank.input_count': documents,
    }),
    span(0, {
      ...inside,
      at: at + 200 + rerankMs,
      ms: 400 + random() * 400,
      span_id: id(3),
      'span.name': `chat ${model}`,
      'span.type': 'llm',
      'gen_ai.request.model': model,
      'gen_ai.prompt.version': facts.promptVersion ?? pick('7', '8'),
      'gen_ai.usage.input_tokens': facts.inputTokens ?? Math.floor(500 + random() * 500),
      'gen_ai.usage.output_tokens': Math.floor(100 + random() * 100),
      'spanline.cost.usd': facts.costUsd ?? 0.001 + random() / 1000,
    }),
    span(0, {
      ...inside,
      at: at + 20,
      ms: 20,
      span_id: id(4),
      'span.name': 'execute_tool lookup',
      'span.type': 'tool',
      'gen_ai.tool.call.arguments': JSON.stringify(facts.toolArguments ?? { query: 'x'.repeat(1 + random() * 20) }),
    }),
    span(0, {
      ...shared,
      at,
      ms: 1500 + rerankMs + random() * 200,
      span_id: id(0),
      'span.name': 'POST /ask',
      'span.type': 'http',
      'http.route': facts.route ?? pick('/ask', '/chat'),
      'http.request.body.size': Math.floor(random() * 5000),
    }),
    ...(score === undefined
      ? []
      : [
          {
            '@timestamp': '2026-11-24T09:00:00.000Z',
            level: 'info',
            message: 'score',
            'event.name': 'gen_ai.evaluation.result',
            trace_id: shared.trace_id,
            'gen_ai.evaluation.name': 'helpful',
            'gen_ai.evaluation.score.value': score,
          } as SpanRecord,
        ]),
  ];
}

/** The lines of requests whose facts are chosen one by one. */
export function requests(count: number, seed: number, choose: (random: () => number, number: number) => RequestFacts) {
  const random = numbers(seed);
  return Array.from({ length: count }, (_, number) => request(number, random, choose(random, number))).flat();
}
