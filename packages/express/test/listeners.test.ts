/** The context of listeners on requests and responses. */
import { AsyncResource } from 'node:async_hooks';
import { once } from 'node:events';
import { connect } from 'node:net';
import busboy from 'busboy';
import type { Request, RequestHandler, Response } from 'express';
import fileUpload from 'express-fileupload';
import { formidable } from 'formidable';
import multer from 'multer';
import multer1 from 'multer1';
import { afterEach, describe, expect, it } from 'vitest';
import { createTracer, currentSpan, type SpanRecord, withContext } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { createEnterSpan } from '@spanline/instrumentation';
import { spanlineExpress } from '../src/index.ts';
import { Harness, MAJORS } from './support.ts';

/** Runs a function without any async context. */
const exitContext = AsyncResource.bind((fn: () => void) => fn());

const FORM = [
  '--b',
  'content-disposition: form-data; name="title"',
  '',
  'report',
  '--b',
  'content-disposition: form-data; name="file"; filename="a.txt"',
  'content-type: text/plain',
  '',
  'y'.repeat(150_000),
  '--b--',
  '',
].join('\r\n');

describe.each(MAJORS)('a listener on a request through %s', (_name, express) => {
  let harness: Harness;

  afterEach(() => harness.close());

  function start(): Harness {
    harness = new Harness(express);
    harness.app.use(spanlineExpress({ tracer: harness.tracer }));
    return harness;
  }

  /** Logs a line and traces a call, as an application does where it has its body. */
  function work(req: Request, name: string): void {
    req.log.info(name);
    harness.tracer.withSpan({ name, type: 'llm' }, () => undefined);
  }

  function lineOf(message: string): Record<string, unknown> | undefined {
    return harness.log.lines().find((line) => line['message'] === message);
  }

  /** Checks that the work of `name` belongs to the request. */
  async function expectWithin(name: string, records = 2): Promise<SpanRecord | undefined> {
    const written = await harness.records(records);
    const root = written.find((record) => record['span.type'] === 'http');
    const call = written.find((record) => record['span.name'] === name);
    const ids = { trace_id: root?.trace_id, 'http.request.id': root?.['http.request.id'] };
    expect(root?.trace_id).toBeDefined();
    expect(call).toMatchObject({ ...ids, parent_span_id: root?.span_id });
    expect(lineOf(name)).toMatchObject(ids);
    return root;
  }

  const sendForm = (): Promise<unknown> =>
    harness.send('POST', '/form', { 'content-type': 'multipart/form-data; boundary=b' }, FORM);

  type Listen = (req: Request, done: () => void) => void | Promise<void>;

  const READERS: [string, Listen][] = [
    ['on', (req, done) => void req.on('data', () => undefined).on('end', done)],
    ['addListener', (req, done) => void req.resume().addListener('end', done)],
    ['once', (req, done) => void req.resume().once('end', done)],
    ['prependListener', (req, done) => void req.resume().prependListener('end', done)],
    ['prependOnceListener', (req, done) => void req.resume().prependOnceListener('end', done)],
    ['once with data', (req, done) => void req.once('data', done).resume()],
    ['on with close', (req, done) => void req.resume().on('close', done)],
    ['on with readable', (req, done) => void req.once('readable', done)],
    [
      'async iteration',
      async (req, done) => {
        for await (const _chunk of req);
        done();
      },
    ],
    [
      'events.once',
      async (req, done) => {
        await once(req.resume(), 'end');
        done();
      },
    ],
  ];

  it.each(READERS)('works for the request when it was added by %s', async (_title, listen) => {
    const { app } = start();
    app.post('/form', (req, res) =>
      listen(req, () => {
        work(req, 'read');
        res.end();
      }),
    );
    await harness.listen();
    await sendForm();
    const root = await expectWithin('read');
    expect(root?.['spanline.rollup.llm_calls']).toBe(1);
  });

  it.each(['finish', 'close', 'prefinish'])('works for the request when its response emits %s', async (event) => {
    const { app } = start();
    app.get('/', (req, res) => {
      res.on(event, () => work(req, 'answered'));
      res.write('some');
      res.end('more');
    });
    await harness.listen();
    await harness.send('GET', '/');
    await expectWithin('answered');
  });

  it.each([
    ['request', 'aborted'],
    ['request', 'close'],
    ['response', 'close'],
  ])('works for the request when its client left and the %s emits %s', async (message, event) => {
    const { app } = start();
    app.post('/form', (req, res) => {
      const emitter = message === 'request' ? req.on('error', () => undefined).resume() : res;
      emitter.on(event, () => work(req, 'left'));
      res.write('begun');
    });
    await harness.listen();
    await harness.hangUp('POST /form HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc', 'begun');
    await expectWithin('left');
  });

  it('works for the request when its client left and the signal fires', async () => {
    const { app } = start();
    app.get('/', (req, res) => {
      req.clientSignal.addEventListener('abort', () => work(req, 'left'));
      res.write('begun');
    });
    await harness.listen();
    await harness.hangUp('GET / HTTP/1.1\r\nhost: x\r\n\r\n', 'begun');
    await expectWithin('left');
  });

  it('works for the request when a framework has left an ended span in the context of the event', async () => {
    const { app } = start();
    const other = createTracer({ logger: memoryLog().logger, statsIntervalSeconds: 0 });
    const agent = other.startSpan({ name: 'agent' });
    app.get('/', (req, res) => {
      req.on('probe', () => work(req, 'probed'));
      exitContext(() =>
        new AsyncResource('framework').runInAsyncScope(() => {
          createEnterSpan(other)(agent);
          agent.end();
          req.emit('probe');
        }),
      );
      res.end();
    });
    await harness.listen();
    await harness.send('GET', '/');
    await expectWithin('probed');
  });

  it('works for the request when its body fails', async () => {
    const { app } = start();
    app.post('/form', (req, res) => {
      req.on('error', () => work(req, 'failed')).resume();
      res.write('begun');
    });
    await harness.listen();
    await harness.hangUp('POST /form HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc', 'begun');
    await expectWithin('failed');
  });

  const upload =
    (parse: RequestHandler): ((req: Request, res: Response) => void) =>
    (req, res) =>
      void parse(req, res, () => {
        work(req, 'parsed');
        res.end();
      });

  const PARSERS: [string, (req: Request, res: Response) => void][] = [
    ['multer 2', upload(multer().single('file'))],
    ['multer 1', upload(multer1().single('file'))],
    ['express-fileupload', upload(fileUpload())],
    [
      'formidable',
      (req, res) => {
        formidable({ keepExtensions: false }).parse(req, () => {
          work(req, 'parsed');
          res.end();
        });
      },
    ],
    [
      'busboy',
      (req, res) => {
        const form = busboy({ headers: req.headers });
        form.on('file', (_field, file) => void file.resume());
        form.on('close', () => {
          work(req, 'parsed');
          res.end();
        });
        req.pipe(form);
      },
    ],
  ];

  it.each(PARSERS)('works for the request behind %s', async (_title, parse) => {
    const { app } = start();
    app.post('/form', parse);
    await harness.listen();
    await sendForm();
    await expectWithin('parsed');
  });

  it('works for its own request when requests share a connection', async () => {
    const { app } = start();
    app.post('/n/:n', (req, res) => {
      req.resume().on('end', () => work(req, `read ${req.params['n']}`));
      res.on('finish', () => work(req, `answered ${req.params['n']}`));
      if (req.params['n'] === '1') setImmediate(() => res.end('1'));
      else res.end(req.params['n']);
    });
    await harness.listen();
    const request = (n: number, close = ''): string =>
      `POST /n/${n} HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n${close}\r\nabc`;
    await harness.exchange(`${request(1)}${request(2)}${request(3, 'connection: close\r\n')}`);
    const records = await harness.records(9);
    for (const n of [1, 2, 3]) {
      const root = records.find((record) => record['span.type'] === 'http' && record['url.path'] === `/n/${n}`);
      for (const name of [`read ${n}`, `answered ${n}`]) {
        expect(records.find((record) => record['span.name'] === name)?.trace_id).toBe(root?.trace_id);
        expect(lineOf(name)?.['http.request.id']).toBe(root?.['http.request.id']);
      }
    }
  });

  it('runs in the context in which it was added', async () => {
    const { app, tracer } = start();
    app.post('/form', (req, res) =>
      withContext({ userId: 'u1', capture: 'metadata' }, () =>
        tracer.withSpan({ name: 'receive', type: 'chain' }, async () => {
          const read = once(req.resume(), 'end');
          req.on('end', () => tracer.startSpan({ name: 'inside', type: 'tool', input: 'secret' }).end());
          await read;
          res.end();
        }),
      ),
    );
    await harness.listen();
    await sendForm();
    const records = await harness.records(3);
    const inside = records.find((record) => record['span.name'] === 'inside');
    expect(inside).toMatchObject({ 'user.id': 'u1', 'spanline.capture.mode': 'metadata' });
    expect(inside?.parent_span_id).toBe(records.find((record) => record['span.name'] === 'receive')?.span_id);
    expect(inside?.['gen_ai.tool.call.arguments']).toBeUndefined();
  });

  it('stays in a span in which the application emits the event itself', async () => {
    const { app, tracer } = start();
    const seen: (string | undefined)[] = [];
    app.get('/', (req, res) => {
      req.on('progress', () => seen.push(currentSpan()?.name));
      tracer.withSpan({ name: 'below', type: 'chain' }, () => req.emit('progress'));
      tracer.withSpan({ name: 'apart', type: 'chain', parent: null }, () => req.emit('progress'));
      res.end();
    });
    await harness.listen();
    await harness.send('GET', '/');
    expect(seen).toEqual(['below', 'apart']);
  });

  it('keeps a context that the application bound itself', async () => {
    const { app, tracer } = start();
    const seen: (string | undefined)[] = [];
    const outside = AsyncResource.bind(() => void seen.push(currentSpan()?.name));
    app.post('/form', (req, res) => {
      req.resume().on('end', outside);
      const job = tracer.startSpan({ name: 'job', type: 'chain', parent: null });
      tracer.run(job, () =>
        req.on(
          'end',
          AsyncResource.bind(() => void seen.push(currentSpan()?.name)),
        ),
      );
      req.on('end', () => {
        job.end();
        res.end();
      });
    });
    await harness.listen();
    await sendForm();
    expect(seen).toEqual([undefined, 'job']);
  });

  it('keeps its receiver, arguments, order and result, and can be found and removed', async () => {
    const { app } = start();
    const calls: unknown[] = [];
    app.get('/', (req, res) => {
      const first = function (this: unknown, ...args: unknown[]): void {
        calls.push(['first', this === req, ...args]);
      };
      const second = (): void => void calls.push('second');
      const removed = (): void => void calls.push('removed');
      req.on('x', first).once('x', second).prependListener('x', removed);
      calls.push(req.listeners('x').map((listener) => [removed, first, second].indexOf(listener as typeof second)));
      calls.push(
        req
          .rawListeners('x')
          .slice(0, 2)
          .map((listener) => [removed, first].indexOf(listener as typeof removed)),
      );
      req.off('x', removed);
      calls.push(
        req.emit('x', 1, 'a'),
        req.emit('x', 2),
        req.removeAllListeners('x').emit('x'),
        req.listenerCount('x'),
      );
      req.once('x', second).off('x', second);
      calls.push(req.emit('x'));
      expect(() => req.emit('error', new Error('nobody listens'))).toThrow('nobody listens');
      res.end();
    });
    await harness.listen();
    await harness.send('GET', '/');
    expect(calls).toEqual([
      [0, 1, 2],
      [0, 1],
      ['first', true, 1, 'a'],
      'second',
      ['first', true, 2],
      true,
      true,
      false,
      0,
      false,
    ]);
  });

  it('is left alone where a request has no span', async () => {
    harness = new Harness(express);
    const { app, tracer } = harness;
    app.use(spanlineExpress({ tracer, ignore: ({ path }) => path === '/ignored' }));
    const seen: (string | undefined)[] = [];
    app.use((req, res) => {
      req.resume().on('end', () => {
        seen.push(currentSpan()?.name);
        res.end();
      });
    });
    await harness.listen();
    await harness.send('POST', '/', {}, 'x');
    await harness.send('POST', '/ignored', {}, 'x');
    expect(seen).toEqual(['POST', undefined]);
  });

  it('works for the request when its connection breaks before an answer', async () => {
    const { app } = start();
    app.get('/', (req) => {
      req.socket.write('begun');
      req.on('close', () => work(req, 'closed'));
    });
    await harness.listen();
    const socket = connect(harness.port, '127.0.0.1').on('error', () => undefined);
    const begun = once(socket, 'data');
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await begun;
    socket.destroy();
    await expectWithin('closed');
  });
});
