import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { propagate, spanlineExpress } from '../src/index.ts';
import { Harness, MAJORS } from './support.ts';

describe('propagate', () => {
  it.each(['x', undefined, {}])('refuses %j as the function to wrap', (fetch) => {
    expect(() => propagate(fetch as never)).toThrow(/propagate\(fetch\) must be a function, got/);
  });
});

describe.each(MAJORS)('a call of another service from %s', (_name, express) => {
  let front: Harness;
  let back: Harness;

  afterEach(async () => {
    await front.close();
    await back.close();
  });

  async function start(options?: Parameters<typeof propagate>[1]): Promise<string[]> {
    const seen: string[] = [];
    back = new Harness(express);
    back.app.use(spanlineExpress({ tracer: back.tracer, trustIncoming: true }));
    back.app.all('/', (req, res) => {
      seen.push(JSON.stringify(req.headers));
      res.send('x');
    });
    await back.listen();
    front = new Harness(express);
    front.app.use(spanlineExpress({ tracer: front.tracer, trustIncoming: true, baggage: ['tenant'] }));
    const tracedFetch = propagate(fetch, options);
    front.app.get('/', async (_req, res) => {
      await wait(1);
      const url = `http://127.0.0.1:${back.port}/`;
      await tracedFetch(url, { method: 'POST', body: '{}', headers: { 'x-own': 'first' } });
      await tracedFetch(new Request(url, { headers: { 'x-own': 'second' } }));
      await tracedFetch(new URL(url), {
        headers: { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
      });
      res.send('x');
    });
    await front.listen();
    return seen;
  }

  it('shares its trace, keeps the headers of the call and passes allow-listed baggage on', async () => {
    const seen = await start();
    await front.send('GET', '/', {
      traceparent: '00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-00f067aa0ba902b7-01',
      baggage: 'tenant=acme,secret=1',
    });
    const records = await back.records(3);
    const [caller] = await front.records(1);
    expect(records.map(({ trace_id }) => trace_id)).toEqual([
      caller?.trace_id,
      caller?.trace_id,
      '4bf92f3577b34da6a3ce929d0e0e4736',
    ]);
    expect(records[0]?.parent_span_id).toBe(caller?.span_id);
    expect(seen[0]).toContain('"x-own":"first"');
    expect(seen[1]).toContain('"x-own":"second"');
    expect(seen[1]).toContain('"baggage":"tenant=acme"');
  });

  it('calls only the hosts that were chosen', async () => {
    const seen = await start({
      to: ({ port }) => {
        if (port === '') throw new Error('which port?');
        return false;
      },
    });
    await front.send('GET', '/');
    await back.records(3);
    expect(seen.filter((headers) => headers.includes('"traceparent"'))).toHaveLength(1);
  });

  it('is the call as it was outside of a span', async () => {
    const seen = await start();
    const tracedFetch = propagate(fetch);
    await tracedFetch(`http://127.0.0.1:${back.port}/`);
    await expect(tracedFetch('no url')).rejects.toThrow(TypeError);
    expect(seen.join('')).not.toContain('traceparent');
  });
});
