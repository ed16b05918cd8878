/** What lists, sums and trees say in the same way: names, errors, costs and ids. */

import { describe, expect, it } from 'vitest';
import { lines, span, spanId, traceId } from '../../../query/test/support/logs.ts';
import { cli, folderWith, type Outcome } from '../support/cli.ts';

const trace = '4c2b9c1d'.padEnd(32, '7');
const own = { trace_id: trace, 'session.id': 's-1', 'http.request.id': 'req-7' };
/** A request to a path that no route serves. Its model call failed, and the cost of another one is not known. */
const LOG = lines(
  span(2, {
    ...own,
    parent_span_id: spanId(1),
    'span.name': 'chat',
    'span.type': 'llm',
    'span.status': 'error',
    'error.type': 'TimeoutError',
    'spanline.cost.usd': 0.02,
  }),
  span(3, {
    ...own,
    parent_span_id: spanId(1),
    'span.name': 'chat',
    'span.type': 'llm',
    'spanline.cost.reason': 'unknown_model',
  }),
  span(1, {
    ...own,
    ms: 30,
    'span.name': 'POST',
    'span.type': 'http',
    'url.path': '/ask',
    'span.status': 'error',
    'error.type': 'TimeoutError',
    'spanline.error.propagated': true,
  }),
  span(4, { trace_id: traceId(2), 'span.name': 'GET /docs', 'span.type': 'http' }),
);

const run = (...args: string[]): Promise<Outcome> => cli(args, { cwd: folderWith({ 'app.ndjson': LOG }) });
const json = async (...args: string[]): Promise<unknown> => JSON.parse((await run(...args, '--json')).stdout);

describe('lists', () => {
  it('name a request without a route by its path, as its tree does', async () => {
    expect((await run('ls', 'app.ndjson')).stdout).toContain('POST /ask');
    expect((await run('slow', 'app.ndjson')).stdout).toContain('POST /ask');
    expect((await run('show', 'app.ndjson', 'req-7')).stdout).toContain('POST /ask');
    expect(await json('ls', 'app.ndjson', 'request:req-7')).toMatchObject({ traces: [{ name: 'POST /ask' }] });
    expect(await json('show', 'app.ndjson', 'req-7')).toMatchObject({ spans: [{ name: 'POST /ask' }, {}, {}] });
  });

  it('count errors where they arose, as the summary of the tree does', async () => {
    expect(await json('ls', 'app.ndjson', 'request:req-7')).toMatchObject({ traces: [{ errors: 1, spans: 3 }] });
    expect((await run('show', 'app.ndjson', 'req-7')).stdout).toContain('1 error');
    expect(await json('errors', 'app.ndjson')).toMatchObject({ count: 1 });
  });

  it('mark a sum of costs with a call whose cost is not known', async () => {
    for (const args of [['ls'], ['top', '--by', 'cost'], ['sessions'], ['stats'], ['cost']]) {
      const { stdout } = await run(...args, 'app.ndjson');
      expect(stdout, args[0]).toContain('≥$0.02');
    }
    expect(await json('ls', 'app.ndjson')).toMatchObject({ traces: [{ costUsd: 0.02, unknownCosts: 1 }, {}] });
    expect(await json('top', '--by', 'cost', 'app.ndjson')).toMatchObject({
      rows: [{ value: 0.02, unknownCosts: 1 }],
    });
    expect(await json('sessions', 'app.ndjson')).toMatchObject({ sessions: [{ costUsd: 0.02, unknownCosts: 1 }] });
  });
});

describe('the first digits of an id, as lists print them', () => {
  it('are enough for each command that takes an id', async () => {
    for (const args of [
      ['show', 'app.ndjson', '4c2b9c1d'],
      ['show', 'app.ndjson', '4C2B9C1D', '--json'],
      ['errors', 'app.ndjson', '--like', '4c2b9c1d'],
      ['diff', 'app.ndjson', '4c2b9c1d', traceId(2)],
    ]) {
      expect((await run(...args)).code, args.join(' ')).toBe(0);
    }
  });

  it('may be those of a span', async () => {
    const log = lines(span(0, { span_id: 'ab12cd34'.padEnd(16, '0') }));
    const { code, stdout } = await cli(['show', 'app.ndjson', 'ab12cd34'], { cwd: folderWith({ 'app.ndjson': log }) });
    expect({ code, facts: stdout.includes('span_id') }).toEqual({ code: 0, facts: true });
  });

  it('are refused where several ids begin with them', async () => {
    const log = lines(span(1, { trace_id: `${trace.slice(0, -1)}1` }), span(2, { trace_id: trace }));
    const cwd = folderWith({ 'app.ndjson': log });
    expect(await cli(['diff', 'app.ndjson', '4c2b9c1d', '4c2b9c1d'], { cwd })).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('several ids begin with "4c2b9c1d": 4c2b') as string,
    });
    expect((await cli(['show', 'app.ndjson', '4c2b9c1d'], { cwd })).stdout).toContain(
      'Several ids begin with 4c2b9c1d',
    );
  });
});

describe('names of steps', () => {
  it('are whole in 80 columns, as long as they have 28 letters', async () => {
    const name = 'retrieve documents of tenant';
    const log = lines(
      span(1, {
        'span.name': name,
        'span.status': 'error',
        'error.type': 'RateLimitError',
        'gen_ai.usage.input_tokens': 4,
      }),
    );
    const cwd = folderWith({ 'app.ndjson': log });
    for (const command of ['stats', 'top', 'ls', 'slow']) {
      const { stdout } = await cli([command, 'app.ndjson'], { cwd });
      expect(stdout, command).toContain(name);
      expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    }
  });
});

describe('the help', () => {
  it('of a command is printed by help, too', async () => {
    expect((await cli(['help', 'ls'])).stdout).toBe((await cli(['ls', '--help'])).stdout);
    expect(await cli(['help', 'lss'])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('did you mean ls?') as string,
    });
    expect((await cli(['help', 'serve'])).stderr).not.toContain('did you mean');
  });
});

describe('a digit too few', () => {
  it('is said', async () => {
    expect((await run('show', 'app.ndjson', '4c2')).stdout).toContain('At least four digits of an id are needed.');
  });
});
