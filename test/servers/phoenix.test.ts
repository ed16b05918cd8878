import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { createLogger, createTracer } from '@spanline/core';
import { SpanEvaluations } from '@spanline/evals';
import { phoenix, spool } from '@spanline/ship';
import { cli, folderWith } from '../../packages/cli/test/support/cli.ts';
import { otlpToProtobuf, startPhoenix } from './support/phoenix.ts';
import { type Line, LONG_REQUESTS, NEEDLES, writeProgram } from './support/program.ts';
import type { RunningServer } from './support/server.ts';
import { ship, type Shipped } from './support/ship.ts';

const files = inject('servers').phoenix;

const PROJECT = 'servers-test';
/** Phoenix answers before it has written: about 200 spans a second on a small machine. */
const WRITTEN = { timeout: 100_000, interval: 500 };
const KINDS = { llm: 'LLM', retriever: 'RETRIEVER', tool: 'TOOL', http: 'UNKNOWN' } as const;

interface ShownSpan {
  readonly name: string;
  readonly context: { readonly trace_id: string; readonly span_id: string };
  readonly span_kind: string;
  readonly parent_id: string | null;
  readonly start_time: string;
  readonly end_time: string;
  readonly status_code: string;
  readonly status_message: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

interface Page {
  readonly data: readonly ShownSpan[];
  readonly next_cursor: string | null;
}

interface Annotation {
  readonly span_id: string;
  readonly name: string;
  readonly annotator_kind: string;
  readonly identifier: string;
  readonly result: Readonly<Record<string, unknown>>;
}

interface Costs {
  readonly data: { readonly projects: { readonly edges: readonly { readonly node: ProjectCost }[] } };
}

interface ProjectCost {
  readonly name: string;
  readonly tokenCountTotal: number;
  readonly costSummary: { readonly total: { readonly cost: number | null } };
}

async function json<Body>(url: string, init?: RequestInit): Promise<Body> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text.slice(0, 500)}`);
  return JSON.parse(text) as Body;
}

async function readSpans(url: string, project = PROJECT): Promise<ShownSpan[]> {
  const spans: ShownSpan[] = [];
  let cursor = '';
  do {
    const page = await json<Page>(`${url}/v1/projects/${project}/spans?limit=1000${cursor}`);
    spans.push(...page.data);
    cursor = page.next_cursor === null ? '' : `&cursor=${encodeURIComponent(page.next_cursor)}`;
  } while (cursor !== '');
  return spans;
}

async function readCost(url: string): Promise<ProjectCost | undefined> {
  const query = '{ projects { edges { node { name tokenCountTotal costSummary { total { cost } } } } } }';
  const headers = { 'content-type': 'application/json' };
  const { data } = await json<Costs>(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return data.projects.edges.find(({ node }) => node.name === PROJECT)?.node;
}

const sum = (lines: readonly Line[], key: string): number =>
  lines.reduce((total, line) => total + ((line[key] as number | undefined) ?? 0), 0);

describe.skipIf(files === undefined)('Phoenix', () => {
  let dir = '';
  let server: RunningServer | undefined;
  let lines: Line[];
  let spans: Line[];
  let shipped: Shipped;
  let shown: Map<unknown, ShownSpan>;
  let count = 0;

  beforeAll(async () => {
    server = await startPhoenix(files as string);
    dir = server.folder;
    const { url } = server;
    lines = await writeProgram(join(dir, 'spool'));
    spans = lines.filter((line) => line['event.name'] === 'span.end');
    shipped = await ship({ dir: join(dir, 'spool'), to: [phoenix({ url, project: PROJECT })] });
    const all = await vi.waitFor(async () => {
      const written = await readSpans(url);
      expect(written.length).toBeGreaterThanOrEqual(spans.length);
      return written;
    }, WRITTEN);
    count = all.length;
    shown = new Map(all.map((span) => [span.context.span_id, span]));
  });
  afterAll(() => server?.stop());

  it('shows every span once', () => {
    expect(shipped.stats['phoenix']).toMatchObject({ stored: spans.length, rejected: 0, retries: 0 });
    expect(count).toBe(spans.length);
    expect([...shown.keys()].toSorted()).toEqual(spans.map((line) => line['span_id']).toSorted());
  });

  it('shows name, trace, parent, time, kind and status of each', () => {
    for (const line of spans) {
      const span = shown.get(line['span_id']) as ShownSpan;
      const duration = Date.parse(span.end_time) - Date.parse(span.start_time);
      expect({ ...span.context, name: span.name, parent: span.parent_id ?? undefined, duration }).toEqual({
        trace_id: line['trace_id'],
        span_id: line['span_id'],
        name: line['span.name'],
        parent: line['parent_span_id'],
        duration: line['duration_ms'],
      });
      expect(span.span_kind).toBe(KINDS[line['span.type'] as keyof typeof KINDS]);
      expect(span.status_code).toBe(line['span.status'] === 'error' ? 'ERROR' : 'OK');
    }
  });

  it('shows model, tokens, cost and request of each call of a model', () => {
    const calls = spans.filter((line) => line['span.type'] === 'llm');
    expect(calls.length).toBeGreaterThan(300);
    for (const line of calls) {
      const [input, output] = [line['gen_ai.usage.input_tokens'], line['gen_ai.usage.output_tokens']] as [
        number,
        number,
      ];
      expect(shown.get(line['span_id'])?.attributes).toMatchObject({
        'llm.model_name': line['gen_ai.request.model'],
        'llm.provider': 'openai',
        'llm.token_count.prompt': input,
        'llm.token_count.completion': output,
        'llm.token_count.total': input + output,
        'spanline.cost.usd': line['spanline.cost.usd'],
        'http.request.id': line['http.request.id'],
        'session.id': line['session.id'],
        'user.id': line['user.id'],
      });
    }
  });

  it('counts the tokens of the project, and comes to the cost that the lines say', async () => {
    const calls = spans.filter((line) => line['span.type'] === 'llm');
    const { url } = server as RunningServer;
    await vi.waitFor(async () => {
      const project = await readCost(url);
      const tokens = sum(calls, 'gen_ai.usage.input_tokens') + sum(calls, 'gen_ai.usage.output_tokens');
      expect(project?.tokenCountTotal).toBe(tokens);
      expect(project?.costSummary.total.cost).toBeCloseTo(sum(calls, 'spanline.cost.usd'), 6);
    }, WRITTEN);
  });

  it('shows the scores of the program', async () => {
    const scores = lines.filter((line) => line['event.name'] === 'gen_ai.evaluation.result');
    expect(scores.length).toBeGreaterThan(5);
    expect(shipped.stats['phoenix-scores']).toMatchObject({ stored: scores.length, rejected: 0 });
    const { url } = server as RunningServer;
    const ids = scores.map((line) => `span_ids=${String(line['span_id'])}`).join('&');
    const { data } = await json<{ data: Annotation[] }>(
      `${url}/v1/projects/${PROJECT}/span_annotations?limit=1000&${ids}`,
    );
    expect(data.map(({ span_id, identifier }) => `${span_id} ${identifier}`).toSorted()).toEqual(
      scores.map((line) => `${String(line['span_id'])} ${String(line['event.id'])}`).toSorted(),
    );
    expect(data[0]).toMatchObject({ name: 'helpful', annotator_kind: 'CODE', result: { score: 1 } });
  });

  it('shows scores that came later, from the rows of a CSV file, once also if they are sent again', async () => {
    const [one, two] = spans.filter((line) => line['span.type'] === 'llm') as [Line, Line];
    const folder = join(dir, 'late');
    const destination = spool({ dir: folder, to: [] });
    const tracer = createTracer({
      logger: createLogger({ pretty: false }, destination),
      capture: 'full',
      statsIntervalSeconds: 0,
    });
    const [spanOne, spanTwo] = [String(one['span_id']), String(two['span_id'])];
    const { logged, rejected } = new SpanEvaluations({
      evalName: 'hallucination',
      rows: [
        { 'context.span_id': spanOne, score: '1', label: 'hallucinated', explanation: 'No source says so.' },
        { 'context.span_id': spanTwo, score: '0', label: 'factual' },
      ],
    }).logEvaluations({ tracer });
    expect({ logged, rejected }).toEqual({ logged: 2, rejected: [] });
    await tracer.shutdown();
    await destination.close(60_000);
    const { url } = server as RunningServer;
    const again = join(dir, 'again');
    cpSync(folder, again, { recursive: true });
    for (const from of [folder, again]) {
      const { stats } = await ship({ dir: from, to: [phoenix({ url, project: PROJECT })] });
      expect(stats['phoenix-scores']).toMatchObject({ stored: 2, rejected: 0 });
    }
    const { data } = await json<{ data: Annotation[] }>(
      `${url}/v1/projects/${PROJECT}/span_annotations?span_ids=${spanOne}&span_ids=${spanTwo}`,
    );
    const ofLate = data.filter(({ name }) => name === 'hallucination');
    expect(ofLate.toSorted((a, b) => Number(b.result['score']) - Number(a.result['score']))).toMatchObject([
      {
        span_id: spanOne,
        annotator_kind: 'LLM',
        result: { score: 1, label: 'hallucinated', explanation: 'No source says so.' },
      },
      { span_id: spanTwo, annotator_kind: 'LLM', result: { score: 0, label: 'factual' } },
    ]);
  });

  it('takes an export in OTLP, which OpenTelemetry reads without a word left over', async () => {
    const requests = new Set(['req-7', 'req-10']);
    const shippedLines = lines.filter((line) => requests.has(String(line['http.request.id'])));
    // Phoenix keeps a span that it has: these get other ids, each with another first digit.
    const log = shippedLines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const other = log.replaceAll(
      /("(?:trace_id|span_id|parent_span_id)":")(.)/g,
      (_, key: string, digit: string) => `${key}${(15 - Number.parseInt(digit, 16)).toString(16)}`,
    );
    const some = other
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    const cwd = folderWith({ 'app.ndjson': other });
    expect((await cli(['export', 'otlp', 'app.ndjson', '--out', 'out.json'], { cwd })).code).toBe(0);
    const body = await otlpToProtobuf(files as string, join(cwd, 'out.json'));
    const { url } = server as RunningServer;
    const headers = { 'content-type': 'application/x-protobuf' };
    expect((await fetch(`${url}/v1/traces`, { method: 'POST', headers, body })).status).toBe(200);
    const expected = some.filter((line) => line['event.name'] === 'span.end');
    expect(expected.length).toBeGreaterThan(4);
    // Spans without a project go to this one.
    const got = await vi.waitFor(async () => {
      const written = await readSpans(url, 'default');
      expect(written).toHaveLength(expected.length);
      return new Map(written.map((span) => [span.context.span_id, span]));
    }, WRITTEN);
    for (const line of expected) {
      const span = got.get(String(line['span_id'])) as ShownSpan;
      expect({ name: span.name, trace: span.context.trace_id, parent: span.parent_id ?? undefined }).toEqual({
        name: line['span.name'],
        trace: line['trace_id'],
        parent: line['parent_span_id'],
      });
      expect(Date.parse(span.end_time) - Date.parse(span.start_time)).toBe(line['duration_ms']);
      expect(span.status_code).toBe(line['span.status'] === 'error' ? 'ERROR' : 'OK');
    }
  });

  it('shows a question as it was asked, also of 200 kB', () => {
    for (const which of ['long', 'huge'] as const) {
      const line = spans.find(
        (span) => span['http.request.id'] === LONG_REQUESTS[which] && span['span.type'] === 'llm',
      ) as Line;
      const { attributes } = shown.get(line['span_id']) as ShownSpan;
      expect(attributes['gen_ai.input.messages']).toBe(line['gen_ai.input.messages']);
      expect(attributes['llm.input_messages.0.message.content']).toMatch(new RegExp(` ${NEEDLES[which]}$`));
    }
  });

  it('shows input, output, tags, labels and details of tokens under the names that its screens read', async () => {
    const folder = join(dir, 'steps');
    const destination = spool({ dir: folder, to: [] });
    const tracer = createTracer({
      logger: createLogger({ pretty: false }, destination),
      capture: 'full',
      statsIntervalSeconds: 0,
    });
    const step = {
      name: 'answer',
      type: 'chain',
      input: { question: 'why' },
      tags: ['a', 'b'],
      labels: { plan: 'pro' },
    };
    const traceId = tracer.withSpan(step as Parameters<typeof tracer.withSpan>[0], (span) => {
      const call = tracer.startSpan({ name: 'chat o3', type: 'llm' });
      call.set({
        'gen_ai.request.model': 'o3',
        'gen_ai.usage.input_tokens': 100,
        'gen_ai.usage.output_tokens': 50,
        'gen_ai.usage.cache_read.input_tokens': 20,
        'gen_ai.usage.reasoning.output_tokens': 30,
      });
      call.end();
      span.output('because');
      return span.traceId;
    });
    await tracer.shutdown();
    await destination.close(60_000);
    const { url } = server as RunningServer;
    await ship({ dir: folder, to: [phoenix({ url, project: 'steps' })] });
    const [call, answer] = await vi.waitFor(async () => {
      const written = (await readSpans(url, 'steps')).filter(({ context }) => context.trace_id === traceId);
      expect(written).toHaveLength(2);
      return written.toSorted((a, b) => b.name.localeCompare(a.name));
    }, WRITTEN);
    expect(answer?.attributes).toMatchObject({
      'input.value': '{"question":"why"}',
      'input.mime_type': 'application/json',
      'output.value': 'because',
      'tag.tags': ['a', 'b'],
      'metadata.plan': 'pro',
    });
    expect(call?.attributes).toMatchObject({
      'llm.token_count.prompt_details.cache_read': 20,
      'llm.token_count.completion_details.reasoning': 30,
    });
  });

  it('shows what was looked up, and what failed', () => {
    const of = (type: string): ShownSpan => {
      const line = spans.find((span) => span['http.request.id'] === 'req-10' && span['span.type'] === type);
      return shown.get(line?.['span_id']) as ShownSpan;
    };
    expect(of('retriever').attributes).toMatchObject({ 'input.value': 'question 10' });
    expect(of('retriever').attributes['output.value']).toContain('document 10');
    expect(of('tool').attributes).toMatchObject({ 'tool.parameters.key': 'k10', 'input.value': '{"key":"k10"}' });
    expect(of('llm')).toMatchObject({ status_code: 'ERROR', status_message: 'The model is overloaded' });
  });
});
