import { channel } from 'node:diagnostics_channel';
import { createRequire } from 'node:module';
import { LangfuseClient } from '@langfuse/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { datadogLlmObs, langfuse, type SinkSpec } from '@spanline/ship';
import { leave, ship } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { receiver } from '../support/receiver.ts';

type Json = Record<string, unknown>;

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const score = (members: Json): string =>
  JSON.stringify({
    '@timestamp': '2026-11-23T09:12:35.958Z',
    level: 'info',
    message: 'score',
    'event.name': 'gen_ai.evaluation.result',
    'event.id': `boot-${String(members['gen_ai.evaluation.name'])}`,
    'spanline.schema': '1.0',
    'service.name': 'rag-api',
    trace_id: TRACE,
    span_id: SPAN,
    'spanline.evaluation.source': 'code',
    ...members,
  });
const LINES = [
  score({
    'gen_ai.evaluation.name': 'faithfulness',
    'gen_ai.evaluation.score.value': 0.5,
    'gen_ai.evaluation.explanation': 'why',
  }),
  score({ 'gen_ai.evaluation.name': 'tone', 'spanline.evaluation.label': 'rude' }),
];

async function sent(spec: SinkSpec, url: (path: string) => string, body = ''): Promise<Json> {
  const target = await receiver(() => ({ status: 207, body }));
  const scores = spec.companions?.[0] as SinkSpec;
  const { http } = scores.options as { http: { url: string } };
  const moved = { ...(scores.options as object), http: { ...http, url: `${target.url}${url(http.url)}` } };
  const root = temporaryFolder();
  leave(root, LINES);
  await ship(root, { ...scores, options: moved }).engine.drain();
  return JSON.parse(String(target.requests[0]?.body)) as Json;
}

/** The names of members, and the types of their values. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shapeOf(member)]));
}

describe('scores have the form that the client of the vendor sends', () => {
  it('of Langfuse', async () => {
    const target = await receiver(() => ({
      status: 207,
      headers: { 'content-type': 'application/json' },
      body: '{"successes":[],"errors":[]}',
    }));
    const client = new LangfuseClient({ publicKey: 'pk', secretKey: 'sk', baseUrl: target.url });
    const place = { traceId: TRACE, observationId: SPAN, metadata: { source: 'code' } };
    client.score.create({
      id: 'a',
      ...place,
      name: 'faithfulness',
      value: 0.5,
      dataType: 'NUMERIC',
      comment: 'why',
    });
    client.score.create({
      id: 'b',
      ...place,
      name: 'tone',
      value: 'rude',
      dataType: 'CATEGORICAL',
      metadata: { source: 'code', label: 'rude' },
    });
    await client.score.flush();
    const theirs = JSON.parse(String(target.requests[0]?.body)) as { batch: Json[] };
    const ours = (await sent(
      langfuse({ keys: 'pk:sk' }),
      () => '/api/public/ingestion',
      '{"successes":[],"errors":[]}',
    )) as { batch: Json[] };
    expect(target.requests[0]?.path).toBe('/api/public/ingestion');
    expect(shapeOf(ours)).toEqual(shapeOf(theirs));
    expect(ours.batch.map(({ type }) => type)).toEqual(theirs.batch.map(({ type }) => type));
    expect(langfuse({ keys: 'pk:sk' }).companions?.[0]?.options).toMatchObject({
      http: { url: 'https://cloud.langfuse.com/api/public/ingestion' },
    });
  });

  it('of Datadog', async () => {
    const load = createRequire(import.meta.url);
    const shared = globalThis as Record<symbol, unknown>;
    const own = Symbol.for('dd-trace');
    shared[own] ??= { beforeExitHandlers: new Set() };
    onTestFinished(() => void delete shared[own]);
    const root = 'dd-trace/packages/dd-trace/src/llmobs';
    const { EVALUATIONS_ENDPOINT, EVALUATIONS_EVENT_TYPE, EVALUATIONS_INTAKE } = load(
      `${root}/constants/writers`,
    ) as Record<string, string>;
    const Sdk = load(`${root}/sdk`) as new (...parts: object[]) => Record<string, (...values: object[]) => void>;
    const theirs: Json[] = [];
    const listen = (message: unknown): void => void theirs.push((message as { payload: Json }).payload);
    channel('llmobs:eval-metric:append').subscribe(listen);
    onTestFinished(() => {
      channel('llmobs:eval-metric:append').unsubscribe(listen);
    });
    const config = {
      llmobs: { enabled: true, DD_LLMOBS_ENABLED: true, DD_LLMOBS_ML_APP: 'rag-api' },
      DD_TRACE_OTEL_ENABLED: true,
    };
    const sdk = new Sdk({ _tracer: {} }, {}, config);
    const span = { traceId: BigInt(`0x${TRACE}`).toString(), spanId: BigInt(`0x${SPAN}`).toString() };
    const timestampMs = Date.parse('2026-11-23T09:12:35.958Z');
    sdk['submitEvaluation']?.(span, {
      label: 'faithfulness',
      metricType: 'score',
      value: 0.5,
      reasoning: 'why',
      timestampMs,
    });
    sdk['submitEvaluation']?.(span, { label: 'tone', metricType: 'categorical', value: 'rude', timestampMs });
    const path = new URL(`https://${EVALUATIONS_INTAKE ?? ''}.datadoghq.eu${EVALUATIONS_ENDPOINT ?? ''}`);
    const ours = (await sent(datadogLlmObs({ apiKey: 'key', site: 'datadoghq.eu' }), (url) => {
      expect(url).toBe(path.href);
      return path.pathname;
    })) as { data: { type: string; attributes: { metrics: Json[] } } };
    expect(ours.data.type).toBe(EVALUATIONS_EVENT_TYPE);
    const withoutTags = ({ tags, ...rest }: Json): Json => ({ ...rest, isOtel: String(tags).includes('source:otel') });
    expect(ours.data.attributes.metrics.map(withoutTags)).toEqual(theirs.map(withoutTags));
  });
});
