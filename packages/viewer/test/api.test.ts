/** Answers of the API, over a real socket. */

import { appendFileSync } from 'node:fs';
import { get } from 'node:http';
import { expect, it } from 'vitest';
import { open } from '@spanline/query';
import type {
  AlertsAnswer,
  CausesAnswer,
  DatasetAnswer,
  ErrorsAnswer,
  GroupsAnswer,
  PanelAnswer,
  SpanAnswer,
  StatsAnswer,
  TraceAnswer,
  TracesAnswer,
  ValuesAnswer,
} from '@spanline/viewer';
import { conditionOf } from '../page/lists/conditions.ts';
import { openViewer, type OpenViewer } from './support/client.ts';
import { alertLine, logWith, spanId, spanLine, traceId } from './support/lines.ts';

const message = (role: string, content: string) => ({ role, parts: [{ type: 'text', content }] });

/** Waits until the lines were read. */
async function list({ ask }: OpenViewer, query = ''): Promise<TracesAnswer> {
  let answer: TracesAnswer | undefined;
  await expect
    .poll(async () => {
      answer = (await ask(`traces?${query}`)).json as TracesAnswer;
      return answer.state.isComplete && answer.isStale !== true;
    })
    .toBe(true);
  if (answer === undefined) throw new Error('no answer');
  return answer;
}

const TRACES = [1, 2, 3].flatMap((trace) => [
  spanLine(
    { trace, span: trace * 10 + 1, parent: trace * 10, fromMs: trace * 1000 + 2, durationMs: trace * 100 },
    {
      'span.type': 'llm',
      'span.name': 'chat',
      'gen_ai.response.model': 'gpt-4o',
      'gen_ai.usage.input_tokens': trace * 100,
      'gen_ai.usage.output_tokens': trace,
      'spanline.cost.usd': 0.01 / trace,
      ...(trace === 2 ? { 'span.status': 'error', 'error.type': 'RateLimitError', 'error.message': 'slow down' } : {}),
    },
  ),
  spanLine(
    { trace, span: trace * 10, fromMs: trace * 1000, durationMs: trace * 100 + 5 },
    { 'span.type': 'http', 'span.name': `GET /ask/${trace}`, 'session.id': `s${trace}` },
  ),
]);

it('finds a trace in a list by its id, whatever came before it', async () => {
  const viewer = await openViewer(logWith(TRACES));
  const { rows, offset, total } = await list(viewer, `around=${traceId(2)}&limit=3`);
  expect([offset, total]).toEqual([0, 3]);
  expect(rows.map((row) => row.traceId)).toEqual([traceId(3), traceId(2), traceId(1)]);
  expect((await list(viewer, `around=${traceId(1)}&limit=3&order=cost`)).offset).toBe(0);
  expect((await list(viewer, `around=${traceId(1)}&limit=3`)).offset).toBe(1);
  // A trace that the list does not have: the place counts.
  expect((await list(viewer, `around=${traceId(9)}&limit=3&offset=2`)).offset).toBe(2);
});

it('makes a data set of the traces that were chosen', async () => {
  const viewer = await openViewer(logWith(TRACES));
  const ids = [traceId(3), traceId(9), traceId(1)].join(',');
  const { text, count } = (await viewer.ask(`dataset?ids=${ids}`)).json as DatasetAnswer;
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { metadata: object });
  expect(count).toBe(2);
  expect(lines.map(({ metadata }) => metadata)).toMatchObject([{ traceId: traceId(3) }, { traceId: traceId(1) }]);
});

it('finds what starts in a time that was chosen in a chart, and other lines of that time', async () => {
  const viewer = await openViewer(logWith([...TRACES, alertLine(2100)]));
  const start = Date.UTC(2026, 10, 23, 9, 12, 34) + 2000;
  const second = `from=${new Date(start).toISOString()}&to=${new Date(start + 50).toISOString()}`;
  // Both spans end after the range.
  expect((await list(viewer, `filter=-exists:parent&${second}`)).rows.map(({ name }) => name)).toEqual(['GET /ask/2']);
  const alerts = async (to: number): Promise<number> =>
    (
      (await viewer.ask(`alerts?from=${new Date(start).toISOString()}&to=${new Date(start + to).toISOString()}`))
        .json as AlertsAnswer
    ).rows.length;
  expect([await alerts(50), await alerts(200)]).toEqual([0, 1]);
  const { toMs } = (await viewer.ask('panels/latency')).json as PanelAnswer;
  expect(toMs).toBe(start + 1000);
});

