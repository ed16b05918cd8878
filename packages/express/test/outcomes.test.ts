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
});
