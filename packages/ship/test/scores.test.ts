import { describe, expect, it } from 'vitest';
import { createTracer, lineRedaction } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { datadogLlmObs, langfuse, phoenix, type SinkSpec, spool, startShipper } from '@spanline/ship';
import { deadLetters, leave, ship } from './support/engine.ts';
import { temporaryFolder } from './support/folder.ts';
import { receiver } from './support/receiver.ts';

type Json = Record<string, unknown>;

/** A span, and scores of it: a number with a reason, a category, one of the trace only, one of the session only. */
function scoredTrace(profile: 'otel' | 'ecs' | 'datadog' = 'otel'): {
  lines: string[];
  traceId: string;
  spanId: string;
} {
  const log = memoryLog({ profile });
  const tracer = createTracer({
    logger: log.logger,
    service: { name: 'rag-api' },
    capture: 'full',
    statsIntervalSeconds: 0,
  });
  const span = tracer.startSpan({ name: 'POST /ask', type: 'http' });
  span.end();
  const { traceId, spanId } = span;
  const ids = { traceId, spanId };
  tracer.score({ name: 'faithfulness', value: 0.5, explanation: 'Ada says so', source: 'llm_judge', ...ids });
  tracer.score({ name: 'tone', value: 'rude', ...ids });
  tracer.score({ name: 'thumbs', value: 0, label: 'down', source: 'user', traceId });
  tracer.score({ name: 'csat', value: 4, source: 'user', sessionId: 's-1', requestId: 'req-1' });
  return { lines: log.raw(), traceId, spanId };
}

const json = (body: Buffer | undefined): Json => JSON.parse(String(body)) as Json;

/** The sinks of a target, all at one address. Datadog's have no option for it. */
function at(url: string, spec: SinkSpec): SinkSpec {
  const moved = (one: SinkSpec): SinkSpec => {
    const { http } = one.options as { http: { url: string } };
    const path = new URL(http.url).pathname;
    return { ...one, options: { ...(one.options as object), http: { ...http, url: `${url}${path}` } } };
  };
  return { ...moved(spec), companions: (spec.companions ?? []).map(moved) };
}

async function shipAll(
  lines: readonly string[],
  spec: SinkSpec,
  root = temporaryFolder(),
): Promise<Json & { root: string }> {
  leave(root, lines);
  const { engine } = ship(root, spec);
  await engine.drain();
  return { ...engine.stats(), root };
}

