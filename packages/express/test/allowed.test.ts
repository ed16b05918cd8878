import { afterEach, describe, expect, it } from 'vitest';
import { SpanlineError } from '@spanline/core';
import { spanlineExpress } from '../src/index.ts';
import { Harness, MAJORS } from './support.ts';

describe.each(MAJORS)('what is written of a request in %s', (_name, express) => {
  let harness: Harness;

  function start(options: Partial<Parameters<typeof spanlineExpress>[0]>): Harness {
    harness = new Harness(express);
    harness.app.use(spanlineExpress({ tracer: harness.tracer, ...options }));
    harness.app.get('/', (req, res) => void res.status(Number(req.query['status'] ?? 200)).send('x'));
    return harness;
  }

  afterEach(() => harness.close());

  it('is of query and headers only what was listed, redacted', async () => {
    await start({ allowQuery: ['page', 'mail'], allowHeaders: ['X-Tenant', 'x-note'] }).listen();
    await harness.send('GET', '/?page=2&token=s3cr3t&mail=ada%40example.com&page=3', {
      'x-tenant': 'acme',
      'x-note': 'sk-proj-abcdefghijklmnop',
      authorization: 'Bearer abcdef1234567890',
      'x-other': 'other',
    });
    const [record] = await harness.records(1);
    expect(record).toMatchObject({
      'url.query': 'page=2&mail=[EMAIL_1]&page=3',
      'labels.header_x_tenant': 'acme',
      'labels.header_x_note': '[API_KEY_1]',
    });
    expect(JSON.stringify(record)).not.toMatch(/s3cr3t|abcdef1234567890|other/);
  });

  it('is nothing of a query and headers that were not listed', async () => {
    await start({ allowQuery: ['page'], allowHeaders: ['x-tenant'] }).listen();
    await harness.send('GET', '/?%E0%A4%A=1&__proto__=x');
    const [record] = await harness.records(1);
    expect(Object.keys(record ?? {}).filter((key) => /query|header/.test(key))).toEqual([]);
  });

  it('has the level that the application chooses, else that of its outcome', async () => {
    start({
      level: (req, res) => {
        if (req.query['bad'] !== undefined) throw new Error('no level');
        return res.statusCode === 404 ? 'warn' : undefined;
      },
    });
    await harness.listen();
    for (const query of ['', '?status=404', '?status=503', '?bad=1']) await harness.send('GET', `/${query}`);
    const records = await harness.records(4);
    expect(records.map(({ level }) => level)).toEqual(['info', 'warn', 'error', 'info']);
  });
});

describe('the lists', () => {
  const { tracer } = new Harness(MAJORS[1]?.[1] as never);

  it.each(['Authorization', 'cookie', 'set-cookie', 'proxy-authorization', 'x-api-key', 'x-auth-token', 'a b', ''])(
    'of headers never hold %j',
    (name) => expect(() => spanlineExpress({ tracer, allowHeaders: [name] })).toThrow(SpanlineError),
  );

  it.each(['token', 'access_token', 'password', 'api_key', ''])('of parameters never hold %j', (name) => {
    expect(() => spanlineExpress({ tracer, allowQuery: [name] })).toThrow(SpanlineError);
  });
});
