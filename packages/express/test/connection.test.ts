import { EventEmitter, once } from 'node:events';
import { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { spanlineExpress } from '../src/index.ts';
import { Harness, MAJORS } from './support.ts';

describe.each(MAJORS)('the connection of a request in %s', (_name, express) => {
  let harness: Harness;

  afterEach(() => harness.close());

  function start(options: ConstructorParameters<typeof Harness>[1] = {}): Harness {
    harness = new Harness(express, options);
    harness.app.use(spanlineExpress({ tracer: harness.tracer, ignore: (req) => req.path === '/ignored' }));
    return harness;
  }

  it.each(['/asked', '/ignored'])('fires the signal of %s when the client leaves', async (path) => {
    const { app } = start();
    const came = new EventEmitter();
    app.get(path, (req) => void came.emit('request', req.clientSignal));
    await harness.listen();
    const socket = connect(harness.port, '127.0.0.1').on('error', () => {});
    const asked = once(came, 'request') as Promise<[AbortSignal]>;
    socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);
    const [signal] = await asked;
    expect(signal.aborted).toBe(false);
    const fired = once(signal, 'abort');
    socket.destroy();
    await fired;
    expect((signal.reason as Error).name).toBe('AbortError');
  });

  it('ends work that listens to the signal as aborted', async () => {
    const { app, tracer } = start();
    const came = new EventEmitter();
    app.get('/', (req) => {
      const { clientSignal } = req;
      const work = tracer.withSpan({ name: 'chat m', type: 'llm' }, async () => {
        came.emit('request');
        await once(clientSignal, 'abort');
        clientSignal.throwIfAborted();
      });
      work.catch(() => {});
    });
    await harness.listen();
    const socket = connect(harness.port, '127.0.0.1').on('error', () => {});
    const asked = once(came, 'request');
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await asked;
    socket.destroy();
    const records = await harness.records(2);
    expect(records.map((record) => [record['span.type'], record['span.status']]).toSorted()).toEqual([
      ['http', 'aborted'],
      ['llm', 'aborted'],
    ]);
  });

  it('leaves the signal alone when the answer is complete, and gives one that has fired to who asks too late', async () => {
    const { app } = start();
    const signals: AbortSignal[] = [];
    let late: (() => AbortSignal) | undefined;
    app.get('/', (req, res) => {
      signals.push(req.clientSignal, req.clientSignal);
      res.send('x');
    });
    app.get('/late', (req, res) => {
      late = () => req.clientSignal;
      res.destroy();
    });
    await harness.listen();
    await harness.send('GET', '/');
    await harness.records(1);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    expect(signals[0]).toBe(signals[1]);
    await harness.hangUp('GET /late HTTP/1.1\r\nhost: x\r\n\r\n', 'never');
    await harness.records(2);
    expect(late?.().aborted).toBe(true);
  });

  it('counts as in flight from its arrival to its close, on the stats line', async () => {
    const { app, tracer, log } = start({ statsIntervalSeconds: 3600 });
    const came = new EventEmitter();
    app.get('/slow', () => void came.emit('request'));
    app.get('/', (_req, res) => void res.send('x'));
    await harness.listen();
    const asked = once(came, 'request');
    const socket = connect(harness.port, '127.0.0.1').on('error', () => {});
    socket.write('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n');
    await asked;
    await harness.send('GET', '/');
    await harness.records(1);
    await tracer.shutdown();
    const gauges = log.lines().map((line) => line['spanline.gauge.http_in_flight']);
    expect(gauges.filter((value) => value !== undefined)).toEqual([1]);
    socket.destroy();
  });

  it('is one span when a WebSocket library sends its upgrade through the application', async () => {
    const { app, server } = start();
    app.get('/socket/:room', (req) => {
      req.socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
    });
    server.on('upgrade', (req, socket) => {
      socket.on('end', () => socket.end()).resume();
      app(req, new ServerResponse(req));
    });
    await harness.listen();
    await harness.hangUp(
      'GET /socket/7 HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
      '101 Switching',
    );
    const records = await harness.records(1);
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ 'span.name': 'GET /socket/:room', 'span.status': 'ok' });
    expect(records[0]?.['http.response.status_code']).toBeUndefined();
  });

  it('gives every pipelined request its line when it breaks while they wait', async () => {
    const { app } = start();
    const came = new EventEmitter();
    app.get('/:id', (req) => void came.emit(String(req.params['id'])));
    await harness.listen();
    const last = once(came, '20');
    const socket = connect(harness.port, '127.0.0.1').on('error', () => {});
    socket.write(Array.from({ length: 20 }, (_, id) => `GET /${id + 1} HTTP/1.1\r\nhost: x\r\n\r\n`).join(''));
    await last;
    socket.destroy();
    const records = await harness.records(20);
    expect(records.map((record) => record['span.status'])).toEqual(Array.from({ length: 20 }, () => 'aborted'));
    expect(new Set(records.map(({ trace_id }) => trace_id)).size).toBe(20);
  });

  it('fires the signal of a pipelined request that waits when the connection breaks', async () => {
    const { app } = start();
    const arrived = new EventEmitter();
    app.get('/:id', (req) => void arrived.emit(String(req.params['id']), req.clientSignal));
    await harness.listen();
    const third = once(arrived, '3') as Promise<[AbortSignal]>;
    const socket = connect(harness.port, '127.0.0.1').on('error', () => {});
    socket.write([1, 2, 3].map((id) => `GET /${id} HTTP/1.1\r\nhost: x\r\n\r\n`).join(''));
    const [signal] = await third;
    const fired = once(signal, 'abort');
    socket.destroy();
    await fired;
    expect(signal.aborted).toBe(true);
  });
});
