/** The middleware and the feedback route without a tracer of their own. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createTracer, setDefaultTracer, type TracerOptions } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { feedbackRoute, spanlineExpress } from '../src/index.ts';
import { MAJORS } from './support.ts';

let server: Server | undefined;
afterEach(async () => {
  setDefaultTracer(undefined);
  server?.closeAllConnections();
  server?.close();
  if (server !== undefined) await once(server, 'close');
});

function named(options: TracerOptions = {}) {
  const log = memoryLog();
  const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0, service: { name: 'named' }, ...options });
  setDefaultTracer(tracer);
  return { log, tracer };
}

describe.each(MAJORS)('without a tracer, %s', (_name, express) => {
  function serve() {
    const app = express();
    app.use(spanlineExpress());
    app.post('/feedback', feedbackRoute());
    app.get('/', (req, res) => {
      req.log.info('at work');
      res.end();
    });
    server = createServer(app).listen(0, '127.0.0.1');
    return server;
  }

  async function ask(path: string, init: RequestInit = {}): Promise<number> {
    if (server?.listening === false) await once(server, 'listening');
    const address = server?.address() as AddressInfo | undefined;
    const answer = await fetch(`http://127.0.0.1:${address?.port}${path}`, init);
    await answer.text();
    return answer.status;
  }

  it('writes requests, lines and scores with the tracer that the application creates later', async () => {
    serve();
    const { log } = named();
    expect(await ask('/')).toBe(200);
    const body = JSON.stringify({ requestId: 'r-1', name: 'helpful', value: true });
    expect(await ask('/feedback', { method: 'POST', body })).toBe(204);
    await expect.poll(() => log.records().length).toBe(2);
    const [line] = log.lines().filter(({ message }) => message === 'at work');
    const [request] = log.records();
    expect(line).toMatchObject({ 'service.name': 'named', trace_id: request?.trace_id });
    expect(log.lines().map((each) => each['gen_ai.evaluation.name'])).toContain('helpful');
  });

  it('follows a tracer that is disabled, and one that is not', async () => {
    const off = named({ enabled: false });
    serve();
    expect(await ask('/')).toBe(200);
    expect(off.log.records()).toEqual([]);
    const on = named();
    expect(await ask('/')).toBe(200);
    await expect.poll(() => on.log.records().length).toBe(1);
    expect(on.tracer.stats().open).toBe(0);
  });
});
