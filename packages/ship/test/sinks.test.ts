import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseLine, type SpanlineError } from '@spanline/core';
import {
  datadog,
  elasticsearch,
  elasticsearchSetup,
  file,
  jaeger,
  grafana,
  honeycomb,
  langfuse,
  otlp,
  spool,
  startShipper,
  victorialogs,
} from '@spanline/ship';
import { createIndex, readBulk } from './support/elastic.ts';
import { deadLetters, leave, ship, spanLines } from './support/engine.ts';
import { temporaryFolder } from './support/folder.ts';
import { createIntake } from './support/intake.ts';
import { shipLines, trace } from './support/lines.ts';
import { receiver } from './support/receiver.ts';

describe('elasticsearch()', () => {
  it('creates ECS documents in the data stream, whatever profile the lines have', async () => {
    const written = await Promise.all(
      (['otel', 'ecs', 'datadog'] as const).map(async (profile) => {
        const index = createIndex();
        const target = await receiver((request) => index.bulk(request));
        await shipLines(trace(profile), elasticsearch({ url: target.url, basic: 'elastic:secret' }));
        expect(target.requests[0]).toMatchObject({
          path: expect.stringMatching(/^\/logs-spanline-default\/_bulk\?/) as string,
          headers: { authorization: `Basic ${Buffer.from('elastic:secret').toString('base64')}` },
        });
        return [...index.documents.values()];
      }),
    );
    for (const [call, line, request] of written) {
      expect(call).toMatchObject({
        'log.level': 'error',
        'service.name': 'rag-api',
        'gen_ai.usage.input_tokens': 14,
        'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'Where is it?' }] }],
        'labels.tenant': 'acme',
        'error.type': 'TypeError',
      });
      expect(line).toMatchObject({ message: 'found', documents: 4, 'log.level': 'info' });
      expect(line?.['trace.id']).toBe(call?.['trace.id']);
      expect(request).toMatchObject({ 'span.name': 'POST /ask' });
    }
  });

  it.each(['ecs', 'otel'] as const)(
    'sends a record that is in its profile %s already as it stands, and no other line',
    async (profile) => {
      const index = createIndex();
      const target = await receiver((request) => index.bulk(request));
      const [call = ''] = trace(profile);
      const foreign = call
        .replace('{', '{"level":30,"time":1764000000000,')
        .replace(/"event.id":"[^"]+"/, '"event.id":"other"');
      const [spelledOtherwise = ''] = trace(profile === 'ecs' ? 'otel' : 'ecs');
      await shipLines([call, foreign, spelledOtherwise], elasticsearch({ url: target.url, profile }));
      expect(target.requests[0]?.body.toString().split('\n')[1]).toBe(call);
      const own = profile === 'ecs' ? 'log.level' : 'level';
      expect(index.documents.get('other')).toMatchObject({ [own]: 'error' });
      if (profile === 'ecs') expect(index.documents.get('other')).not.toHaveProperty('level');
      expect([...index.documents.values()].every((document) => document[own] === 'error')).toBe(true);
      expect(index.documents.size).toBe(3);
    },
  );

  it('names a record by its event.id, and another line by where it stands, the same at every attempt', async () => {
    const seen: string[][] = [];
    const target = await receiver(({ body }, nth) => {
      seen.push(readBulk(body).map(({ id }) => id));
      return nth === 0 ? undefined : { status: 413 };
    });
    const root = temporaryFolder();
    leave(root, [spanLines(1)[0] ?? '', '{"msg":"a"}', '{"msg":"a"}', '{"event.id":"boot-0","msg":"foreign"}']);
    const { engine } = ship(root, elasticsearch({ url: target.url }));
    await expect.poll(() => seen.length).toBeGreaterThan(1);
    await engine.stop(0);
    const [first = [], second] = seen;
    expect(second).toEqual(first);
    expect(first[0]).toBe('boot-0');
    expect(new Set(first).size).toBe(4);
  });

  it('gives a document without a time the time of now', async () => {
    const index = createIndex();
    const target = await receiver((request) => index.bulk(request));
    await shipLines(['{"msg":"no time"}'], elasticsearch({ url: target.url }));
    const [document] = index.documents.values();
    expect(Date.parse(String(document?.['@timestamp']))).toBeGreaterThan(0);
  });

  it('writes a body of whole lines, whatever is in the log', async () => {
    const index = createIndex();
    const target = await receiver((request) => index.bulk(request));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 1, maxLength: 20 }),
        async (bags) => {
          const lines = bags.map((props) => JSON.stringify(props));
          const { root } = await shipLines(lines, elasticsearch({ url: target.url }));
          expect(deadLetters(root, 'elasticsearch')).toEqual([]);
          expect(target.requests.splice(0).flatMap(({ body }) => readBulk(body))).toHaveLength(lines.length);
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe('datadog()', () => {
  it('obeys the limits of the intake: 1000 logs, 5 MB, 1 MB for one log', async () => {
    const intake = createIntake('key');
    const target = await receiver((request) => intake.accept(request));
    const long = JSON.parse(spanLines(1)[0] ?? '') as Record<string, unknown>;
    long['gen_ai.input.messages'] = 'ä"\u0001'.repeat(150_000);
    long['labels.emoji'] = '😀'.repeat(300_000);
    const lines = [...spanLines(2500, 1), ...Array.from({ length: 8 }, () => JSON.stringify(long))];
    const { stats } = await shipLines(lines, datadog({ url: target.url, apiKey: 'key' }));
    expect({ cut: intake.cut, outOfTime: intake.outOfTime }).toEqual({ cut: 0, outOfTime: 0 });
    expect(intake.logs).toHaveLength(2508);
    expect(stats).toMatchObject({ stored: 2508, shortened: 8, rejected: 0 });
    const [cut] = intake.logs.slice(-1) as { gen_ai: { input: { messages: string } } }[];
    expect(cut?.gen_ai.input.messages).toMatch(/…\[\+\d+ bytes\]$/);
  });

  it('cuts texts within content, which stays JSON, and names what it cut', async () => {
    const intake = createIntake('key');
    const target = await receiver((request) => intake.accept(request));
    const record = JSON.parse(spanLines(1)[0] ?? '') as Record<string, unknown>;
    const message = (content: string) => ({ role: 'user', parts: [{ type: 'text', content }] });
    record['gen_ai.input.messages'] = JSON.stringify([message('"ä"'.repeat(300_000)), message('the question')]);
    record['spanline.truncated'] = ['spanline.output'];
    await shipLines([JSON.stringify(record)], datadog({ url: target.url, apiKey: 'key' }));
    const [log] = intake.logs as { gen_ai: { input: { messages: string } }; spanline: { truncated: string[] } }[];
    const messages = JSON.parse(log?.gen_ai.input.messages ?? '') as ReturnType<typeof message>[];
    expect(messages[0]?.parts[0]?.content).toMatch(/^["ä]*…\[\+\d+ bytes\]$/);
    expect(messages[1]).toEqual(message('the question'));
    expect(log?.spanline.truncated).toEqual(['spanline.output', 'gen_ai.input.messages']);
  });

  it('dates what is older than the intake takes, or of the future, when it is sent, and keeps the time it was logged', async () => {
    const intake = createIntake('key');
    const target = await receiver((request) => intake.accept(request));
    const at = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
    const times = [at(-1), at(-30), at(5), at(0)];
    const lines = times.map((time) => JSON.stringify({ ...JSON.parse(spanLines(1)[0] ?? ''), '@timestamp': time }));
    await shipLines(lines, datadog({ url: target.url, apiKey: 'key' }));
    expect(intake.outOfTime).toBe(0);
    const told = intake.logs.map((log) => (log['spanline'] as { logged_at?: string }).logged_at ?? log['@timestamp']);
    expect(told).toEqual(times);
    expect(intake.logs.map((log) => log['timestamp'])).toEqual(intake.logs.map((log) => log['@timestamp']));
  });

  it('dates a line again that has waited for days for the target', async () => {
    const intake = createIntake('key');
    const target = await receiver(() => ({ status: 503 }));
    const root = temporaryFolder();
    leave(root, [spanLines(1)[0]?.replace(/"@timestamp":"[^"]+"/, `"@timestamp":"${new Date().toISOString()}"`) ?? '']);
    const { engine } = ship(root, datadog({ url: target.url, apiKey: 'key' }));
    await target.until(() => target.requests.length > 0);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3 * 86_400_000 });
    onTestFinished(() => void vi.useRealTimers());
    target.answer = (request) => intake.accept(request);
    await engine.drain();
    expect({ kept: intake.logs.length, outOfTime: intake.outOfTime }).toEqual({ kept: 1, outOfTime: 0 });
  });

  it('sends nested attributes under the standard names', async () => {
    const intake = createIntake('key');
    const target = await receiver((request) => intake.accept(request));
    await shipLines(
      [...trace('otel'), '{"level":30,"time":1764000000000,"msg":"plain"}'],
      datadog({ url: target.url, apiKey: 'key' }),
    );
    expect(intake.logs[0]).toMatchObject({
      status: 'error',
      service: 'rag-api',
      env: 'test',
      ddsource: 'nodejs',
      ddtags: expect.stringContaining('env:test') as string,
      gen_ai: { usage: { input_tokens: 14 }, request: { model: 'gpt-4o' } },
      error: { kind: 'TypeError', message: 'boom' },
    });
    expect(intake.logs[3]).toMatchObject({
      status: 'info',
      message: 'plain',
      ddsource: 'nodejs',
      '@timestamp': expect.any(String) as string,
    });
  });

  it('waits where a proxy answers with a page of its own', async () => {
    const intake = createIntake('key');
    const target = await receiver((request, nth) =>
      nth === 0
        ? { status: 200, headers: { 'content-type': 'text/html' }, body: '<p>Sign in</p>' }
        : intake.accept(request),
    );
    await shipLines(spanLines(3), datadog({ url: target.url, apiKey: 'key' }));
    expect(intake.logs).toHaveLength(3);
  });

  it('knows the address of each site', () => {
    expect(datadog({ apiKey: 'k', site: 'us3.datadoghq.com' })).toMatchObject({
      options: { http: { url: 'https://http-intake.logs.us3.datadoghq.com' } },
    });
    expect(() => datadog({ apiKey: 'k', site: 'example.com' })).toThrow(/datadog\.site/);
  });
});

describe('file()', () => {
  it('appends lines as they are, or in another profile', async () => {
    const out = join(temporaryFolder(), 'out.ndjson');
    const lines = trace('otel');
    await shipLines(lines, file({ path: out }));
    await shipLines(lines, file({ path: out, profile: 'ecs' }));
    const written = readFileSync(out, 'utf8').split('\n').slice(0, -1);
    expect(written.slice(0, 3)).toEqual(lines);
    expect(written.slice(3).map((line) => parseLine(line)?.record)).toEqual(
      lines.map((line) => parseLine(line)?.record),
    );
  });
});

describe('a target over HTTP', () => {
  it('may have a path and parameters in its URL', async () => {
    const index = createIndex();
    const target = await receiver((request) =>
      request.path.includes('_bulk') ? index.bulk(request) : { status: 200 },
    );
    const url = `${target.url}/proxy/?team=a&team=b`;
    await shipLines(spanLines(1), elasticsearch({ url }));
    await shipLines(spanLines(1), jaeger({ url }));
    await shipLines(spanLines(1), otlp({ url: `${target.url}/in/v1/traces?team=c` }));
    const urls = target.requests.map(({ path }) => new URL(path, target.url));
    expect(urls.map(({ pathname, searchParams }) => [pathname, searchParams.getAll('team')])).toEqual([
      ['/proxy/logs-spanline-default/_bulk', ['a', 'b']],
      ['/proxy/v1/traces', ['a', 'b']],
      ['/in/v1/traces', ['c']],
    ]);
    expect(urls[0]?.searchParams.get('filter_path')).toMatch(/^errors,items/);
  });

  it('may answer through a proxy that compresses', async () => {
    const index = createIndex();
    const target = await receiver((request) => {
      const { body = '' } = index.bulk(request) as { body?: string };
      return { status: 200, headers: { 'content-encoding': 'gzip' }, body: gzipSync(body) };
    });
    const { stats } = await shipLines(spanLines(3), elasticsearch({ url: target.url }));
    expect(stats).toMatchObject({ stored: 3, retries: 0 });
  });

  it.each<[what: string, status: number, message: RegExp]>([
    ['the key of a proxy', 407, /407, a proxy asks for a key; lines wait/],
    ['another encoding', 415, /415, the target takes no such requests; does it take gzip\?; lines wait/],
  ])('makes lines wait for an operator when it asks for %s', async (_, status, message) => {
    const index = createIndex();
    const target = await receiver((request, nth) => (nth === 0 ? { status } : index.bulk(request)));
    const root = temporaryFolder();
    leave(root, spanLines(2));
    const { engine, reports } = ship(root, elasticsearch({ url: target.url }));
    await engine.drain();
    expect(reports[0]).toMatchObject({ what: 'paused', message: expect.stringMatching(message) as string });
    expect(engine.stats()['elasticsearch']).toMatchObject({ stored: 2, rejected: 0 });
  });

  it.each(['two\nlines', 'schlüssel€'])('gets nothing while a key cannot be sent: %j', async (key) => {
    const index = createIndex();
    const target = await receiver((request) => index.bulk(request));
    const root = temporaryFolder();
    const path = join(root, 'key');
    writeFileSync(path, key);
    leave(root, spanLines(2));
    const { engine, reports } = ship(root, elasticsearch({ url: target.url, bearer: { file: path } }));
    await expect.poll(() => reports.length).toBeGreaterThan(0);
    expect(reports[0]).toMatchObject({
      what: 'paused',
      message: expect.stringContaining('a key has a line break, or a character that is not Latin-1') as string,
    });
    expect(JSON.stringify(reports)).not.toContain(key.slice(0, 3));
    expect(target.requests).toEqual([]);
    writeFileSync(path, 'key\n');
    await engine.drain();
    expect(target.requests[0]?.headers.authorization).toBe('Bearer key');
  });
});

describe('victorialogs()', () => {
  it('sends records as they stand, with the names of time, message and stream in the URL', async () => {
    const index = createIndex();
    const target = await receiver((request) => index.bulk(request));
    const [line = ''] = trace('otel');
    await shipLines(
      [line, '{"msg":"of pino","time":1764000000000}'],
      victorialogs({ url: `${target.url}/`, basic: 'a:b' }),
    );
    const [request] = target.requests;
    const path = request?.path ?? '';
    expect(path).toMatch(/^\/insert\/elasticsearch\/_bulk\?/);
    expect(Object.fromEntries(new URL(path, target.url).searchParams)).toEqual({
      _stream_fields: 'service.name,deployment.environment.name',
      _time_field: '@timestamp',
      _msg_field: 'message',
    });
    expect(request?.headers.authorization).toBe(`Basic ${Buffer.from('a:b').toString('base64')}`);
    expect(request?.body.toString().split('\n')[1]).toBe(line);
    expect([...index.documents.values()][1]).toMatchObject({
      message: 'of pino',
      '@timestamp': '2025-11-24T16:00:00.000Z',
    });
  });

  it('cuts what is longer than the server takes, and refuses what the server would drop', async () => {
    const index = createIndex();
    const target = await receiver((request) => index.bulk(request));
    const [line = ''] = spanLines(1);
    const record = JSON.parse(line) as Record<string, unknown>;
    const content = JSON.stringify([{ role: 'user', content: 'ä😀'.repeat(4000) }]);
    const nested = Object.fromEntries(Array.from({ length: 600 }, (_, n) => [`n${n}`, n]));
    const lines = [
      { ...record, 'gen_ai.input.messages': content, 'spanline.truncated': ['spanline.output'] },
      { ...record, 'event.id': 'wide', one: nested, two: { three: nested } },
      { ...record, 'event.id': 'list', many: Array.from({ length: 2000 }, () => 1) },
      { ...record, 'event.id': 'named', 'service.name': 'x'.repeat(20_000) },
    ];
    const { root, stats } = await shipLines(
      lines.map((each) => JSON.stringify(each)),
      victorialogs({ url: target.url, maxLineBytes: 12_000 }),
    );
    expect(stats).toMatchObject({ stored: 2, shortened: 1, rejected: 2, retries: 0 });
    expect(deadLetters(root, 'victorialogs').map(({ reason }) => reason)).toEqual([
      'more than 1000 fields',
      'a field of the stream is too long',
    ]);
    const [cut] = index.documents.values();
    expect(Buffer.byteLength(JSON.stringify(cut))).toBeLessThan(12_000);
    const [message] = JSON.parse(String(cut?.['gen_ai.input.messages'])) as { content: string }[];
    expect(message?.content).toMatch(/^(?:ä😀)+ä?…\[\+\d+ bytes\]$/);
    expect(cut?.['spanline.truncated']).toEqual(['spanline.output', 'gen_ai.input.messages']);
  });
});

describe('a wrong option of a sink', () => {
  it.each([
    ['a URL that is none', () => elasticsearch({ url: 'es:9200' })],
    ['a URL with a password', () => elasticsearch({ url: 'https://elastic:hunter2@es' })],
    ['two ways to sign in', () => elasticsearch({ url: 'https://es', apiKey: 'hunter2', bearer: 'hunter2' })],
    ['an index that cannot be', () => elasticsearch({ url: 'https://es', index: 'Logs/*' })],
    ['a key that is none', () => datadog({ apiKey: { hunter2: true } as never })],
    ['an unknown option', () => otlp({ url: 'http://x', key: 'hunter2' } as never)],
    ['keys that are not two', () => langfuse({ keys: 'hunter2' })],
    ['keys without a secret', () => langfuse({ keys: 'hunter2:' })],
    ['a token without its instance', () => grafana({ keys: 'hunter2' })],
    ['a key that is a number', () => honeycomb({ apiKey: 2 as never, url: 'https://a:hunter2@h' })],
    ['a user without a password', () => elasticsearch({ url: 'https://es', basic: 'hunter2' })],
    ['a password without a user', () => otlp({ url: 'http://x', basic: ':hunter2' })],
    ['a path for a certificate', () => elasticsearch({ url: 'https://es', ca: '/etc/hunter2.pem' })],
    ['a name that is a path', () => file({ path: 'x', name: '../x' })],
    ['two ways to sign in at VictoriaLogs', () => victorialogs({ basic: 'a:hunter2', bearer: 'hunter2' })],
  ])('throws at the start for %s, without showing a key', (_, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTION' }) as SpanlineError);
    expect(make).toThrow(/^(?!.*hunter2)/s);
  });

  it.each<[option: string, nearest: string, make: () => unknown]>([
    ['elasticsearch.indx', 'elasticsearch.index', () => elasticsearch({ url: 'https://es', indx: 'x' } as never)],
    ['datadog.timeout', 'datadog.timeoutMs', () => datadog({ apiKey: 'k', timeout: 5 } as never)],
    ['langfuse.key', 'langfuse.keys', () => langfuse({ key: 'a:b' } as never)],
    ['honeycomb.datset', 'honeycomb.dataset', () => honeycomb({ apiKey: 'k', datset: 'd' } as never)],
    ['jaeger.header', 'jaeger.headers', () => jaeger({ header: {} } as never)],
    ['whenfull', 'whenFull', () => spool({ dir: '/tmp', whenfull: 'block' } as never)],
    ['file', 'files', () => startShipper({ dir: '/tmp', to: [], file: [] } as never)],
    ['setup.role', 'setup.roles', () => elasticsearchSetup({ flavour: 'opensearch', role: true } as never)],
    [
      'setup.content.datastream',
      'setup.content.dataStream',
      () => elasticsearchSetup({ flavour: 'opensearch', content: { datastream: 'x' } } as never),
    ],
  ])('names the nearest option for %s', (given, nearest, make) => {
    expect(make).toThrow(`unknown option "${given}"; did you mean "${nearest}"?`);
  });
});
