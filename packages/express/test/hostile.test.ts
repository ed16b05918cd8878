import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { validate } from '@spanline/core';
import { spanlineExpress } from '../src/index.ts';
import { Harness, MAJORS } from './support.ts';

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const UUID_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe.each(MAJORS)('what strangers send through %s', (_name, express) => {
  let harness: Harness;

  afterEach(() => harness.close());

  function start(options: Partial<Parameters<typeof spanlineExpress>[0]> = {}): Harness {
    harness = new Harness(express);
    harness.app.use(spanlineExpress({ tracer: harness.tracer, ...options }));
    return harness;
  }

  it('cannot forge a line, a key or an id with bytes in headers', async () => {
    const { app, log } = start();
    app.get('/', (_req, res) => void res.send('x'));
    await harness.listen();
    const values = ['a\u001B[31mred', '\xff\xfe\xc3(', '","trace_id":"forged', 'a\tb', '\x7f', ' ', 'Bearer abc'];
    for (const value of values) {
      const raw = Buffer.from(
        `GET / HTTP/1.1\r\nhost: x\r\nx-request-id: ${value}\r\nuser-agent: ${value}\r\ntraceparent: ${value}\r\n\r\n`,
        'latin1',
      );
      await harness.hangUp(raw, 'keep-alive');
    }
    const refused = (
      await harness.exchange('GET / HTTP/1.1\r\nhost: x\r\nx-request-id: a\r\n\tfolded: b\r\nx: \r\0\r\n\r\n')
    ).split('\r\n')[0];
    expect(refused).toContain('400');
    const reached = log.records();
    expect(reached.length).toBeGreaterThanOrEqual(4);
    for (const record of reached) {
      expect(record['http.request.id']).toMatch(UUID_7);
      expect(record['spanline.link.trace_id']).toBeUndefined();
      expect(record.trace_id).toMatch(/^[0-9a-f]{32}$/);
      expect(validate(record)).toEqual({ valid: true });
    }
  });

  it('is refused by Node when it is a megabyte, and does no harm up to what Node lets through', async () => {
    harness = new Harness(express, {}, (app) => createServer({ maxHeaderSize: 1 << 20 }, app));
    harness.app.use(spanlineExpress({ tracer: harness.tracer, trustIncoming: true, baggage: ['k1', 'k9999'] }));
    harness.app.get('/', (_req, res) => void res.json(harness.tracer.inject({})));
    await harness.listen();
    const members = Array.from({ length: 10_000 }, (_, index) => `k${index}=v${index}`).join(',');
    const answer = await harness.send('GET', '/', { traceparent: TRACEPARENT, tracestate: members, baggage: members });
    expect(JSON.parse(answer.body)).toMatchObject({ baggage: 'k1=v1' });
    const long = await harness.send('GET', '/', { traceparent: `01-${TRACEPARENT.slice(3)}-${'x'.repeat(500_000)}` });
    expect(long.status).toBe(200);
    expect((await harness.send('GET', '/', { traceparent: 'x'.repeat(1 << 20) })).status).toBe(431);
    const [first] = await harness.records(2);
    expect(first).toMatchObject({ trace_id: TRACEPARENT.slice(3, 35), 'span.status': 'ok' });
  });

  it('may be thousands of headers, of one name or of many', async () => {
    harness = new Harness(express, {}, (app) => {
      const server = createServer({ maxHeaderSize: 1 << 20 }, app);
      server.maxHeadersCount = 0;
      return server;
    });
    harness.app.use(spanlineExpress({ tracer: harness.tracer, trustIncoming: true, allowHeaders: ['x-many', 'x-1'] }));
    harness.app.get('/', (_req, res) => void res.send('x'));
    await harness.listen();
    const different = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`x-${index}`, 'v']));
    const repeated = {
      'x-many': 'v',
      'x-request-id': 'id',
      traceparent: TRACEPARENT,
      'user-agent': 'a',
      baggage: 'a=1',
    };
    expect((await harness.send('GET', '/', different)).status).toBe(200);
    const lists = Object.entries(repeated).map(([name, value]) => [name, Array.from({ length: 2000 }, () => value)]);
    expect((await harness.send('GET', '/', Object.fromEntries(lists) as Record<string, string[]>)).status).toBe(200);
    const records = await harness.records(2);
    expect(records.map((record) => record['labels.header_x_1'] ?? record['labels.header_x-1'])).toEqual([
      'v',
      undefined,
    ]);
    for (const record of records) {
      expect(record['http.request.id']).toMatch(UUID_7);
      expect(JSON.stringify(record).length).toBeLessThan(4096);
      expect(validate(record)).toEqual({ valid: true });
    }
  });

  it('may come a byte at a time: no span for a head that never ends, an honest one for a body that never does', async () => {
    let server: ReturnType<typeof createServer> | undefined;
    harness = new Harness(express, {}, (app) => {
      server = createServer({ headersTimeout: 50, requestTimeout: 100, connectionsCheckingInterval: 10 }, app);
      return server;
    });
    harness.app.use(spanlineExpress({ tracer: harness.tracer }));
    harness.app.post('/', express.json(), (_req, res) => void res.send('x'));
    await harness.listen();
    expect(await harness.exchange('GET / HTTP/1.1\r\nhost: x\r\nx-slow: ')).toContain('408');
    expect(harness.tracer.stats()).toMatchObject({ open: 0, emitted: 0 });
    const body = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{"a"';
    // No time limit until the head has been read: a busy machine takes longer than any.
    Object.assign(server ?? {}, { headersTimeout: 0, requestTimeout: 0 });
    const exchange = harness.exchange(body);
    await expect.poll(() => harness.tracer.stats().open).toBe(1);
    Object.assign(server ?? {}, { requestTimeout: 1 });
    await exchange;
    const [record] = await harness.records(1);
    expect(record).toMatchObject({ 'span.name': 'POST /', 'span.status': 'aborted' });
    expect(record?.['http.response.status_code']).toBeUndefined();
    expect(harness.tracer.stats().open).toBe(0);
  });

  it('restarts the trace when traceparent came twice', async () => {
    const { app } = start({ trustIncoming: true });
    app.get('/', (_req, res) => void res.send('x'));
    await harness.listen();
    await harness.send('GET', '/', { traceparent: [TRACEPARENT, TRACEPARENT] });
    const [record] = await harness.records(1);
    expect(record?.trace_id).not.toBe(TRACEPARENT.slice(3, 35));
    expect(record?.parent_span_id).toBeUndefined();
  });

  it('passes baggage and tracestate on for trusted callers only, and of baggage what is listed', async () => {
    const { app, tracer } = start({ trustIncoming: (req) => req.headers['x-internal'] === 'yes', baggage: ['tenant'] });
    app.get('/', (_req, res) => void res.json(tracer.inject({})));
    await harness.listen();
    const headers = { traceparent: TRACEPARENT, tracestate: 'vendor=1', baggage: 'tenant=acme,user=eve,__proto__=x' };
    const trusted = JSON.parse((await harness.send('GET', '/', { ...headers, 'x-internal': 'yes' })).body) as Record<
      string,
      string
    >;
    const stranger = JSON.parse((await harness.send('GET', '/', headers)).body) as Record<string, string>;
    expect(trusted).toMatchObject({ tracestate: 'vendor=1', baggage: 'tenant=acme' });
    expect(trusted['traceparent']).toContain(TRACEPARENT.slice(3, 35));
    expect(Object.keys(stranger)).toEqual(['traceparent']);
    expect(stranger['traceparent']).not.toContain(TRACEPARENT.slice(3, 35));
  });

  it('trusts nobody and goes on when the application’s own functions throw', async () => {
    const broken = (): never => {
      throw new Error('broken');
    };
    const { app } = start({ trustIncoming: broken, ignore: broken });
    app.set('trust proxy', broken);
    app.get('/', (_req, res) => void res.send('x'));
    await harness.listen();
    expect((await harness.send('GET', '/', { traceparent: TRACEPARENT })).status).toBe(200);
  });

  it('has no password of an absolute target, no query and no invented method on the line', async () => {
    const { app } = start();
    app.use((_req, res) => void res.send('x'));
    await harness.listen();
    await harness.exchange(
      'GET http://user:secret@host/path?key=secret HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    );
    await harness.exchange('GET http://user:secret@host HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    await harness.exchange('GET http://host?next=/reset/secret HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    await harness.exchange('GET /a#/secret?b HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    await harness.exchange('OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    await harness.exchange('MKCOL /a HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    const records = await harness.records(6);
    expect(records.map((record) => [record['span.name'], record['http.request.method'], record['url.path']])).toEqual([
      ['GET', 'GET', '/path'],
      ['GET', 'GET', '/'],
      ['GET', 'GET', '/'],
      ['GET', 'GET', '/a'],
      ['OPTIONS', 'OPTIONS', '*'],
      ['HTTP', '_OTHER', '/a'],
    ]);
    expect(JSON.stringify(records)).not.toContain('secret');
  });

  it('has the address that the application’s trust proxy makes of it', async () => {
    const { app } = start();
    app.get('/', (_req, res) => void res.send('x'));
    await harness.listen();
    await harness.send('GET', '/', { 'x-forwarded-for': '203.0.113.7, 198.51.100.2', 'x-forwarded-proto': 'https' });
    app.set('trust proxy', 1);
    await harness.send('GET', '/', { 'x-forwarded-for': '203.0.113.7, 198.51.100.2', 'x-forwarded-proto': 'https' });
    const seen: unknown[] = [];
    app.get('/ip', (req, res) => {
      seen.push(req.ip);
      res.send('x');
    });
    await harness.send('GET', '/ip', { 'x-forwarded-for': '203.0.113.7' });
    const records = await harness.records(3);
    expect(records.map((record) => record['url.scheme'])).toEqual(['http', 'https', 'http']);
    expect(records[0]?.['client.address']).not.toBe(records[1]?.['client.address']);
    expect(seen).toEqual(['203.0.113.7']);
  });

  it('cannot multiply route names by spelling', async () => {
    const { app } = start();
    const router = express.Router();
    router.get('/items/:id', (_req, res) => void res.send('x'));
    app.use('/apiV2/:tenant', router);
    await harness.listen();
    for (const path of ['/apiV2/acme/items/1', '/APIV2/apiV2/items/2', '/apiv2/items/ITEMS/3'])
      await harness.send('GET', path);
    const names = (await harness.records(3)).map((record) => record['span.name']);
    expect(new Set(names.map((name) => name?.toLowerCase())).size).toBeLessThanOrEqual(2);
    expect(names[0]).toBe('GET /apiV2/:tenant/items/:id');
    expect(names[2]).toBe(names[0]);
  });
});

describe.each(MAJORS)('what handlers find through %s', (_name, express) => {
  it.each([true, false])('is req.log, with the tracer enabled: %s', async (enabled) => {
    const harness = new Harness(express, { enabled });
    harness.app.use(spanlineExpress({ tracer: harness.tracer, ignore: (req) => req.path === '/ignored' }));
    harness.app.use((req, res) => {
      req.log.info('handled');
      res.json({ span: req.span !== undefined });
    });
    await harness.listen();
    const spans = [(await harness.send('GET', '/')).body, (await harness.send('GET', '/ignored')).body];
    expect(spans).toEqual([`{"span":${enabled}}`, '{"span":false}']);
    expect(harness.log.lines().filter(({ message }) => message === 'handled')).toHaveLength(2);
    await harness.close();
  });

  it('is made of the req.log of another middleware, before or after ours', async () => {
    const harness = new Harness(express);
    const other = harness.log.logger.child({ other: true });
    harness.app.use('/before', (req, _res, next) => {
      req.log = other;
      next();
    });
    harness.app.use(spanlineExpress({ tracer: harness.tracer }));
    harness.app.use('/after', (req, _res, next) => {
      req.log = other;
      next();
    });
    harness.app.use((req, res) => void res.json(req.log.bindings()['other'] === true));
    await harness.listen();
    const answers = [];
    for (const path of ['/warm', '/before', '/after']) answers.push((await harness.send('GET', path)).body);
    expect(answers).toEqual(['false', 'true', 'true']);
    await harness.close();
  });
});