it('lists traces by any column, in windows', async () => {
  const viewer = await openViewer(logWith([...TRACES, 'not a record']));
  const names = async (query: string) => (await list(viewer, query)).rows.map(({ name }) => name);
  expect(await names('')).toEqual(['GET /ask/3', 'GET /ask/2', 'GET /ask/1']);
  expect(await names('order=cost')).toEqual(['GET /ask/1', 'GET /ask/2', 'GET /ask/3']);
  expect(await names('order=errors&limit=1')).toEqual(['GET /ask/2']);
  expect(await names('offset=1&limit=1')).toEqual(['GET /ask/2']);
  expect(await names('filter=status%3Aerror')).toEqual(['GET /ask/2']);
  const answer = await list(viewer);
  expect(answer.total).toBe(3);
  expect(answer.state).toMatchObject({ share: 1, badLines: 1, unread: [] });
  expect(answer.histogram.map(({ traces, errors }) => [traces, errors])).toEqual([
    [1, 0],
    [1, 1],
    [1, 0],
  ]);
  expect(answer.rows[1]).toMatchObject({ errors: 1, tokens: 202, costUsd: 0.005, models: ['gpt-4o'], sessionId: 's2' });
});

it.each([
  ['traces?filter=modle%3Ax', 400, { error: 'there is no field "modle"', position: 0, suggestion: 'model' }],
  ['traces?order=size', 400, { error: expect.stringContaining('order must be one of start') as unknown }],
  ['traces?limit=-1', 400, { error: expect.stringContaining('limit must be an integer') as unknown }],
  ['traces?since=soon', 400, { error: expect.stringContaining('since') as unknown }],
  ['stats?by=modle', 400, { error: expect.stringContaining('did you mean "model"') as unknown }],
  [`trace/${'f'.repeat(32)}`, 404, { error: 'no line has this id' }],
  [`trace/${traceId(1)}/span/none`, 404, { error: 'no line has this id' }],
  [`trace/${traceId(1)}/span/${spanId(11)}/text/0`, 404, { error: 'no line has this id' }],
])('%s is an answer, not a crash', async (path, status, answer) => {
  const viewer = await openViewer(logWith(TRACES));
  const reply = await viewer.ask(path);
  expect(reply.status).toBe(status);
  expect(reply.json).toEqual(answer);
});

it('a trace is its tree from top to bottom, with the critical path', async () => {
  const viewer = await openViewer(
    logWith([
      spanLine({ trace: 1, span: 2, parent: 1, fromMs: 10, durationMs: 30 }, { 'span.name': 'embed' }),
      spanLine({ trace: 1, span: 3, parent: 1, fromMs: 10, durationMs: 5 }, { 'span.name': 'cache' }),
      spanLine({ trace: 1, span: 4, parent: 1, fromMs: 45, durationMs: 50 }, { 'span.name': 'generate' }),
      spanLine({ trace: 1, span: 1, durationMs: 100 }, { 'span.name': 'ask' }),
      JSON.stringify({
        level: 'warn',
        time: Date.UTC(2026, 10, 23, 9, 12, 34, 20),
        msg: 'cache is cold',
        trace_id: traceId(1),
        span_id: spanId(3),
      }),
    ]),
  );
  const { spans, events, durationMs } = (await viewer.ask(`trace/${traceId(1)}`)).json as TraceAnswer;
  expect(durationMs).toBe(100);
  expect(
    spans.map(({ name, depth, parent, fromMs, selfMs, isCritical = false }) => [
      name,
      depth,
      parent,
      fromMs,
      selfMs,
      isCritical,
    ]),
  ).toEqual([
    ['ask', 0, undefined, 0, 20, true],
    ['embed', 1, 0, 10, 30, true],
    ['cache', 1, 0, 10, 5, false],
    ['generate', 1, 0, 45, 50, true],
  ]);
  expect(events).toEqual([{ kind: 'log', atMs: 20, level: 'warn', message: 'cache is cold', spanId: spanId(3) }]);
});

