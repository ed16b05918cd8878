import { closeSync, openSync, writeSync } from 'node:fs';
import type { SpanRecord } from '@spanline/record';

const WORDS =
  'the contract of a tenant may end early when both sides agree in writing and the “deposit” is returned within two months of the day on which the keys were handed over'.split(
    ' ',
  );
/** Name, type and milliseconds of the spans of a trace; the root comes last, as a logger writes it. */
const SPANS = [
  ['embed_query', 'embedding', 40],
  ['vector_search', 'retriever', 80],
  ['keyword_search', 'retriever', 60],
  ['rerank', 'reranker', 120],
  ['build_prompt', 'task', 2],
  ['chat gpt-4o-mini', 'llm', 1700],
  ['lookup_order', 'tool', 60],
  ['check_answer', 'llm', 300],
  ['rag_chain', 'chain', 2300],
  ['POST /ask', 'http', 2400],
] as const;
const PARENTS = [8, 8, 8, 8, 8, 8, 5, 8, 9, -1];
const START = Date.UTC(2026, 10, 23);
const TRACE_EVERY_MS = 250;
const PER_WRITE = 1000;

/** Numbers that look like chance and are the same each time. */
function createChance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, '0');

function prose(chance: () => number, length: number): string {
  let text = '';
  while (text.length < length) text += `${WORDS[Math.floor(chance() * WORDS.length)]} `;
  return text;
}

const message = (role: string, text: string): string =>
  JSON.stringify([{ role, parts: [{ type: 'text', content: `${text}\n"${role}"` }] }]);

/** The span with a number, ten to a trace, in the order of keys of a tracer's line. */
function record(n: number, chance: () => number): SpanRecord {
  const trace = Math.floor(n / SPANS.length);
  const place = n % SPANS.length;
  const [name, type, typical] = SPANS[place] ?? SPANS[0];
  const parent = PARENTS[place] ?? -1;
  const ms = Math.round(typical * (0.5 + 2 * chance() ** 3) * 1000) / 1000;
  const began = START + trace * TRACE_EVERY_MS + place * 10;
  const isModel = type === 'llm';
  const isError = chance() < 0.01;
  const spanId = (index: number): string => hex((trace * 2_654_435_761 + index * 40_503) % 2 ** 48, 16);
  return {
    '@timestamp': new Date(began + ms).toISOString(),
    level: 'info',
    message: `${name} ${ms} ms`,
    'event.name': 'span.end',
    'event.outcome': isError ? 'failure' : 'success',
    'spanline.schema': '1.0',
    'service.name': 'rag-api',
    'host.name': 'api-7d9f',
    'process.pid': 4242,
    'span.status': isError ? 'error' : 'ok',
    'event.id': `m3k9x2-${n}`,
    trace_id: `${hex(trace * 7919, 16)}${hex(trace, 16)}`,
    span_id: spanId(place),
    ...(parent < 0 ? {} : { parent_span_id: spanId(parent) }),
    'span.name': name,
    'span.type': type,
    'event.start': `${new Date(began).toISOString().slice(0, -1)}000Z`,
    'event.duration': Math.round(ms * 1e6),
    duration_ms: ms,
    'http.request.id': `req-${hex(trace, 12)}`,
    'session.id': `session-${Math.floor(trace / 5)}`,
    ...(isModel
      ? {
          'gen_ai.request.model': 'gpt-4o-mini',
          'gen_ai.usage.input_tokens': Math.floor(500 + 3000 * chance()),
          'gen_ai.usage.output_tokens': Math.floor(50 + 500 * chance()),
          'gen_ai.response.finish_reasons': ['stop'],
          'gen_ai.response.time_to_first_chunk': Math.round(chance() * 900) / 1000,
          'spanline.cost.usd': Math.round(chance() * 1e5) / 1e8,
        }
      : {}),
    ...(place === 4 || place === 9 ? {} : { 'gen_ai.input.messages': message('user', prose(chance, 260)) }),
    ...(isModel ? { 'gen_ai.output.messages': message('assistant', prose(chance, 200)) } : {}),
  };
}

/** Spans of about 1 kB each, a thousand lines at once: ten to a trace, children before their parents. */
export function* spanLines(spans: number): Generator<string> {
  const chance = createChance(1);
  for (let from = 0; from < spans; from += PER_WRITE) {
    const count = Math.min(PER_WRITE, spans - from);
    const lines = Array.from({ length: count }, (_, index) => JSON.stringify(record(from + index, chance)));
    yield `${lines.join('\n')}\n`;
  }
}

/** Writes them to a file. */
export function writeSpans(path: string, spans: number): void {
  const file = openSync(path, 'w');
  for (const lines of spanLines(spans)) writeSync(file, lines);
  closeSync(file);
}

/** Request id of a trace in the middle. */
export const requestOf = (spans: number): string => `req-${hex(Math.floor(spans / SPANS.length / 2), 12)}`;
