/** A log with something for every panel of the dashboards, and an answer to every question of docs/queries.md. */

/** A line as the logger writes it. */
export type Line = Readonly<Record<string, unknown>>;

const START = Date.UTC(2026, 10, 23, 9);
const REQUESTS = 120;
/** The id that the page of the questions asks for. */
const REQUEST_ID = '01a2099b-180d-753e-b9b8-40201d96d906';

function base(n: number, event: string, ms: number): Line {
  const end = START + n * 60_000 + ms;
  return {
    '@timestamp': new Date(end).toISOString(),
    level: 'info',
    message: event,
    'event.name': event,
    'event.id': `boot-${n}-${ms}`,
    'spanline.schema': '1.0',
    'service.name': 'rag-api',
    trace_id: n.toString(16).padStart(32, 'a'),
    'user.id': `user-${n % 5}`,
    'http.request.id': n === 7 ? REQUEST_ID : `request-${n}`,
  };
}

function span(n: number, place: number, name: string, type: string, more: Line): Line {
  const ms = 100 + place * 200 + (n % 17) * 10;
  return {
    ...base(n, 'span.end', ms),
    span_id: (n * 10 + place + 1).toString(16).padStart(16, '0'),
    ...(place === 0 ? { 'spanline.rollup.spans': 5 } : { parent_span_id: (n * 10 + 1).toString(16).padStart(16, '0') }),
    'span.name': name,
    'span.type': type,
    'span.kind': place === 0 ? 'SERVER' : 'INTERNAL',
    'span.path': place === 0 ? name : `POST /ask > ${name}`,
    'span.status': 'ok',
    duration_ms: ms,
    ...more,
  };
}

function request(n: number): Line[] {
  const isLimited = n % 20 === 3;
  const isSlow = n % 40 === 7;
  const failed = { 'span.status': 'error', 'error.type': 'Error' };
  return [
    span(n, 1, 'retrieval docs', 'retriever', {
      'spanline.retrieval.count': n % 4,
      'spanline.retrieval.empty': n % 4 === 0,
      'spanline.retrieval.score_max': (n % 10) / 10,
    }),
    span(n, 2, 'chat gpt-4o', 'llm', {
      'gen_ai.request.model': n % 3 === 0 ? 'gpt-4o' : 'gpt-4o-mini',
      'gen_ai.prompt.version': `v${n % 2}`,
      'gen_ai.usage.input_tokens': 100 + n,
      'gen_ai.usage.output_tokens': 10 + (n % 7),
      'gen_ai.usage.cache_read.input_tokens': n % 50,
      'gen_ai.response.time_to_first_chunk': 0.2 + (n % 9) / 10,
      'gen_ai.response.finish_reasons': [n % 30 === 5 ? 'content_filter' : 'stop'],
      'spanline.cost.usd': isSlow ? 0.25 : (n % 11) / 1000,
      'spanline.ratelimit.remaining_ratio': 1 - (n % 60) / 100,
      ...(isLimited ? { ...failed, 'spanline.error.class': 'rate_limit' } : {}),
    }),
    span(n, 3, 'execute_tool lookup', 'tool', {
      'gen_ai.tool.name': n % 2 === 0 ? 'lookup' : 'search',
      ...(n % 13 === 0 ? { ...failed, 'spanline.error.class': 'timeout' } : {}),
    }),
    span(n, 4, 'guard input', 'guardrail', {
      'spanline.guardrail.name': 'prompt_injection',
      'spanline.guardrail.action': n % 15 === 0 ? 'block' : 'pass',
    }),
    span(n, 0, 'POST /ask', 'http', {
      'http.route': n % 2 === 0 ? '/ask' : '/chat',
      'spanline.rollup.input_tokens': 100 + n,
      'spanline.rollup.output_tokens': 10 + (n % 7),
      'spanline.rollup.cost_usd': isSlow ? 0.25 : (n % 11) / 1000,
      'spanline.rollup.slowest.name': 'chat gpt-4o',
      'spanline.rollup.slowest.self_ms': isSlow ? 12_000 : 500,
      ...(isSlow ? { duration_ms: 12_000 + n } : {}),
      ...(isLimited ? failed : {}),
    }),
    {
      ...base(n, 'gen_ai.evaluation.result', 5),
      'gen_ai.evaluation.name': ['feedback', 'groundedness', 'feedback', 'thumbs'][n % 4],
      'gen_ai.evaluation.score.value': n % 4 === 3 ? (n % 8 === 3 ? 0 : 1) : (n % 4) / 4,
    },
  ];
}

/** Every line. */
export function dashboardLog(): Line[] {
  const alerts = [1, 2].map((n) => ({
    ...base(n, 'alert', 7),
    'spanline.alert.name': 'Step Latency',
    'spanline.alert.event': 'fired',
  }));
  return [...Array.from({ length: REQUESTS }, (_, n) => request(n)).flat(), ...alerts];
}
