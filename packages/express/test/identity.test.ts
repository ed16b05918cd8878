import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { identify, spanlineExpress } from '../src/index.ts';
import { Harness, MAJORS } from './support.ts';

describe.each(MAJORS)('whom a request is for, in %s,', (_name, express) => {
  let harness: Harness;

  afterEach(() => harness.close());

  it('stands on every span and application line when the request has it', async () => {
    harness = new Harness(express);
    const { app, tracer, log } = harness;
    app.use(
      spanlineExpress({
        tracer,
        identify: (req) => ({ userId: 7, sessionId: String(req.headers['x-session']), labels: { plan: 'pro' } }),
      }),
    );
    app.get('/', (req, res) => {
      tracer.withSpan('step', () => req.log.info('inside'));
      res.send('x');
    });
    await harness.listen();
    await harness.send('GET', '/', { 'x-session': 's1' });
    const records = await harness.records(2);
    for (const record of records) {
      expect(record).toMatchObject({ 'user.id': '7', 'session.id': 's1', 'labels.plan': 'pro' });
    }
    expect(log.lines().find(({ message }) => message === 'inside')).toMatchObject({
      'user.id': '7',
      'session.id': 's1',
    });
  });

  it('reaches open spans and everything after it when only authentication has it', async () => {
    harness = new Harness(express);
    const { app, tracer, log } = harness;
    app.use(spanlineExpress({ tracer, identify: () => ({ labels: { plan: 'pro' } }) }));
    app.use(async (req, _res, next) => {
      await tracer.withSpan('authenticate', async () => {
        await wait(1);
        identify(req, { userId: String(req.headers['x-user']), labels: { tenant: 'acme' } });
      });
      next();
    });
    app.use(express.json());
    app.post('/', async (req, res) => {
      await wait(1);
      tracer.withSpan('step', () => req.log.info('inside'));
      res.send('x');
    });
    await harness.listen();
    await Promise.all(
      ['ada', 'bob', 'cy'].map((user) =>
        harness.send('POST', '/', { 'x-user': user, 'x-request-id': user, 'content-type': 'application/json' }, '{}'),
      ),
    );
    const records = await harness.records(9);
    expect(records).toHaveLength(9);
    for (const record of records) {
      expect(record['user.id']).toBe(record['http.request.id']);
      expect(record).toMatchObject({ 'labels.tenant': 'acme', 'labels.plan': 'pro' });
    }
    const lines = log.lines().filter(({ message }) => message === 'inside');
    expect(lines.map((line) => line['user.id'])).toEqual(lines.map((line) => line['http.request.id']));
    expect(lines).toHaveLength(3);
  });

  it('never fails a request, whatever comes', async () => {
    harness = new Harness(express);
    const { app, tracer } = harness;
    app.use(
      spanlineExpress({
        tracer,
        identify: (req) => {
          if (req.path === '/throws') throw new Error('no session');
          return { userId: {}, sessionId: '', labels: { list: [1], nothing: null, fine: 1 } } as never;
        },
        ignore: (req) => req.path === '/ignored',
      }),
    );
    app.use((req, res) => {
      identify(req, null as never);
      res.send('x');
    });
    await harness.listen();
    for (const path of ['/throws', '/odd', '/ignored']) expect((await harness.send('GET', path)).status).toBe(200);
    const [thrown, odd] = await harness.records(2);
    expect(tracer.stats().internalErrors).toBe(1);
    expect(thrown?.['user.id']).toBeUndefined();
    expect(odd).toMatchObject({ 'labels.fine': 1 });
    expect(odd?.['user.id'] ?? odd?.['session.id'] ?? odd?.['labels.list']).toBeUndefined();
    expect(odd?.['spanline.truncated']).toEqual(['user.id', 'labels']);
  });
});
