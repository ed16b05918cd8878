import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorGroups, fingerprintOf, open } from '@spanline/query';
import type { SpanRecord } from '@spanline/record';
import { folder, lines, span, spanId, traceId } from '../support/logs.ts';

const failed = (message: string, more: SpanRecord = {}): SpanRecord => ({
  'span.status': 'error',
  'error.type': 'TimeoutError',
  'error.message': message,
  'span.name': 'rerank',
  'span.path': 'POST /ask > rerank',
  ...more,
});

async function groupsOf(...records: SpanRecord[]): ReturnType<typeof errorGroups> {
  const path = join(folder(), 'app.ndjson');
  writeFileSync(path, lines(...records));
  return errorGroups(open(path).records('status:error'));
}

describe('the message of a fingerprint', () => {
  it.each([
    ['no answer after 2000 ms', 'no answer after 1999.5 ms'],
    ['user 7d9f3c1e-0b1a-4c55-9a57-0f0a1b2c3d4e is gone', 'user 00000000-0000-4000-8000-000000000000 is gone'],
    ['cannot read /var/lib/a/b.txt', 'cannot read /srv/c.txt'],
    ['connect ECONNREFUSED 10.0.0.1:9200', 'connect ECONNREFUSED 10.0.0.22:9201'],
    ['no document "invoice 7"', 'no document "x"'],
    ['GET https://a.example.com/x?y=1 failed', 'GET https://b.example.com/ failed'],
    ['request req_8fh2kx93kd0 was refused', 'request req_0a1b2c3d4e5 was refused'],
    ['expired at 2026-11-23T09:12:34.120Z', 'expired at 2026-01-01 00:00'],
    ['ask ada@example.com', 'ask ben.b@mail.example.org'],
    ['order-99123 is closed', 'order-99124 is closed'],
  ])('leaves out the parts that differ: %s', (one, other) => {
    expect(fingerprintOf(failed(one)).message).toBe(fingerprintOf(failed(other)).message);
  });

  it('keeps words, models and versions', () => {
    const models = ['gpt-4o-mini', 'gpt-4o', "can't", 'claude-3-5-sonnet', 'HTTP/2'].map(
      (model) => fingerprintOf(failed(`${model} does not answer`)).message,
    );
    expect(models).toEqual([
      'gpt-4o-mini does not answer',
      'gpt-4o does not answer',
      "can't does not answer",
      'claude-3-5-sonnet does not answer',
      'HTTP/<n> does not answer',
    ]);
  });

  it('is the message in the body of a provider', () => {
    const body = (id: string) =>
      `429 {"type":"error","error":{"type":"rate_limit_error","message":"Too many tokens, request req_${id}"}}`;
    expect(fingerprintOf(failed(body('011CVq8kzyM')))).toMatchObject({
      message: '<n> rate_limit_error: Too many tokens, request <id>',
      fingerprint: fingerprintOf(failed(body('022AAAAAAAA'))).fingerprint,
    });
  });

  it('is short, whatever the message', () => {
    for (const message of ['x '.repeat(100_000), '"'.repeat(50_000), "'a".repeat(50_000), '\ud800'.repeat(5000)]) {
      const { message: normal } = fingerprintOf(failed(message));
      expect(normal.length).toBeLessThanOrEqual(201);
      expect(normal.isWellFormed()).toBe(true);
    }
  });
});

describe('errors', () => {
  it('are grouped by class, path and message, with the first, the last and the newest example', async () => {
    const { groups, count } = await groupsOf(
      span(1, { at: 5000, ...failed('no answer after 1 ms', { 'user.id': 'ada' }) }),
      span(2, { at: 9000, trace_id: traceId(2), ...failed('no answer after 2 ms', { 'user.id': 'ben' }) }),
      span(3, { at: 1000, ...failed('no answer after 3 ms', { 'user.id': 'ada' }) }),
      span(4, failed('no answer after 1 ms', { 'span.path': 'POST /ask > search' })),
      span(5, failed('no answer after 1 ms', { 'error.type': 'AbortError' })),
    );
    expect(count).toBe(5);
    expect(groups.map((group) => [group.type, group.path, group.count])).toEqual([
      ['TimeoutError', 'POST /ask > rerank', 3],
      ['TimeoutError', 'POST /ask > search', 1],
      ['AbortError', 'POST /ask > rerank', 1],
    ]);
    expect(groups[0]).toMatchObject({
      fingerprint: expect.stringMatching(/^[0-9a-f]{8}$/) as string,
      message: 'no answer after <n> ms',
      users: 2,
      example: { traceId: traceId(2), spanId: spanId(2), message: 'no answer after 2 ms' },
    });
    expect((groups[0]?.lastMs ?? 0) - (groups[0]?.firstMs ?? 0)).toBe(8000);
  });

  it('count where they arose: not in the spans that they passed through, marked or not', async () => {
    const { groups } = await groupsOf(
      span(3, { parent_span_id: spanId(2), ...failed('no answer') }),
      span(2, { parent_span_id: spanId(1), ...failed('no answer', { 'span.name': 'chain', 'span.path': 'chain' }) }),
      span(1, failed('no answer', { 'span.path': 'root', 'spanline.error.propagated': true })),
      span(9, { trace_id: traceId(2), ...failed('another', { 'span.path': 'root' }) }),
    );
    expect(groups.map(({ path, count }) => [path, count])).toEqual([
      ['POST /ask > rerank', 1],
      ['root', 1],
    ]);
  });

  it('are the same in any order of the lines: a cluster may have parents before their children', async () => {
    const root = span(1, failed('2 tries, no answer', { 'span.path': 'root' }));
    const chain = span(2, { parent_span_id: spanId(1), ...failed('no answer', { 'span.path': 'chain' }) });
    // A parent with two failed children got its error from one of them.
    const step = span(3, { parent_span_id: spanId(2), ...failed('no answer') });
    const other = span(4, { parent_span_id: spanId(2), ...failed('refused') });
    const expected = [
      ['POST /ask > rerank', 'no answer', 1],
      ['POST /ask > rerank', 'refused', 1],
      ['root', '<n> tries, no answer', 1],
    ];
    for (const order of [
      [root, chain, step, other],
      [other, step, chain, root],
      [step, root, other, chain],
    ]) {
      const { groups, count } = await groupsOf(...order);
      const found = groups.map((group) => [group.path, group.message, group.count]);
      expect(found.toSorted()).toEqual(expected);
      expect(count).toBe(3);
    }
  });

  it('show 2,000 characters of a long message', async () => {
    const { groups } = await groupsOf(span(1, failed(`no answer ${'x '.repeat(5000)}`)));
    expect(groups[0]?.example.message).toHaveLength(2000);
  });

  it('need neither a message nor a class', async () => {
    const { groups } = await groupsOf(span(1, { 'span.status': 'error', 'span.name': 'step' }));
    expect(groups).toMatchObject([{ type: '(unknown)', path: 'step', message: '', count: 1 }]);
  });
});
