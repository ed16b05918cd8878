import { closeSync, openSync, writeSync } from 'node:fs';

const START = Date.UTC(2026, 10, 23, 9);
const PER_WRITE = 1000;

const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, '0');
export const traceIdOf = (trace: number): string => hex(trace + 1, 32);

/** The line of a span that ended. Durations are the same in each run. */
export function viewerLine(place: {
  trace: number;
  span: number;
  parent?: number;
  startMs: number;
  name: string;
}): string {
  const { trace, span, parent, startMs, name } = place;
  const ms = 3 + ((span * 7919) % 4000);
  return JSON.stringify({
    '@timestamp': new Date(startMs + ms).toISOString(),
    level: 'info',
    message: name,
    'event.name': 'span.end',
    'spanline.schema': '1.0',
    'service.name': 'rag-api',
    'span.status': span % 97 === 0 ? 'error' : 'ok',
    trace_id: traceIdOf(trace),
    span_id: hex(span + 1, 16),
    ...(parent === undefined ? {} : { parent_span_id: hex(parent + 1, 16) }),
    'span.name': name,
    'span.type': parent === undefined ? 'http' : 'task',
    'event.start': new Date(startMs).toISOString(),
    duration_ms: ms,
  });
}

function write(path: string, count: number, line: (n: number) => string): void {
  const file = openSync(path, 'w');
  for (let from = 0; from < count; from += PER_WRITE) {
    const lines = Array.from({ length: Math.min(PER_WRITE, count - from) }, (_, n) => `${line(from + n)}\n`);
    writeSync(file, lines.join(''));
  }
  closeSync(file);
}

/** Traces of one span. */
export function writeTraces(path: string, traces: number): void {
  write(path, traces, (n) => viewerLine({ trace: n, span: n, startMs: START + n * 10, name: `request ${n}` }));
}

/** One model call with a long question. */
export function writeLongMessage(path: string, characters: number): void {
  const words = 'What is new? ';
  const content = words.repeat(characters / words.length);
  const messages = JSON.stringify([{ role: 'user', parts: [{ type: 'text', content }] }]);
  const line = JSON.parse(viewerLine({ trace: 0, span: 0, startMs: START, name: 'chat' })) as object;
  write(path, 1, () => JSON.stringify({ ...line, 'span.type': 'llm', 'gen_ai.input.messages': messages }));
}

/** One trace: a root, a hundred steps below it, and their children in turn. */
export function writeTrace(path: string, spans: number): void {
  const parentOf = (n: number): number => (n <= 100 ? 0 : 1 + (n % 100));
  write(path, spans, (n) =>
    viewerLine({
      trace: 0,
      span: n,
      ...(n === 0 ? {} : { parent: parentOf(n) }),
      startMs: START + n,
      name: `step ${n}`,
    }),
  );
}