describe('scores are sent where a target keeps them', () => {
  it.each(['otel', 'ecs', 'datadog'] as const)(
    'to Langfuse as scores, from lines of the profile %s',
    async (profile) => {
      const { lines, traceId, spanId } = scoredTrace(profile);
      const target = await receiver(({ path }) =>
        path.includes('otel') ? { status: 200 } : { status: 207, body: '{"successes":[],"errors":[]}' },
      );
      const stats = await shipAll(lines, langfuse({ url: target.url, keys: 'pk:sk' }));
      expect(stats['langfuse']).toMatchObject({ stored: 1, skipped: 4 });
      expect(stats['langfuse-scores']).toMatchObject({ stored: 4, skipped: 1, rejected: 0 });
      const request = target.requests.find(({ path }) => path === '/api/public/ingestion');
      expect(request?.headers.authorization).toBe(`Basic ${Buffer.from('pk:sk').toString('base64')}`);
      const { batch } = json(request?.body) as { batch: { id: string; type: string; body: Json }[] };
      expect(batch.map(({ type }) => type)).toEqual(Array.from({ length: 4 }, () => 'score-create'));
      expect(batch.map(({ body }) => body)).toMatchObject([
        {
          traceId,
          observationId: spanId,
          name: 'faithfulness',
          value: 0.5,
          dataType: 'NUMERIC',
          comment: 'Ada says so',
        },
        { traceId, observationId: spanId, name: 'tone', value: 'rude', dataType: 'CATEGORICAL' },
        { traceId, name: 'thumbs', value: 0, metadata: { source: 'user', label: 'down' } },
        { sessionId: 's-1', name: 'csat', value: 4, metadata: { 'http.request.id': 'req-1' } },
      ]);
      expect(batch[2]?.body).not.toHaveProperty('observationId');
      expect(new Set(batch.map(({ id, body }) => (id === body['id'] ? id : undefined))).size).toBe(4);
    },
  );

  it('to Phoenix as annotations of spans and of traces', async () => {
    const { lines, traceId, spanId } = scoredTrace();
    const target = await receiver(() => ({ status: 200, body: '{"data":[]}' }));
    const stats = await shipAll(lines, phoenix({ url: target.url, apiKey: 'key-1' }));
    expect(stats['phoenix-scores']).toMatchObject({ stored: 2, skipped: 3 });
    expect(stats['phoenix-trace-scores']).toMatchObject({ stored: 1, skipped: 4 });
    const sent = new Map(target.requests.map(({ path, body }) => [path, { body }]));
    expect(json(sent.get('/v1/span_annotations?sync=true')?.body)['data']).toMatchObject([
      {
        span_id: spanId,
        name: 'faithfulness',
        annotator_kind: 'LLM',
        result: { score: 0.5, label: null, explanation: 'Ada says so' },
      },
      { span_id: spanId, name: 'tone', annotator_kind: 'CODE', result: { score: null, label: 'rude' } },
    ]);
    expect(json(sent.get('/v1/trace_annotations?sync=true')?.body)['data']).toMatchObject([
      { trace_id: traceId, name: 'thumbs', annotator_kind: 'HUMAN', result: { score: 0, label: 'down' } },
    ]);
    expect(target.requests.every(({ headers }) => headers.authorization === 'Bearer key-1')).toBe(true);
  });

  it('to Datadog as evaluations, and those of users as feedback', async () => {
    const { lines, traceId, spanId } = scoredTrace();
    const target = await receiver(() => ({ status: 202 }));
    const stats = await shipAll(lines, at(target.url, datadogLlmObs({ apiKey: 'dd-key' })));
    expect(stats['datadog-llmobs-scores']).toMatchObject({ stored: 4, skipped: 1 });
    const request = target.requests.find(({ path }) => path === '/api/intake/llm-obs/v2/eval-metric');
    expect(request?.headers['dd-api-key']).toBe('dd-key');
    const [span_id, trace_id] = [BigInt(`0x${spanId}`).toString(), BigInt(`0x${traceId}`).toString()];
    expect(json(request?.body)).toMatchObject({
      data: {
        type: 'evaluation_metric',
        attributes: {
          metrics: [
            { join_on: { span: { span_id, trace_id } }, label: 'faithfulness', metric_type: 'score', score_value: 0.5 },
            { label: 'tone', metric_type: 'categorical', categorical_value: 'rude', ml_app: 'rag-api' },
            { event_kind: 'feedback', trace_id, label: 'thumbs', score_value: 0, submitter: { id: 'unknown' } },
            { event_kind: 'feedback', session_id: 's-1', label: 'csat', submitter: { id: 's-1' } },
          ],
        },
      },
    });
  });

  it('under the same ids when they are sent again', async () => {
    const { lines } = scoredTrace();
    const target = await receiver(() => ({ status: 207, body: '{"successes":[],"errors":[]}' }));
    await shipAll(lines, langfuse({ url: target.url, keys: 'pk:sk' }));
    await shipAll(lines, langfuse({ url: target.url, keys: 'pk:sk' }));
    const [first, second] = target.requests.filter(({ path }) => path === '/api/public/ingestion');
    expect(first?.body.equals(second?.body ?? Buffer.alloc(0))).toBe(true);
  });

  it('without explanations where a target gets no content, and redacted as its spans are', async () => {
    const { lines } = scoredTrace();
    const target = await receiver(() => ({ status: 207, body: '{"successes":[],"errors":[]}' }));
    await shipAll(lines, langfuse({ url: target.url, keys: 'pk:sk', capture: 'metadata' }));
    const redact = lineRedaction({ custom: [{ name: 'PERSON', pattern: /Ada/g }] });
    await shipAll(lines, { ...langfuse({ url: target.url, keys: 'pk:sk', name: 'eu' }), redact });
    const bodies = target.requests
      .filter(({ path }) => path === '/api/public/ingestion')
      .map(({ body }) => String(body));
    expect(bodies).toHaveLength(2);
    expect(bodies.join('')).not.toContain('Ada');
    expect(bodies[0]).not.toContain('says so');
    expect(bodies[1]).toContain('says so');
  });

  it('not at all with scores: false', async () => {
    const { lines } = scoredTrace();
    const target = await receiver(() => ({ status: 200 }));
    const { root: _, ...stats } = await shipAll(lines, phoenix({ url: target.url, scores: false }));
    expect(Object.keys(stats)).toEqual(['phoenix']);
    expect(target.requests.map(({ path }) => path)).toEqual(['/v1/traces']);
  });
});

