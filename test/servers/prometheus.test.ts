import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { METRIC_NAMES, promql } from '@spanline/dashboards';
import { createMonitor, type Monitor } from '@spanline/monitor';
import { metricsHandler } from '@spanline/monitor/prometheus';
import { promtool, startPrometheus } from './support/prometheus.ts';
import type { RunningServer } from './support/server.ts';

const files = inject('servers').prometheus;

const HOSTILE = 'a "b"\n\\c {d="e"} # é\u2028';
const REQUESTS = 7;

describe.skipIf(files === undefined)('Prometheus itself', () => {
  const traceIds = new Set<string>();
  let app: Server;
  let monitor: Monitor;
  let prometheus: RunningServer;
  let target: string;

  beforeAll(async () => {
    const tracer = createTracer({ logger: memoryLog().logger, statsIntervalSeconds: 0 });
    const rule = { name: HOSTILE, metric: 'requests', threshold: 1, comparison: 'gt' as const };
    monitor = createMonitor({ tracer, rules: [rule], evaluationDelaySeconds: 0 });
    app = createServer(metricsHandler({ tracer, monitor })).listen(0, '127.0.0.1');
    await once(app, 'listening');
    target = `127.0.0.1:${(app.address() as AddressInfo).port}`;
    for (let index = 0; index < REQUESTS; index++) {
      const root = tracer.startSpan({ name: 'POST /ask', type: 'http', attributes: { 'http.route': '/ask' } });
      const step = tracer.startSpan({ name: HOSTILE, type: 'retriever', parent: root });
      step.set({ 'spanline.retrieval.count': 3 }).end();
      const call = tracer.startSpan({ name: 'chat', type: 'llm', parent: root });
      call.set({ 'gen_ai.response.model': 'm', 'gen_ai.usage.input_tokens': 10, 'spanline.cost.usd': 0.25 });
      call.fail(new Error('no'));
      call.end();
      root.end();
      tracer.score({ name: 'faithfulness', value: 0.8, traceId: root.traceId });
      traceIds.add(root.traceId);
    }
    if (files !== undefined) prometheus = await startPrometheus(files, target);
  }, 180_000);

  afterAll(async () => {
    await prometheus?.stop();
    await monitor?.close();
    app?.close();
  });

  async function ask<Result>(path: string, parameters: Record<string, string>): Promise<Result> {
    const response = await fetch(`${prometheus.url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`);
    return ((await response.json()) as { data: Result }).data;
  }

  async function valueOf(query: string): Promise<number> {
    const { result } = await ask<{ result: { value: [number, string] }[] }>('query', { query });
    return Number(result[0]?.value[1]);
  }

  it('finds nothing to say about the text', async () => {
    const text = await (await fetch(`http://${target}/metrics`)).text();
    const { status, stdout, stderr } = spawnSync(promtool(files ?? ''), ['check', 'metrics'], { input: text });
    expect([status, stdout.toString(), stderr.toString()]).toEqual([0, '', '']);
  });

  it('reads every metric, hostile names included, with exemplars that lead to traces', async () => {
    await vi.waitFor(async () => expect(await valueOf('sum(spanline_requests_total{route="/ask"})')).toBe(REQUESTS), {
      timeout: 60_000,
      interval: 250,
    });
    expect(await valueOf('sum(spanline_step_duration_seconds_count)')).toBe(REQUESTS * 2);
    expect(await valueOf('spanline_cost_usd_total{model="m"}')).toBe(REQUESTS / 4);
    expect(await valueOf('spanline_tokens_total{kind="input"}')).toBe(REQUESTS * 10);
    expect(await valueOf('spanline_errors_total{step="chat"}')).toBe(REQUESTS);
    const { result } = await ask<{ result: { metric: { step: string } }[] }>('query', {
      query: 'spanline_retrieved_documents_sum',
    });
    expect(result.map(({ metric }) => metric.step)).toEqual([HOSTILE]);
    const now = Date.now() / 1000;
    const series = await ask<{ exemplars: { labels: { trace_id: string } }[] }[]>('query_exemplars', {
      query: 'spanline_request_duration_seconds_bucket',
      start: String(now - 600),
      end: String(now + 60),
    });
    const found = series.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels.trace_id));
    expect(found.length).toBeGreaterThan(0);
    expect(found.every((traceId) => traceIds.has(traceId))).toBe(true);
  }, 90_000);

  it('computes every metric of the dashboards that it has', async () => {
    const expressions = METRIC_NAMES.flatMap((name) => {
      const expression = promql(name, { range: '1m' });
      return expression === undefined ? [] : [[name, expression] as const];
    });
    const text = await (await fetch(`http://${target}/metrics`)).text();
    const families = new Set([...text.matchAll(/^# TYPE (\w+)/gm)].map(([, family]) => family));
    const used = expressions.flatMap(([, query]) => query.match(/spanline_\w+/g) ?? []);
    expect(
      used.filter((name) => !families.has(name) && !families.has(name.replace(/_(bucket|sum|count|total)$/, ''))),
    ).toEqual([]);
    for (const [name, query] of expressions) {
      const { result } = await ask<{ result: unknown[] }>('query', { query });
      expect([name, Array.isArray(result)]).toEqual([name, true]);
    }
    const valueBy = async (name: 'requests' | 'step_p95_ms' | 'tokens_per_request', by?: 'http.route' | 'span.name') =>
      valueOf(promql(name, { by, range: '1m' }) ?? '');
    await vi.waitFor(async () => expect(await valueBy('requests', 'http.route')).toBe(0), {
      timeout: 60_000,
      interval: 250,
    });
    expect(await valueBy('tokens_per_request')).toBeNaN();
    expect(await valueBy('step_p95_ms', 'span.name')).toBeNaN();
  }, 90_000);
});