it('a span has its cost by unit, where the prices give the cost of its line', async () => {
  const call = (span: number, usd: number, more: object = {}): string =>
    spanLine(
      { trace: 1, span },
      {
        'span.type': 'llm',
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.request.model': 'claude-sonnet-4-5',
        'gen_ai.usage.input_tokens': 1000,
        'gen_ai.usage.cache_read.input_tokens': 600,
        'gen_ai.usage.output_tokens': 100,
        'gen_ai.usage.reasoning.output_tokens': 40,
        'spanline.cost.usd': usd,
        'spanline.cost.source': 'price_table',
        'spanline.cost.price_version': 'genai-prices@0.1.8',
        ...more,
      },
    );
  const tier = { 'spanline.cost.tier': 'batch', 'spanline.usage.web_searches': 1 };
  const viewer = await openViewer(logWith([call(1, 0.00288), call(2, 0.01144, tier), call(3, 0.5)]));
  const spanOf = async (n: number): Promise<SpanAnswer> =>
    (await viewer.ask(`trace/${traceId(1)}/span/${spanId(n)}`)).json as SpanAnswer;
  const [whole, batch, other] = [await spanOf(1), await spanOf(2), await spanOf(3)];
  expect(whole.usage).toEqual([
    { unit: 'input tokens', count: 1000, billed: 400, unitUsd: 3e-6, usd: 0.0012 },
    { unit: 'cache read tokens', count: 600, billed: 600, unitUsd: 3e-7, usd: 0.00018 },
    { unit: 'output tokens', count: 100, billed: 100, unitUsd: 1.5e-5, usd: 0.0015 },
    { unit: 'output reasoning tokens', count: 40 },
  ]);
  expect(batch.usage.map(({ unit, factor, usd }) => [unit, factor, usd])).toEqual([
    ['input tokens', 0.5, 0.0006],
    ['cache read tokens', 0.5, 0.00009],
    ['output tokens', 0.5, 0.00075],
    ['output reasoning tokens', undefined, undefined],
    ['web searches', undefined, 0.01],
  ]);
  expect(batch.price).toContainEqual(['service tier', 'batch']);
  expect(other.usage[0]).toEqual({ unit: 'input tokens', count: 1000 });
  expect(other.price).toContainEqual(['cost by unit', 'not shown: the prices here give another sum']);
});

it('a span has its conversation restored, its documents, usage, scores and error', async () => {
  const question = [message('system', 'Be brief.'), message('user', 'Hello?')];
  const answered = [message('assistant', 'Hi.')];
  const viewer = await openViewer(
    logWith([
      spanLine(
        { trace: 1, span: 2, parent: 1 },
        {
          'span.type': 'llm',
          'gen_ai.input.messages': JSON.stringify(question),
          'gen_ai.output.messages': JSON.stringify(answered),
        },
      ),
      spanLine(
        { trace: 1, span: 3, parent: 1, fromMs: 20 },
        {
          'span.type': 'llm',
          'gen_ai.input.messages': JSON.stringify([
            { ref: `${spanId(2)}#i0-1` },
            { ref: `${spanId(2)}#o0` },
            { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: { rows: 3 } }] },
          ]),
          'gen_ai.output.messages': JSON.stringify([
            {
              role: 'assistant',
              parts: [{ type: 'tool_call', id: 'c2', name: 'search', arguments: { q: 'x' } }],
              finish_reason: 'tool_calls',
            },
          ]),
          'gen_ai.usage.input_tokens': 40,
          'gen_ai.usage.cache_read.input_tokens': 30,
          'spanline.cost.usd': 0.5,
          'span.status': 'error',
          'error.type': 'TimeoutError',
          'error.message': 'too slow',
          'error.stack': 'TimeoutError: too slow\n    at ask (/app/ask.js:1:1)',
        },
      ),
      spanLine(
        { trace: 1, span: 4, parent: 1 },
        { 'gen_ai.retrieval.documents': JSON.stringify([{ id: 'd1', score: 0.5, content: 'A fact.' }]) },
      ),
      spanLine({ trace: 1, span: 1, durationMs: 50 }),
      JSON.stringify({
        '@timestamp': '2026-11-23T09:12:35Z',
        level: 'info',
        message: 'score',
        'event.name': 'gen_ai.evaluation.result',
        'spanline.schema': '1.0',
        trace_id: traceId(1),
        span_id: spanId(3),
        'gen_ai.evaluation.name': 'faithfulness',
        'gen_ai.evaluation.score.value': 0.7,
      }),
    ]),
  );
  const span = async (n: number) => (await viewer.ask(`trace/${traceId(1)}/span/${spanId(n)}`)).json as SpanAnswer;
  const third = await span(3);
  expect(third.input.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool']);
  expect(third.history).toBe(3);
  expect(third.input[3]?.parts).toEqual([{ type: 'tool_result', id: 'c1', text: { text: '{\n  "rows": 3\n}' } }]);
  expect(third.output).toEqual([
    {
      role: 'assistant',
      finishReason: 'tool_calls',
      parts: [{ type: 'tool_call', id: 'c2', name: 'search', text: { text: '{\n  "q": "x"\n}' } }],
    },
  ]);
  expect(third.usage).toEqual([
    { unit: 'input tokens', count: 40 },
    { unit: 'cache read tokens', count: 30 },
  ]);
  expect(third.scores).toEqual([{ name: 'faithfulness', value: 0.7 }]);
  expect(third.error).toMatchObject({ type: 'TimeoutError', message: { text: 'too slow' }, causes: [], facts: [] });
  expect(third.missing).toEqual([]);
  expect((await span(4)).documents).toEqual([{ id: 'd1', score: 0.5, text: { text: 'A fact.' } }]);
});

