import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { otlp } from '@spanline/ship';
import { freePort } from '../support/free-port.ts';
import { readSpans, startMlflow, type StoredSpan } from './support/mlflow.ts';
import { type Line, LONG_REQUESTS, NEEDLES, writeProgram } from './support/program.ts';
import type { RunningServer } from './support/server.ts';
import { ship, type Shipped } from './support/ship.ts';

const files = inject('servers').mlflow;

const EXPERIMENT = '1';
const TYPES = { llm: 'LLM', retriever: 'RETRIEVER', tool: 'TOOL' } as const;

describe.skipIf(files === undefined)('MLflow', () => {
  let server: RunningServer | undefined;
  let spans: Line[];
  let shipped: Shipped;
  let stored: Map<unknown, StoredSpan>;

  async function post<Answer>(path: string, body: unknown): Promise<Answer> {
    const headers = { 'content-type': 'application/json' };
    const url = `${(server as RunningServer).url}/api/${path}`;
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    return (await response.json()) as Answer;
  }

  beforeAll(async () => {
    server = await startMlflow(files as string, await freePort());
    expect(await post('2.0/mlflow/experiments/create', { name: 'spanline' })).toEqual({ experiment_id: EXPERIMENT });
    const dir = join(server.folder, 'spool');
    const lines = await writeProgram(dir);
    spans = lines.filter((line) => line['event.name'] === 'span.end');
    const headers = { 'x-mlflow-experiment-id': EXPERIMENT };
    shipped = await ship({ dir, to: [otlp({ url: `${server.url}/v1/traces`, headers })] });
    const all = await readSpans(files as string, server);
    expect(all).toHaveLength(spans.length);
    stored = new Map(all.map((span) => [span.span_id, span]));
  });
  afterAll(() => server?.stop());

  const storedOf = (line: Line | undefined): StoredSpan => stored.get(line?.['span_id']) as StoredSpan;
  const attribute = (span: StoredSpan, key: string): unknown => JSON.parse(span.content.attributes[key] ?? 'null');

  it('has every span once, with its name, time, type and status', () => {
    expect(shipped.stats['otlp']).toMatchObject({ stored: spans.length, rejected: 0, retries: 0 });
    expect([...stored.keys()].toSorted()).toEqual(spans.map((line) => line['span_id']).toSorted());
    for (const line of spans) {
      const span = storedOf(line);
      const { name } = span.content;
      expect({ name, ms: span.duration_ns / 1e6 }).toEqual({ name: line['span.name'], ms: line['duration_ms'] });
      expect(span.status).toBe(line['span.status'] === 'error' ? 'ERROR' : 'OK');
      const type = TYPES[line['span.type'] as keyof typeof TYPES] as string | undefined;
      if (type !== undefined) expect(attribute(span, 'mlflow.spanType')).toBe(type);
    }
  });

  it('has the model of each call, and comes to the same cost by its own prices', () => {
    const calls = spans.filter((line) => line['span.type'] === 'llm');
    for (const line of calls) {
      const span = storedOf(line);
      expect(span).toMatchObject({ model_name: line['gen_ai.request.model'], model_provider: 'openai' });
      expect(span.total_cost).toBeCloseTo(Number(line['spanline.cost.usd']), 9);
    }
  });

  it('shows what was asked and answered, also of 200 kB', () => {
    for (const which of ['long', 'huge'] as const) {
      const line = spans.find(
        (span) => span['http.request.id'] === LONG_REQUESTS[which] && span['span.type'] === 'llm',
      );
      expect(JSON.stringify(attribute(storedOf(line), 'mlflow.spanInputs'))).toContain(NEEDLES[which]);
    }
    const answered = spans.find((span) => span['http.request.id'] === 'req-7' && span['span.type'] === 'llm');
    expect(JSON.stringify(attribute(storedOf(answered), 'mlflow.spanOutputs'))).toContain('The answer to question 7');
  });

  it('shows the tokens, the session and the user of a trace', async () => {
    const location = { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: EXPERIMENT } };
    const line = spans.find((span) => span['http.request.id'] === 'req-7' && span['span.type'] === 'llm');
    const { traces } = await post<{ traces: { trace_id: string; trace_metadata: Record<string, string> }[] }>(
      '3.0/mlflow/traces/search',
      { locations: [location], max_results: 500 },
    );
    const metadata = traces.find(({ trace_id: id }) => id === `tr-${String(line?.['trace_id'])}`)?.trace_metadata ?? {};
    expect(metadata).toMatchObject({
      'mlflow.trace.session': line?.['session.id'],
      'mlflow.trace.user': line?.['user.id'],
    });
    expect(JSON.parse(metadata['mlflow.trace.tokenUsage'] ?? '')).toMatchObject({
      input_tokens: line?.['gen_ai.usage.input_tokens'],
      output_tokens: line?.['gen_ai.usage.output_tokens'],
    });
  });
});
