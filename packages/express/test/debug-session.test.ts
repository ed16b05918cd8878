import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SpanlineError } from '@spanline/core';
import { createDebugToken, debugSession, identify, spanlineExpress } from '../src/index.ts';
import { Harness, MAJORS } from './support.ts';

const KEY = 'k'.repeat(32);
const SECRET = 'my mail is ada@example.com';

describe.each(MAJORS)('a debug token in %s', (_name, express) => {
  let harness: Harness;

  afterEach(async () => {
    vi.useRealTimers();
    await harness.close();
  });

  async function start(capture: 'redacted' | 'metadata' = 'metadata'): Promise<void> {
    harness = new Harness(express, { capture, statsIntervalSeconds: 3600 });
    const { app, tracer } = harness;
    app.use(spanlineExpress({ tracer, identify: (req) => ({ sessionId: req.get('x-session') }) }));
    app.use((req, _res, next) => {
      identify(req, { userId: req.get('x-user') });
      next();
    });
    app.use(debugSession({ key: KEY, maxAgeSeconds: 600 }));
    app.get('/', (req, res) => {
      req.span?.input(SECRET);
      tracer.withSpan({ name: 'chat m', type: 'llm', input: SECRET, capture: 'metadata' }, () => undefined);
      res.send('x');
    });
    await harness.listen();
  }

  const audits = () => harness.log.lines().filter((line) => line['event.name'] === 'spanline.audit');

  async function refused(): Promise<number> {
    await harness.tracer.shutdown();
    const stats = harness.log.lines().findLast((line) => line['event.name'] === 'spanline.stats');
    return Number(stats?.['spanline.gauge.debug_tokens_refused'] ?? 0);
  }

  it.each(['header', 'cookie'])(
    'in a %s shows its session in full, with an audit line, and no other request',
    async (where) => {
      await start();
      const token = createDebugToken({ key: KEY, sessionId: 's1', issuedBy: 'ada' });
      const carried =
        where === 'header' ? { 'x-spanline-debug': token } : { cookie: `a=b; spanline_debug=${token}; c=d` };
      await harness.send('GET', '/', { 'x-session': 's1', ...carried });
      await harness.send('GET', '/', { 'x-session': 's1' });
      const records = await harness.records(4);
      const shown = records.filter((record) => record['http.request.id'] === records[0]?.['http.request.id']);
      expect(shown).toHaveLength(2);
      for (const record of shown) {
        expect(JSON.stringify(record)).toContain(SECRET);
        expect(record).toMatchObject({
          'spanline.capture.mode': 'full',
          'spanline.capture.override': 'debug_session:ada',
        });
      }
      for (const record of records.filter((other) => !shown.includes(other))) {
        expect(JSON.stringify(record)).not.toContain('ada@');
        expect(record['spanline.capture.override']).toBeUndefined();
      }
      expect(audits()).toHaveLength(1);
      expect(audits()[0]).toMatchObject({
        level: 'warn',
        trace_id: shown[0]?.trace_id,
        'session.id': 's1',
        'spanline.capture.override': 'debug_session:ada',
      });
      expect(JSON.stringify(harness.log.lines())).not.toContain(token);
      expect(await refused()).toBe(0);
    },
  );

  it('may be for a user', async () => {
    await start();
    const token = createDebugToken({ key: KEY, userId: 'u1', issuedBy: 'ada' });
    await harness.send('GET', '/', { 'x-user': 'u1', 'x-spanline-debug': token });
    for (const record of await harness.records(2)) expect(record['spanline.capture.mode']).toBe('full');
  });

  it('that is forged, of another, of another kind or malformed does nothing but count', async () => {
    await start();
    const token = createDebugToken({ key: KEY, sessionId: 's1', issuedBy: 'ada' });
    const [version, payload = '', signature = ''] = token.split('.');
    const other = Buffer.from(JSON.stringify(['session', 's2', 'ada', 0, 9_999_999_999])).toString('base64url');
    const bad: [string, string][] = [
      ['s2', token],
      ['s2', `${version}.${other}.${signature}`],
      ['s1', createDebugToken({ key: 'x'.repeat(32), sessionId: 's1', issuedBy: 'ada' })],
      ['s1', createDebugToken({ key: KEY, userId: 's1', issuedBy: 'ada' })],
      ['s1', `${version}.${payload}.`],
      ['s1', `${version}.${payload}`],
      ['s1', `v2.${payload}.${signature}`],
      ['s1', `${token}.x`],
      ['s1', 'x'.repeat(5000)],
      [
        's1',
        `v1.${Buffer.from('{').toString('base64url')}.${createHmac('sha256', KEY).update('{').digest('base64url')}`,
      ],
    ];
    for (const [session, forged] of bad) {
      await harness.send('GET', '/', { 'x-session': session, 'x-spanline-debug': forged });
    }
    for (const record of await harness.records(bad.length * 2)) {
      expect(record['spanline.capture.mode']).toBe('metadata');
      expect(JSON.stringify(record)).not.toContain('ada@');
    }
    expect(audits()).toEqual([]);
    expect(await refused()).toBe(bad.length);
  });

  it('expires at its own time and at that of the server, whichever is first', async () => {
    await start();
    vi.useFakeTimers({ toFake: ['Date'] });
    const short = createDebugToken({ key: KEY, sessionId: 's1', issuedBy: 'ada', maxAgeSeconds: 60 });
    const long = createDebugToken({ key: KEY, sessionId: 's1', issuedBy: 'ada', maxAgeSeconds: 86_400 });
    const issued = Date.now();
    const modes = [];
    for (const [token, seconds] of [
      [short, 59],
      [short, 61],
      [long, 599],
      [long, 601],
      [long, -3600],
    ] as const) {
      vi.setSystemTime(issued + seconds * 1000);
      await harness.send('GET', '/', { 'x-session': 's1', 'x-spanline-debug': token });
      modes.push((await harness.records(modes.length * 2 + 2)).at(-1)?.['spanline.capture.mode']);
    }
    expect(modes).toEqual(['full', 'metadata', 'full', 'metadata', 'metadata']);
  });
});

describe('options of a debug session', () => {
  it.each([
    [{ key: 'short' }],
    [{ key: KEY, maxAgeSeconds: 0 }],
    [{ key: KEY, header: 'a b' }],
    [{ key: KEY, cookie: 'a=b' }],
  ])('are checked: %j', (options) => {
    expect(() => debugSession(options)).toThrow(SpanlineError);
    expect(() => debugSession(options)).not.toThrow(/short/);
  });

  it.each([
    ['short', 'a string of 5 characters'],
    [undefined, 'undefined'],
  ])('say what came in place of a key, and not more: %s', (key, got) => {
    expect(() => debugSession({ key: key as never })).toThrow(`key must be at least 32 bytes, got ${got}`);
  });

  it.each([
    [{ key: 'short', sessionId: 's', issuedBy: 'a' }],
    [{ key: KEY, issuedBy: 'a' }],
    [{ key: KEY, sessionId: 's', userId: 'u', issuedBy: 'a' }],
    [{ key: KEY, sessionId: '', issuedBy: 'a' }],
    [{ key: KEY, sessionId: 's', issuedBy: 'a b' }],
    [{ key: KEY, sessionId: 's', issuedBy: 'a', maxAgeSeconds: -1 }],
  ])('are checked when a token is issued: %j', (options) => {
    expect(() => createDebugToken(options)).toThrow(SpanlineError);
  });
});