it('a long text comes piece by piece and whole', async () => {
  const long = 'abc😀'.repeat(60_000);
  const viewer = await openViewer(
    logWith([spanLine({ trace: 1, span: 1 }, { 'spanline.output': JSON.stringify(long) })]),
  );
  const path = `trace/${traceId(1)}/span/${spanId(1)}`;
  const { values } = (await viewer.ask(path)).json as SpanAnswer;
  const [first] = values;
  expect(first?.text.length).toBe(long.length);
  let read = first?.text.text ?? '';
  while (read.length < long.length) {
    const { text } = (await viewer.ask(`${path}/text/${first?.text.n}?from=${read.length}`)).json as { text: string };
    expect(text.length).toBeGreaterThan(0);
    read += text;
  }
  expect(read).toBe(long);
});

it('figures are those of the query', async () => {
  const file = logWith(TRACES);
  const viewer = await openViewer(file);
  const { rows, by } = (await viewer.ask('stats?by=step,model')).json as StatsAnswer;
  const expected = await open(file).stats('*', { by: ['step', 'model'] });
  expect(by).toEqual(expected.by);
  expect(rows.map(({ count, p95Ms, costUsd, inputTokens }) => [count, p95Ms, costUsd, inputTokens])).toEqual(
    expected.rows.map(({ count, p95Ms, costUsd, inputTokens }) => [count, p95Ms, costUsd, inputTokens]),
  );
});

it('spans without a field and those with an empty text are two groups, each with its filter', async () => {
  const file = logWith([
    spanLine({ trace: 1, span: 1 }, { 'session.id': '' }),
    spanLine({ trace: 2, span: 2 }, { 'session.id': '' }),
    spanLine({ trace: 3, span: 3 }),
  ]);
  const viewer = await openViewer(file);
  const { rows } = (await viewer.ask('stats?by=session')).json as StatsAnswer;
  expect(rows.map(({ by, count }) => [by[0], count])).toEqual([
    ['', 2],
    [null, 1],
  ]);
  for (const { by, count } of rows) {
    const filter = encodeURIComponent(conditionOf('session', by[0] ?? null));
    expect(((await viewer.ask(`traces?filter=${filter}`)).json as TracesAnswer).total).toBe(count);
  }
});

it('errors are grouped, and lead to the newest one', async () => {
  const viewer = await openViewer(logWith(TRACES));
  const { rows, count } = (await viewer.ask('errors')).json as ErrorsAnswer;
  expect(count).toBe(1);
  expect(rows).toEqual([
    expect.objectContaining({
      type: 'RateLimitError',
      message: 'slow down',
      count: 1,
      traceId: traceId(2),
      spanId: spanId(21),
    }),
  ]);
});

