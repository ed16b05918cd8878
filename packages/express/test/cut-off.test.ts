/** Requests that end before their work does. */
import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { TracerOptions } from '@spanline/core';
import { tree } from '@spanline/core/testing';
import { spanlineExpress } from '../src/index.ts';
import { Harness, MAJORS } from './support.ts';

describe.each(MAJORS)('a request through %s that is cut off', (_name, express) => {
  let harness: Harness;

  afterEach(() => harness.close());

  function start(options: TracerOptions = {}): Harness {
    harness = new Harness(express, options);
    harness.app.use(spanlineExpress({ tracer: harness.tracer }));
    return harness;
  }

  /** Asks for `/`, and gives the connection when the handler runs. */
  async function ask(came: EventEmitter): Promise<Socket> {
    await harness.listen();
    const socket = connect(harness.port, '127.0.0.1').on('error', () => undefined);
    const asked = once(came, 'request');
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await asked;
    return socket;
  }

  it('is the last line of its tree when its calls end because the client left', async () => {
    const { app, tracer } = start();
    const came = new EventEmitter();
    app.get('/', async ({ clientSignal }) => {
      const call = (name: string): Promise<void> =>
        tracer.withSpan({ name, type: 'llm' }, async () => {
          await new Promise((resolve) => clientSignal.addEventListener('abort', () => setImmediate(resolve)));
          clientSignal.throwIfAborted();
        });
      const work = tracer.withSpan({ name: 'rag', type: 'chain' }, () => Promise.all([call('one'), call('two')]));
      came.emit('request');
      await work.catch(() => undefined);
    });
    (await ask(came)).destroy();
    const records = await harness.records(4);
    expect(records.at(-1)).toMatchObject({
      'span.type': 'http',
      'span.status': 'aborted',
      'spanline.rollup.spans': 4,
      'spanline.rollup.open': 0,
      'spanline.rollup.llm_calls': 2,
    });
    expect(tree(records)).toBe(
      'http GET / [aborted]\n  chain rag [aborted]\n    llm one [aborted]\n    llm two [aborted]',
    );
    expect(records.map((record) => record['spanline.late'])).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('has the time of its close, and does not wait for long', async () => {
    let now = Date.now();
    const { app, tracer } = start({ clock: { now: () => now, monotonic: () => now } });
    const came = new EventEmitter();
    let finish: (() => void) | undefined;
    app.get('/', ({ res }) => {
      const span = tracer.startSpan({ name: 'never', type: 'llm' });
      finish = () => span.end();
      now += 7;
      // The listener of the middleware was there before.
      res?.on('close', () => (now += 1000));
      came.emit('request');
    });
    (await ask(came)).destroy();
    const [root] = await harness.records(1);
    finish?.();
    expect(root).toMatchObject({ 'span.status': 'aborted', 'spanline.rollup.open': 1, duration_ms: 7 });
    expect((await harness.records(2))[1]?.['spanline.late']).toBe(true);
  });

  it('is written with its own outcome when the tracer shuts down first', async () => {
    const { app, tracer, log } = start();
    const came = new EventEmitter();
    app.get('/', ({ res }) => {
      tracer.startSpan({ name: 'never', type: 'llm' });
      res?.on('close', () => came.emit('closed'));
      came.emit('request');
    });
    const socket = await ask(came);
    const closed = once(came, 'closed');
    socket.destroy();
    await closed;
    await tracer.shutdown();
    expect(log.records().map((record) => [record['span.name'], record['span.status']])).toEqual([
      ['never', 'unfinished'],
      ['GET /', 'aborted'],
    ]);
  });

  it('has no route and shows its path if nothing matched', async () => {
    start();
    await harness.listen();
    await harness.send('GET', '/wp-login.php?token=x');
    const [record] = await harness.records(1);
    expect(record).toMatchObject({ 'span.name': 'GET', 'span.status': 'ok', 'url.path': '/wp-login.php' });
    expect(record?.['http.route']).toBeUndefined();
  });
});
