import { SpanKind, type Tracer as OtelTracer } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { createLogger, createTracer, type Tracer } from '@spanline/core';
import { SpanlineSpanProcessor } from '@spanline/otel';
import { measure } from './harness.ts';
import { type Row, ratio } from './rows.ts';

const TEXT =
  'Revenue developed well in the third quarter: the support bot answered most questions by itself, and the manual says how. '.repeat(
    4,
  );
const MESSAGES = [
  { role: 'system', parts: [{ type: 'text', content: 'You answer questions about the manual.' }] },
  { role: 'user', parts: [{ type: 'text', content: TEXT.slice(0, 450) }] },
];
const ANSWER = [{ role: 'assistant', parts: [{ type: 'text', content: TEXT.slice(0, 400) }] }];

const MODEL_CALL = {
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o-mini',
  'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
  'gen_ai.response.id': 'chatcmpl-8f7g6h5j4k3l2m1n',
  'gen_ai.request.temperature': 0,
  'gen_ai.request.max_tokens': 512,
  'gen_ai.response.finish_reasons': ['stop'],
  'gen_ai.usage.input_tokens': 1532,
  'gen_ai.usage.output_tokens': 287,
  'gen_ai.usage.cache_read.input_tokens': 1024,
  'server.address': 'api.openai.com',
  'server.port': 443,
};

const QUERY = {
  'db.system.name': 'postgresql',
  'db.namespace': 'shop',
  'db.query.text': 'SELECT id, title FROM documents WHERE owner = $1 ORDER BY created_at DESC LIMIT 20',
  'server.address': 'db.internal',
  'server.port': 5432,
};

function createBenchTracer(): Tracer {
  return createTracer({
    logger: createLogger({}, '/dev/null'),
    service: { name: 'bench', version: '1' },
    statsIntervalSeconds: 0,
  });
}

function nativeCall(tracer: Tracer): void {
  tracer
    .startSpan({ name: 'chat gpt-4o-mini', type: 'llm', kind: 'CLIENT' })
    .set({ ...MODEL_CALL, 'gen_ai.input.messages': MESSAGES, 'gen_ai.output.messages': ANSWER })
    .end();
}

/** As instrumentations write it: messages are JSON texts, made for each call. */
function bridgedCall(otel: OtelTracer): void {
  const span = otel.startSpan('chat gpt-4o-mini', {
    kind: SpanKind.CLIENT,
    attributes: { 'gen_ai.operation.name': 'chat', ...MODEL_CALL },
  });
  span.setAttribute('gen_ai.input.messages', JSON.stringify(MESSAGES));
  span.setAttribute('gen_ai.output.messages', JSON.stringify(ANSWER));
  span.end();
}

function nativeQuery(tracer: Tracer): void {
  tracer.startSpan({ name: 'SELECT shop', type: 'task', kind: 'CLIENT' }).set(QUERY).end();
}

function bridgedQuery(otel: OtelTracer): void {
  otel.startSpan('SELECT shop', { kind: SpanKind.CLIENT, attributes: QUERY }).end();
}

/** Rows of the span processor: a span of OpenTelemetry with all that its SDK does, and one of ours with the same facts. */
export async function otelRows(): Promise<Row[]> {
  const tracer = createBenchTracer();
  const provider = new BasicTracerProvider({
    spanProcessors: [new SpanlineSpanProcessor({ tracer: createBenchTracer() })],
  });
  const otel = provider.getTracer('bench', '1');
  const [call, bridged, query, bridgedOfQuery] = await measure([
    { name: 'native call', run: () => nativeCall(tracer) },
    { name: 'bridged call', run: () => bridgedCall(otel) },
    { name: 'native query', run: () => nativeQuery(tracer) },
    { name: 'bridged query', run: () => bridgedQuery(otel) },
  ]);
  return [
    ratio('OpenTelemetry span of a model call, 1 kB, against one of ours', 2, bridged, call),
    ratio('OpenTelemetry span of a database, against one of ours', 2, bridgedOfQuery, query),
  ];
}
