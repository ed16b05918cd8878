import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { createLogger, createTracer, SpanlineError, type Tracer } from '@spanline/core';
import { emf, type EmfOptions } from '@spanline/ship';

type Line = Record<string, unknown>;

interface Directive {
  Namespace: string;
  Dimensions: string[][];
  Metrics: { Name: string; Unit: string }[];
}

/** From the specification of the embedded metric format. */
const SCHEMA = {
  type: 'object',
  required: ['_aws'],
  properties: {
    _aws: {
      type: 'object',
      required: ['Timestamp', 'CloudWatchMetrics'],
      additionalProperties: false,
      properties: {
        Timestamp: { type: 'integer', minimum: 1e12 },
        CloudWatchMetrics: {
          type: 'array',
          items: {
            type: 'object',
            required: ['Namespace', 'Dimensions', 'Metrics'],
            additionalProperties: false,
            properties: {
              Namespace: { type: 'string', minLength: 1, maxLength: 1024, pattern: '^(.*)$' },
              Dimensions: {
                type: 'array',
                minItems: 1,
                items: { type: 'array', maxItems: 30, items: { type: 'string', minLength: 1, maxLength: 250 } },
              },
              Metrics: {
                type: 'array',
                minItems: 1,
                maxItems: 100,
                items: {
                  type: 'object',
                  required: ['Name'],
                  additionalProperties: false,
                  properties: {
                    Name: { type: 'string', minLength: 1, maxLength: 1024 },
                    Unit: { enum: ['Milliseconds', 'Count', 'None'] },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
};
const isEmf = new Ajv().compile(SCHEMA);

function write(options: Omit<EmfOptions, 'to'>, program: (tracer: Tracer) => void): { lines: Line[]; raw: string[] } {
  const raw: string[] = [];
  const logger = createLogger({ pretty: false }, emf({ ...options, to: { write: (line) => raw.push(line) } }));
  const tracer = createTracer({ logger, service: { name: 'rag-api' }, statsIntervalSeconds: 0, capture: 'full' });
  program(tracer);
  return { raw, lines: raw.map((line) => JSON.parse(line) as Line) };
}

function request(tracer: Tracer): void {
  tracer.withSpan({ name: 'POST /ask', type: 'http' }, (server) => {
    server.set({ 'http.route': '/ask' });
    tracer.withSpan({ name: 'embeddings e', type: 'embedding' }, (span) => {
      span.set({ 'gen_ai.request.model': 'text-embedding-3-small', 'gen_ai.usage.input_tokens': 30 });
    });
    const input = 'He wrote "event.name":"span.end" and "span.type":"llm".';
    tracer.withSpan({ name: 'lookup', type: 'tool', input }, (span) => span.output(input));
    tracer.withSpan({ name: 'chat gpt-4o', type: 'llm', input }, (span) => {
      span.set({ 'gen_ai.provider.name': 'openai', 'gen_ai.request.model': 'gpt-4o' });
      span.set({ 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 20 });
    });
    tracer.logger.info({ 'span.type': 'llm' }, 'of the application');
  });
}

const directive = (line: Line | undefined): Directive | undefined =>
  (line?.['_aws'] as { CloudWatchMetrics: [Directive] } | undefined)?.CloudWatchMetrics[0];

it('puts valid metrics on lines of requests and calls, each with its value and its dimensions on the line', () => {
  const { lines } = write({}, request);
  const measured = lines.filter((line) => '_aws' in line);
  expect(measured.map((line) => line['span.name'])).toEqual(['embeddings e', 'chat gpt-4o', 'POST /ask']);
  for (const line of measured) {
    expect(isEmf(line), JSON.stringify(isEmf.errors)).toBe(true);
    const { Metrics: metrics, Dimensions: dimensions, Namespace: namespace } = directive(line) as Directive;
    expect(namespace).toBe('Spanline');
    for (const { Name } of metrics) expect([Name, typeof line[Name]]).toEqual([Name, 'number']);
    for (const name of dimensions.flat()) expect([name, typeof line[name]]).toEqual([name, 'string']);
    expect((line['_aws'] as Line)['Timestamp']).toBe(Date.parse(line['@timestamp'] as string));
  }
  const [embedding, call, server] = measured.map((line) => directive(line));
  expect(call?.Dimensions).toEqual([['service.name', 'gen_ai.request.model']]);
  expect(call?.Metrics).toEqual([
    { Name: 'duration_ms', Unit: 'Milliseconds' },
    { Name: 'gen_ai.usage.input_tokens', Unit: 'Count' },
    { Name: 'gen_ai.usage.output_tokens', Unit: 'Count' },
    { Name: 'spanline.cost.usd', Unit: 'None' },
  ]);
  expect(embedding?.Metrics.map(({ Name }) => Name)).toContain('gen_ai.usage.input_tokens');
  expect(server).toEqual({
    Namespace: 'Spanline',
    Dimensions: [['service.name', 'http.route']],
    Metrics: [{ Name: 'duration_ms', Unit: 'Milliseconds' }],
  });
});

it('changes nothing else of a line, and no other line', () => {
  const { raw } = write({}, request);
  for (const line of raw) {
    const { _aws, ...rest } = JSON.parse(line) as Line;
    const body = _aws === undefined ? line : line.replace(`"_aws":${JSON.stringify(_aws)},`, '');
    expect(body).toBe(`${JSON.stringify(rest)}\n`);
  }
  expect(raw.filter((line) => line.includes('_aws'))).toHaveLength(3);
});

it('takes a namespace and dimensions, and leaves out values that CloudWatch refuses', () => {
  const options = { namespace: 'Shop/LLM', dimensions: ['gen_ai.request.model', 'labels.city'] };
  const { lines } = write(options, (tracer) => {
    tracer.withSpan({ name: 'chat', type: 'llm' }, (span) => {
      span.set({ 'gen_ai.request.model': 'gpt-4o' }).label('city', 'Zürich');
    });
  });
  expect(directive(lines[0])).toMatchObject({ Namespace: 'Shop/LLM', Dimensions: [['gen_ai.request.model']] });
});

it.each([
  ['what is no JSON', '{"event.name":"span.end","span.type":"llm"\n'],
  [
    'a line with a block',
    '{"@timestamp":"2026-01-05T10:00:00.000Z","event.name":"span.end","span.type":"llm","duration_ms":1,"_aws":{}}\n',
  ],
  ['a line without a time', '{"event.name":"span.end","span.type":"llm","duration_ms":1}\n'],
  ['a text', 'listening\n'],
])('passes %s as it is', (_what, line) => {
  const written: string[] = [];
  emf({ to: { write: (text) => written.push(text) } }).write(line);
  expect(written).toEqual([line]);
});

it.each([
  ['namespace', { namespace: '' }],
  ['dimensions', { dimensions: [''] }],
  ['dimensions', { dimensions: Array.from({ length: 31 }, String) }],
  ['to', { to: 'stdout' }],
  ['metrics', { metrics: [] }],
])('says that %s is wrong', (option, wrong) => {
  expect(() => emf(wrong as EmfOptions)).toThrow(SpanlineError);
  expect(() => emf(wrong as EmfOptions)).toThrow(`emf.${option}`);
});
