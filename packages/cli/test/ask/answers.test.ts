/** The answers of stats, top, errors, slow, sessions and cost. */

import { describe, expect, it } from 'vitest';
import { ASK_LOG } from '../support/ask-log.ts';
import { cli, folderWith } from '../support/cli.ts';

const table = async (...args: string[]): Promise<string[]> => {
  const cwd = folderWith({ 'app.ndjson': ASK_LOG });
  const { stdout, code } = await cli([args[0] ?? '', 'app.ndjson', ...args.slice(1)], { cwd, env: { COLUMNS: '100' } });
  expect(code).toBe(0);
  return stdout.trimEnd().split('\n');
};
const data = async (...args: string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await table(...args, '--json')).join('\n')) as Record<string, unknown>;

describe('spanline stats', () => {
  it('has figures of each step, and of any other fields', async () => {
    expect(await table('stats')).toEqual([
      'step         count  errors     p50     p95     p99   self                            tokens     cost',
      'search           2    50 %  1.06 s  1.91 s  1.98 s   66 %  ━━━━━━━━━━━━━━━━',
      'chat gpt-4o      1          870 ms  870 ms  870 ms   27 %  ━━━━━━╸                     1420  $0.0142',
      'POST /ask        2    50 %  1.60 s  1.98 s  2.01 s  6.6 %  ━╸',
    ]);
    expect(await data('stats', '--by', 'user,model', '--by', 'status')).toMatchObject({
      by: ['user', 'model', 'status'],
      rows: [{ by: ['ben', null, 'error'], count: 2 }, { by: ['ada', 'gpt-4o', 'ok'] }, { by: ['ada', null, 'ok'] }],
    });
  });
});

describe('spanline top', () => {
  it('compares steps by self time, tokens or cost', async () => {
    expect(await table('top')).toEqual([
      'step         self-time  share                            count    each',
      'search          2.12 s   66 %  ━━━━━━━━━━━━━━━━              2  1.06 s',
      'chat gpt-4o     870 ms   27 %  ━━━━━━╸                       1  870 ms',
      'POST /ask       210 ms  6.6 %  ━╸                            2  105 ms',
    ]);
    expect(await data('top', '--by', 'cost')).toMatchObject({ by: 'cost', rows: [{ step: 'chat gpt-4o', share: 1 }] });
    expect(await data('top', '--by', 'tokens')).toMatchObject({ rows: [{ step: 'chat gpt-4o', value: 1420 }] });
  });

  it('knows its metrics', async () => {
    const outcome = await cli(['top', 'app.ndjson', '--by', 'cots'], { cwd: folderWith({ 'app.ndjson': ASK_LOG }) });
    expect(outcome).toMatchObject({ code: 64, stderr: expect.stringContaining('did you mean "cost"') as string });
  });
});

describe('spanline errors', () => {
  it('groups errors where they arose, with an example', async () => {
    expect(await table('errors')).toEqual([
      'count  error         step    message                 last (UTC)           trace',
      '    1  TimeoutError  search  no answer after <n> ms  2026-11-23 09:00:07  00000000',
    ]);
  });
});

describe('spanline slow', () => {
  it('lists requests, or the spans that a filter is about', async () => {
    expect(await data('slow')).toMatchObject({
      total: 2,
      spans: [{ durationMs: 2020, requestId: 'req-2' }, { durationMs: 1180 }],
    });
    expect(await data('slow', 'type:retriever')).toMatchObject({
      total: 2,
      spans: [{ name: 'search' }, { name: 'search' }],
    });
    expect(await data('slow', 'user:ada', '--all', '--limit', '2')).toMatchObject({
      total: 3,
      spans: [{ durationMs: 1180 }, { durationMs: 870 }],
    });
  });
});

describe('spanline sessions', () => {
  it('lists sessions, the newest first', async () => {
    expect(await data('sessions')).toMatchObject({
      total: 2,
      sessions: [
        { sessionId: 's-2', userId: 'ben', failed: 1 },
        { sessionId: 's-1', userId: 'ada', failed: 0, costUsd: 0.0142 },
      ],
    });
  });
});

describe('spanline cost', () => {
  it('adds up by day, model and user, and projects no month from less than a day', async () => {
    expect((await table('cost')).filter((line) => line !== '')).toEqual([
      'total    $0.0142',
      '30 days  not projected: the calls cover 0.0 ms, less than a day',
      'day            cost                            calls  input tok  output tok',
      '2026-11-23  $0.0142  ━━━━━━━━━━━━━━━━━━━━━━━━      1        580         840',
      'model      cost                            calls  input tok  output tok',
      'gpt-4o  $0.0142  ━━━━━━━━━━━━━━━━━━━━━━━━      1        580         840',
      'user     cost                            calls  input tok  output tok',
      'ada   $0.0142  ━━━━━━━━━━━━━━━━━━━━━━━━      1        580         840',
    ]);
  });
});