it('groups traces by a field, in windows', async () => {
  const viewer = await openViewer(
    logWith([
      ...TRACES,
      spanLine({ trace: 4, span: 40, fromMs: 9000, durationMs: 7 }, { 'session.id': 's1', 'user.id': 'ada' }),
      spanLine({ trace: 5, span: 50, fromMs: 9500 }, { 'http.route': '/ask' }),
    ]),
  );
  const groups = async (query: string): Promise<GroupsAnswer> => {
    await list(viewer, query.split('&').slice(1).join('&'));
    return (await viewer.ask(`groups?${query}`)).json as GroupsAnswer;
  };
  const sessions = await groups('by=session');
  expect(sessions.rows.map(({ value }) => value)).toEqual(['s1', 's3', 's2']);
  expect(sessions).toMatchObject({ total: 3, tracesWithout: 1, state: { isComplete: true } });
  expect(sessions.rows[0]).toMatchObject({ traces: 2, failed: 0, spans: 3, tokens: 101, slowestMs: 105 });
  expect(sessions.rows[0]?.costUsd).toBeCloseTo(0.01);
  expect((await groups('by=session&order=errors')).rows[0]).toMatchObject({ value: 's2', failed: 1 });
  expect((await groups('by=session&offset=1&limit=1')).rows.map(({ value }) => value)).toEqual(['s3']);
  expect((await groups('by=user')).rows).toMatchObject([{ value: 'ada', traces: 1 }]);
  expect((await groups('by=route')).rows).toMatchObject([{ value: '/ask', traces: 1 }]);
  expect((await groups('by=model&filter=cost%3E0.004')).rows).toMatchObject([{ value: 'gpt-4o', traces: 2 }]);
  expect((await viewer.ask('groups?by=time')).status).toBe(400);
});

it('completes the values of a field, the most frequent first', async () => {
  const viewer = await openViewer(logWith(TRACES));
  const values = async (query: string) => ((await viewer.ask(`values?${query}`)).json as ValuesAnswer).values;
  const { length: frequent, 0: first } = (await values('field=step')).map(({ value }) => value);
  expect([frequent, first]).toEqual([4, 'chat']);
  expect(await values('field=model&prefix=GPT')).toEqual([{ value: 'gpt-4o', count: 3 }]);
  expect(await values('field=model&prefix=o3')).toEqual([]);
  // Numbers and prose have no list of values.
  expect(await values('field=duration')).toEqual([]);
  expect(await values('field=text')).toEqual([]);
  expect(await values('field=no-such-field')).toEqual([]);
});

it('lists the first token, the route and the scores of a trace', async () => {
  const viewer = await openViewer(
    logWith([
      spanLine(
        { trace: 1, span: 2, parent: 1, fromMs: 100, durationMs: 400 },
        { 'span.type': 'llm', 'gen_ai.response.time_to_first_chunk': 0.25 },
      ),
      spanLine({ trace: 1, span: 1, durationMs: 600 }, { 'http.route': '/ask' }),
      spanLine({ trace: 2, span: 20, fromMs: 1000 }),
      JSON.stringify({
        '@timestamp': '2026-11-23T09:13:00.000Z',
        'event.name': 'gen_ai.evaluation.result',
        'spanline.schema': '1.0',
        trace_id: traceId(1),
        'gen_ai.evaluation.name': 'helpful',
        'gen_ai.evaluation.score.value': 0.5,
      }),
    ]),
  );
  const { rows } = await list(viewer, 'order=score');
  expect(rows[0]).toMatchObject({ ttftMs: 350, route: '/ask', scores: [{ name: 'helpful', value: 0.5 }] });
  expect(rows[1]).not.toHaveProperty('scores');
  expect(rows[1]).not.toHaveProperty('ttftMs');
});

it('an alert has its cause', async () => {
  const requests = Array.from({ length: 80 }, (_, n) => {
    const isSlow = n % 4 === 0;
    return spanLine(
      { trace: n + 1, span: n + 1, fromMs: n * 100, durationMs: isSlow ? 1500 + n : 50 + n },
      {
        'span.type': 'http',
        'span.kind': 'SERVER',
        'span.name': 'POST /ask',
        'spanline.rollup.spans': 1,
        'labels.tenant': isSlow ? 'acme' : `t${n % 7}`,
      },
    );
  });
  const viewer = await openViewer(
    logWith([
      ...requests,
      alertLine(20_000),
      alertLine(30_000, { 'spanline.alert.event': 'recovered', 'spanline.alert.state': 'OK' }),
    ]),
  );
  const { rows } = (await viewer.ask('alerts')).json as AlertsAnswer;
  expect(rows.map(({ name, event, value }) => [name, event, value])).toEqual([
    ['slow_requests', 'recovered', 2000],
    ['slow_requests', 'fired', 2000],
  ]);
  const { bad, good, causes, traceIds, measure } = (await viewer.ask('causes/alert-20000')).json as CausesAnswer;
  expect([measure, bad, good]).toEqual(['duration', 20, 60]);
  expect(causes[0]?.text).toContain('acme');
  expect(traceIds[0]).toBe(traceId(77));
  expect((await viewer.ask('causes/none')).status).toBe(404);
});