describe('an answer decides about each score', () => {
  it('sends a score again while Phoenix does not have its span', async () => {
    const { lines, spanId } = scoredTrace();
    let asked = 0;
    const target = await receiver(({ path }) =>
      path.startsWith('/v1/span_annotations') && asked++ < 2
        ? { status: 404, body: JSON.stringify({ detail: `Spans with IDs ${spanId} do not exist.` }) }
        : { status: 200 },
    );
    const stats = await shipAll(lines, phoenix({ url: target.url }));
    expect(stats['phoenix-scores']).toMatchObject({ stored: 2, retries: 2, rejected: 0 });
  });

  it('gives up on a score whose span never comes, and stores the others', async () => {
    const [one, two] = [scoredTrace(), scoredTrace()];
    const target = await receiver(({ path, body }) =>
      path.startsWith('/v1/span_annotations') && body.includes(one.spanId)
        ? { status: 404, body: `Spans with IDs ${one.spanId} do not exist.` }
        : { status: 200 },
    );
    const stats = await shipAll([...one.lines, ...two.lines], phoenix({ url: target.url }));
    expect(stats['phoenix-scores']).toMatchObject({ stored: 2, rejected: 2 });
    expect(deadLetters(stats.root, 'phoenix-scores').map(({ reason }) => reason)).toEqual([
      'Phoenix does not have the span of the score',
      'Phoenix does not have the span of the score',
    ]);
    expect(stats['phoenix']).toMatchObject({ stored: 2, retries: 0 });
  });

  it('waits if Phoenix answers 404 to everything, as a wrong URL does', async () => {
    const { lines } = scoredTrace();
    const root = temporaryFolder();
    leave(root, lines);
    const target = await receiver(({ path }) => (path === '/v1/traces' ? { status: 200 } : { status: 404 }));
    const { engine, reports } = ship(root, phoenix({ url: target.url }));
    await target.until(() => target.requests.filter(({ path }) => path.includes('span_annotations')).length > 1);
    await engine.stop(0);
    expect(reports).toContainEqual(expect.objectContaining({ what: 'paused', sink: 'phoenix-scores' }));
  });

  it('keeps a score that Langfuse refuses, and sends one again that it could not take', async () => {
    const { lines } = scoredTrace();
    const target = await receiver(({ path, body }, index) => {
      if (path !== '/api/public/ingestion') return { status: 200 };
      const { batch } = json(body) as { batch: { id: string; body: Json }[] };
      const errors = batch.flatMap(({ id, body: { name } }) => {
        if (name === 'tone') return [{ id, status: 400, message: 'never shown: rude' }];
        return name === 'thumbs' && batch.length > 1 ? [{ id, status: 500 }] : [];
      });
      return { status: 207, body: JSON.stringify({ successes: [], errors, index }) };
    });
    const stats = await shipAll(lines, langfuse({ url: target.url, keys: 'pk:sk' }));
    expect(stats['langfuse-scores']).toMatchObject({ stored: 3, rejected: 1 });
    expect(deadLetters(stats.root, 'langfuse-scores').map(({ reason }) => reason)).toEqual(['400 for this score']);
  });
});

it('ships scores beside spans from a process of its own', async () => {
  const target = await receiver(() => ({ status: 200 }));
  const dir = temporaryFolder();
  leave(dir, scoredTrace().lines);
  const shipper = startShipper({ dir, to: [phoenix({ url: target.url })] });
  await shipper.drain();
  await shipper.stop(0);
  expect(new Set(target.requests.map(({ path }) => path.split('?')[0]))).toEqual(
    new Set(['/v1/traces', '/v1/span_annotations', '/v1/trace_annotations']),
  );
});

it('refuses two sinks of one name, companions included', () => {
  const to = [phoenix(), phoenix({ name: 'phoenix-scores' })];
  expect(() => spool({ dir: temporaryFolder(), to })).toThrow(/name/);
});
