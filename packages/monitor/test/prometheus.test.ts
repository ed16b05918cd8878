import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { metricsHandler } from '../src/prometheus/index.ts';
import { createWorld, MINUTE } from './world.ts';

async function createEndpoint(options: { prefix?: string } = {}) {
  const rules = [{ name: 'Slow', metric: 'latency_p95_ms', threshold: 1000, comparison: 'gt' as const, minSamples: 1 }];
  const world = createWorld({ rules, statsIntervalSeconds: 86_400 });
  const handler = metricsHandler({ tracer: world.tracer, monitor: world.monitor, ...options });
  const server = createServer(handler).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  const scrape = async (accept = '*/*', method = 'GET') => {
    const response = await fetch(url, { method, headers: { accept } });
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  };
  return { ...world, handler, scrape };
}

const OPEN = 'application/openmetrics-text;version=1.0.0';

describe('metrics for Prometheus', () => {
  it('have the labels that queries need', async () => {
    const { serve, tracer, pass, scrape } = await createEndpoint();
    const call = {
      step: 'chat gpt-4o',
      type: 'llm' as const,
      attributes: {
        'gen_ai.response.model': 'gpt-4o',
        'gen_ai.usage.input_tokens': 100,
        'gen_ai.usage.output_tokens': 20,
        'gen_ai.response.time_to_first_chunk': 0.3,
        'spanline.cost.usd': 0.25,
        'spanline.ratelimit.remaining_ratio': 0.4,
      },
    };
    for (let index = 0; index < 2; index++) serve({ ...call, ms: 2000 });
    serve({ step: 'search', type: 'retriever', attributes: { 'spanline.retrieval.count': 7 } });
    serve({ step: 'sql', type: 'tool', attributes: { 'gen_ai.tool.name': 'sql' }, fails: new Error('no') });
    tracer.score({ name: 'faithfulness', value: 0.8, traceId: '1'.repeat(32) });
    tracer.score({ name: 'prompt_injection', value: true, traceId: '1'.repeat(32) });
    tracer.score({ name: 'thumbs_down', value: true, traceId: '1'.repeat(32) });
    const guard = { 'spanline.guardrail.name': 'pii', 'spanline.guardrail.action': 'block' };
    serve({ step: 'guard', type: 'guardrail', attributes: guard });
    tracer.gauge('queue_depth', () => 17);
    pass(MINUTE);
    await tracer.shutdown();
    const { status, type, text } = await scrape();
    expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    for (const line of [
      'spanline_requests_total{route="POST /ask",status="ok"} 4',
      'spanline_requests_total{route="POST /ask",status="error"} 1',
      'spanline_request_duration_seconds_count{route="POST /ask"} 5',
      'spanline_step_duration_seconds_bucket{le="2.5",step="chat gpt-4o",type="llm"} 2',
      'spanline_errors_total{step="sql",class="other"} 1',
      'spanline_tokens_total{model="gpt-4o",kind="input"} 200',
      'spanline_tokens_total{model="gpt-4o",kind="output"} 40',
      'spanline_cost_usd_total{model="gpt-4o"} 0.5',
      'spanline_time_to_first_token_seconds_sum{model="gpt-4o"} 0.6',
      'spanline_rate_limit_remaining_ratio{model="gpt-4o"} 0.4',
      'spanline_llm_calls_total{model="gpt-4o",status="ok"} 2',
      'spanline_llm_calls_total{model="gpt-4o",status="error"} 0',
      'spanline_tool_calls_total{tool="sql",status="error"} 1',
      'spanline_retrievals_total{step="search",empty="false"} 1',
      'spanline_retrievals_total{step="search",empty="true"} 0',
      'spanline_evaluation_results_total{name="faithfulness",result="yes"} 1',
      'spanline_evaluation_results_total{name="faithfulness",result="no"} 0',
      'spanline_feedback_total{rating="negative"} 1',
      'spanline_feedback_total{rating="other"} 0',
      'spanline_retrieved_documents_sum{step="search"} 7',
      'spanline_evaluation_score_count{name="faithfulness"} 1',
      'spanline_safety_triggers_total 1',
      'spanline_prompt_injections_total 1',
      'spanline_gauge{name="queue_depth"} 17',
      'spanline_alert_state{rule="Slow",step=""} 1',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    expect(text).not.toContain('trace_id');
    expect(text).not.toContain('spanline_errors_total{step="POST /ask"');
  });

  it('lead from a bucket to a trace in OpenMetrics', async () => {
    const { serve, scrape } = await createEndpoint();
    const traceId = serve({ ms: 700 });
    const { type, text } = await scrape(OPEN);
    expect(type).toContain('application/openmetrics-text');
    expect(text).toMatch(
      new RegExp(
        `request_duration_seconds_bucket\\{le="1",route="POST /ask"\\} 1 # \\{trace_id="${traceId}",span_id="[0-9a-f]{16}"\\} 0.7 `,
      ),
    );
    expect(text).toMatch(/# EOF\n?$/);
    const [both] = await Promise.all([scrape(OPEN), scrape(), scrape(OPEN), scrape()]);
    expect(both.text).toContain(traceId);
  });

  it('have a bounded number of series and escaped labels', async () => {
    const { serve, scrape } = await createEndpoint({ prefix: 'app_' });
    serve({ step: 'a "b"\n\\c' });
    for (let index = 0; index < 2000; index++) serve({ step: `step ${index}` });
    const { text } = await scrape();
    expect(text.split('\n').filter((line) => line.startsWith('app_step_duration_seconds_count'))).toHaveLength(500);
    expect(text).toContain('app_step_duration_seconds_count{step="other",type="task"} 1502');
    expect(text).toContain(String.raw`step="a \"b\"\n\\c"`);
  });

  it('are served for GET and HEAD', async () => {
    const { scrape, handler, serve } = await createEndpoint();
    expect((await scrape('*/*', 'POST')).status).toBe(405);
    expect(await scrape('*/*', 'HEAD')).toMatchObject({ status: 200, text: '' });
    handler.close();
    serve();
    expect((await scrape()).text).not.toContain('POST /ask');
  });

  it.each([
    [{ tracer: {} }, 'tracer'],
    [{ prefix: '1x' }, 'prefix'],
  ])('refuse %j', (options, named) => {
    const { tracer } = createWorld();
    expect(() => metricsHandler({ tracer, ...options } as never)).toThrow(named);
  });
});