it('lines that are written later appear, and open pages are told', async () => {
  const file = logWith(TRACES);
  const viewer = await openViewer(file);
  expect((await list(viewer)).total).toBe(3);
  const told = new Promise<string>((resolve, reject) => {
    get(
      { host: '127.0.0.1', port: viewer.port, path: '/api/v1/live', headers: { cookie: viewer.cookie } },
      (response) => {
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          // The first comment says that the connection stands.
          if (chunk.startsWith('data:')) resolve(chunk);
          else appendFileSync(file, `${spanLine({ trace: 9, span: 90, fromMs: 9000 }, { 'span.name': 'new' })}\n`);
        });
      },
    ).on('error', reject);
  });
  expect(await told).toMatch(/^data: \{"version":"\d+"\}\n\n$/);
  await expect.poll(async () => (await list(viewer)).rows[0]?.name).toBe('new');
});

it('a hostile log is shown as text', async () => {
  const name = '<script>alert(1)</script>\u001b[31m"\u2028';
  const viewer = await openViewer(
    logWith([
      spanLine(
        { trace: 1, span: 1 },
        { 'span.name': name, 'span.type': '__proto__', 'labels.__proto__': 'x', constructor: 'y' },
      ),
      spanLine({ trace: 1, span: 2, parent: 2 }, { 'span.name': 'own parent' }),
      spanLine({ trace: 1, span: 3, parent: 4 }, { 'span.name': 'circle' }),
      spanLine({ trace: 1, span: 4, parent: 3 }, { 'span.name': 'circle' }),
    ]),
  );
  const reply = await viewer.ask(`trace/${traceId(1)}`);
  expect(reply.headers['content-type']).toBe('application/json; charset=utf-8');
  const { spans } = reply.json as TraceAnswer;
  expect(spans).toHaveLength(4);
  expect(spans.find(({ spanId: id }) => id === spanId(1))).toMatchObject({ name });
});

it('a trace of several services names the spans where another one begins', async () => {
  const of = (span: number, parent: number | undefined, service: unknown): string =>
    spanLine({ trace: 1, span, ...(parent === undefined ? {} : { parent }) }, { 'service.name': service });
  const lines = [of(1, undefined, 'web'), of(2, 1, 'api'), of(3, 2, 'api'), of(4, 3, 'shop'), of(5, 1, 'web')];
  const viewer = await openViewer(logWith(lines));
  const { services, spans } = (await viewer.ask(`trace/${traceId(1)}`)).json as TraceAnswer;
  expect(services).toEqual(['web', 'api', 'shop']);
  const named = Object.fromEntries(spans.map(({ spanId: id, service }) => [id, service]));
  expect(named).toEqual({ [spanId(1)]: 'web', [spanId(2)]: 'api', [spanId(4)]: 'shop' });
  const one = await openViewer(logWith([of(1, undefined, 'web'), of(2, 1, undefined), of(3, 1, { odd: true })]));
  expect(((await one.ask(`trace/${traceId(1)}`)).json as TraceAnswer).services).toEqual(['web']);
});

it('a trace of 30,000 spans, each below the other, is answered', async () => {
  const lines = Array.from({ length: 30_000 }, (_, n) =>
    spanLine({ trace: 1, span: n + 1, ...(n === 0 ? {} : { parent: n }) }),
  );
  const viewer = await openViewer(logWith(lines));
  const { spans } = (await viewer.ask(`trace/${traceId(1)}`)).json as TraceAnswer;
  expect(spans).toHaveLength(30_000);
  expect(spans.at(-1)).toMatchObject({ depth: 29_999, parent: 29_998 });
});
