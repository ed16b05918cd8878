import { EventEmitter, once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { spanlineErrorHandler, spanlineExpress } from '../src/index.ts';
import { Harness, MAJORS } from './support.ts';

describe.each(MAJORS)('how a request through %s ends', (_name, express) => {
  let harness: Harness;

  afterEach(() => harness.close());

  function start(): Harness {
    harness = new Harness(express);
    harness.app.use(spanlineExpress({ tracer: harness.tracer }));
    return harness;
  }

  it('aborted, without a status of its own making, when the client leaves in the middle of its upload', async () => {
    const { app } = start();
    app.use(express.json());
    app.post('/upload', (_req, res) => void res.json({}));
    app.use(spanlineErrorHandler());
    await harness.listen();
    await harness.hangUp(
      'POST /upload HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"a":',
    );
    const [record] = await harness.records(1);
    expect(record).toMatchObject({ 'span.status': 'aborted', 'spanline.http.aborted': true });
    expect(record?.['http.response.status_code']).toBeUndefined();
    expect(record?.['error.type']).toBeUndefined();
  });

  it('aborted when the client resets the connection', async () => {
    const { app } = start();
    const came = new EventEmitter();
    app.get('/slow', () => void came.emit('request'));
    await harness.listen();
    const socket = connect(harness.port, '127.0.0.1').on('error', () => {});
    const asked = once(came, 'request');
    socket.write('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n');
    await asked;
    socket.resetAndDestroy();
    expect((await harness.records(1))[0]).toMatchObject({ 'span.status': 'aborted', 'spanline.http.aborted': true });
  });

  it.each([
    ['is destroyed without a reason', 'ConnectionClosedError'],
    ['throws behind the head, with no error handler of ours', 'ConnectionClosedError'],
    ['runs into the timeout of the response', 'TimeoutError'],
  ])('error when the server %s', async (how, type) => {
    const { app } = start();
    app.get('/', (_req, res) => {
      if (how.startsWith('runs')) {
        res.setTimeout(5);
        return;
      }
      res.write('first');
      if (how.startsWith('throws')) throw new Error('late');
      res.destroy();
    });
    await harness.listen();
    await harness.hangUp('GET / HTTP/1.1\r\nhost: x\r\n\r\n', 'never sent');
    const [record] = await harness.records(1);
    expect(record).toMatchObject({ 'span.status': 'error', 'error.type': type, level: 'error' });
    expect(record?.['spanline.http.aborted']).toBeUndefined();
  });

  it('ok when a timeout was answered, with the status of the answer', async () => {
    const { app } = start();
    app.get('/', (_req, res) => void res.setTimeout(5, () => res.status(408).send('slow')));
    await harness.listen();
    expect((await harness.send('GET', '/')).status).toBe(408);
    expect((await harness.records(1))[0]).toMatchObject({ 'span.status': 'ok', 'http.response.status_code': 408 });
  });

  it('with the bytes of its body, however it was written', async () => {
    const { app } = start();
    app.get('/send', (_req, res) => void res.send('ünï'));
    app.get('/end', (_req, res) => void res.end('latin: ü', 'latin1'));
    app.get('/stream', (_req, res) => {
      res.write('12345');
      res.write(Buffer.from('678'));
      res.end('90');
    });
    app.get('/empty', (_req, res) => void res.status(204).end());
    await harness.listen();
    for (const path of ['/send', '/end', '/stream', '/empty']) await harness.send('GET', path);
    await harness.send('HEAD', '/send');
    await harness.send('GET', '/missing');
    const records = await harness.records(6);
    const sizes = records.map((record) => [record['http.response.body.size'], record['spanline.http.streaming']]);
    expect(sizes.slice(0, 5)).toEqual([
      [5, undefined],
      [8, undefined],
      [10, true],
      [0, undefined],
      [0, undefined],
    ]);
    expect(sizes[5]?.[0]).toBeGreaterThan(0);
  });

  it('once for each of many requests on one connection', async () => {
    const { app } = start();
    app.get('/n/:n', (req, res) => void res.send(req.params['n']));
    await harness.listen();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    for (let n = 0; n < 20; n++) {
      const outgoing = request({
        port: harness.port,
        host: '127.0.0.1',
        path: `/n/${n}`,
        agent,
        headers: { 'x-request-id': `k${n}` },
      }).end();
      const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
      ports.add(incoming.socket.localPort);
      incoming.resume();
      await once(incoming, 'end');
    }
    agent.destroy();
    const records = await harness.records(20);
    expect(ports.size).toBe(1);
    expect(records.map((record) => record['http.request.id'])).toEqual(Array.from({ length: 20 }, (_, n) => `k${n}`));
    expect(new Set(records.map(({ trace_id: id }) => id)).size).toBe(20);
    expect(new Set(records.map((record) => record['http.response.body.size']))).toEqual(new Set([1, 2]));
  });

  it('exactly once, under its own ids, for 50 at a time that succeed, fail, stream, and leave', async () => {
    const { app, tracer, log } = start();
    app.use(express.json());
    const work = (id: string): Promise<unknown> =>
      tracer.withSpan({ name: `work ${id}`, type: 'chain' }, () => new Promise((done) => setImmediate(done)));
    app.post('/ok/:id', async (req, res) => {
      await work(String(req.params['id']));
      tracer.logger.info({ asked: req.params['id'] }, 'app');
      res.json({});
    });
    app.post('/fail/:id', async (req, _res, next) => {
      await work(String(req.params['id']));
      next(new Error('failed'));
    });
    app.post('/stream/:id', async (req, res) => {
      res.write('first');
      await work(String(req.params['id']));
      res.end('last');
    });
    app.post('/leave/:id', async (req, res) => {
      await work(String(req.params['id']));
      res.write('first');
    });
    app.use(spanlineErrorHandler());
    await harness.listen();
    const kinds = ['ok', 'fail', 'stream', 'leave'] as const;
    const rounds = 4;
    for (let round = 0; round < rounds; round++) {
      await Promise.all(
        Array.from({ length: 50 }, (_, index) => {
          const kind = kinds[index % kinds.length] ?? 'ok';
          const id = `${kind}-${round}-${index}`;
          const head = `POST /${kind}/${id} HTTP/1.1\r\nhost: x\r\nx-request-id: ${id}\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}`;
          return kind === 'leave'
            ? harness.hangUp(head, 'first')
            : harness.send('POST', `/${kind}/${id}`, { 'x-request-id': id, 'content-type': 'application/json' }, '{}');
        }),
      );
    }
    const records = await harness.records(rounds * 100);
    const servers = records.filter((record) => record['span.kind'] === 'SERVER');
    expect(servers).toHaveLength(rounds * 50);
    expect(new Set(servers.map((record) => record['http.request.id'])).size).toBe(rounds * 50);
    const status = { ok: 'ok', fail: 'error', stream: 'ok', leave: 'aborted' };
    for (const record of servers) {
      const kind = String(record['http.request.id']).split('-')[0] as keyof typeof status;
      expect([record['span.name'], record['span.status']]).toEqual([`POST /${kind}/:id`, status[kind]]);
    }
    const roots = new Map(servers.map((record) => [record.span_id, record]));
    for (const record of records.filter((one) => one['span.kind'] !== 'SERVER')) {
      expect(record['span.name']).toBe(`work ${roots.get(record.parent_span_id ?? '')?.['http.request.id']}`);
    }
    const appLines = log.lines().filter(({ message }) => message === 'app');
    expect(appLines).toHaveLength(rounds * 13);
    for (const line of appLines) expect(line['http.request.id']).toBe(line['asked']);
  });
});
