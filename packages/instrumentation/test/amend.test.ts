import { describe, expect, it } from 'vitest';
import { createTracer, withContext } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { amendContext, isCredential } from '../src/index.ts';

function setUp() {
  const log = memoryLog();
  return { log, tracer: createTracer({ logger: log.logger, statsIntervalSeconds: 0 }) };
}

describe('what becomes known late', () => {
  it('reaches the span, open spans below it and what starts afterwards, but nothing beside it', () => {
    const { log, tracer } = setUp();
    withContext({ requestId: 'other' }, () => {
      const other = tracer.startSpan('other');
      withContext({ requestId: 'r1', labels: { plan: 'pro' } }, () =>
        tracer.withSpan('root', (root) => {
          tracer.withSpan('open', () => {
            amendContext(root, { userId: 'ada', labels: { tenant: 'acme' } });
          });
          tracer.withSpan('later', () => undefined);
        }),
      );
      other.end();
    });
    const seen = log.records().map((record) => [record['span.name'], record['user.id'], record['labels.tenant']]);
    expect(seen).toEqual([
      ['open', 'ada', 'acme'],
      ['later', 'ada', 'acme'],
      ['root', 'ada', 'acme'],
      ['other', undefined, undefined],
    ]);
    expect(log.records()[2]?.['labels.plan']).toBe('pro');
  });

  it('does nothing to spans without a context of their own', () => {
    const { log, tracer } = setUp();
    const span = tracer.startSpan('alone');
    amendContext(span, { userId: 'ada' });
    tracer.startSpan('beside').end();
    expect(log.records()[0]?.['user.id']).toBeUndefined();
  });
});

describe('a score', () => {
  it('for a request is not joined to the span in which it is given', () => {
    const { log, tracer } = setUp();
    tracer.withSpan('feedback', () => tracer.score({ name: 'thumbs', value: true, requestId: 'r1' }));
    const [line] = log.lines();
    expect(line).toMatchObject({ 'http.request.id': 'r1' });
    expect(line?.['trace_id']).toBeUndefined();
  });
});

describe('the level of a line', () => {
  it('can be given when the span ends', () => {
    const { log, tracer } = setUp();
    tracer.startSpan('quiet').end({ level: 'warn' });
    expect(log.lines()[0]?.['level']).toBe('warn');
  });
});

describe('a credential', () => {
  it.each(['sk-proj-abcdefghijklmnop', `ghp_${'a1'.repeat(12)}`, 'eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl'])(
    'is %s',
    (text) => expect(isCredential(text)).toBe(true),
  );

  it.each(['req_1:a.b-C', '0190f1d2-7c3a-7abc-8def-0123456789ab', 'Root=1-67891233-abcdef012345678912345678'])(
    'is not %s',
    (text) => expect(isCredential(text)).toBe(false),
  );
});
