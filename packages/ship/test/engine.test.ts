import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { datadog, file } from '@spanline/ship';
import { createSegmentWriter } from '../src/spool/segment-writer.ts';
import { currentProcess } from '../src/state/process-identity.ts';
import { claimFolder } from '../src/state/writer-file.ts';
import { createIndex, readBulk } from './support/elastic.ts';
import { deadLetters, leave, ship, shipEvery, spanLines } from './support/engine.ts';
import { temporaryFolder } from './support/folder.ts';
import { receiver, type Reply, startReceiver } from './support/receiver.ts';
import { allIds, es, troubled } from './support/troubled.ts';

describe('the engine', () => {
  it('stores every line once and leaves nothing behind', async () => {
    const root = temporaryFolder();
    const { target, ids } = await troubled([]);
    const folder = leave(root, spanLines(1234));
    const { engine } = ship(root, es(target));
    await engine.drain();
    expect(ids().toSorted()).toEqual(allIds(1234).toSorted());
    expect(engine.stats()['elasticsearch']).toMatchObject({ stored: 1234, rejected: 0, lagBytes: 0, state: 'ok' });
    expect(existsSync(folder)).toBe(false);
  });

  const LYING = { status: 200, headers: { 'content-type': 'application/json' } };
  it.each<[string, Reply[]]>([
    ['a connection that breaks', [undefined, undefined]],
    ['no answer', ['hang']],
    ['429 that names seconds', [{ status: 429, headers: { 'retry-after': '0' } }]],
    ['429 that names a date', [{ status: 429, headers: { 'retry-after': new Date(0).toUTCString() } }]],
    ['a storm of 503', Array.from({ length: 10 }, () => ({ status: 503 }))],
    ['500', [{ status: 500 }]],
    ['401 until the key is put right', [{ status: 401 }, { status: 403 }]],
    ['404 until the index is made', [{ status: 404 }]],
    ['a redirect', [{ status: 302, headers: { location: 'http://127.0.0.1:1/' } }]],
    ['200 with half an answer', [{ ...LYING, headers: { 'content-length': '500' }, body: '{"errors":fal' }]],
    ['200 with JSON that is cut', [{ ...LYING, body: '{"errors":false,"items":[' }]],
    ['200 with too few items', [{ ...LYING, body: '{"errors":false,"items":[{"create":{"status":201}}]}' }]],
    ['200 of somebody else', [{ ...LYING, body: '{}' }]],
    ['an answer that is too long', [{ ...LYING, body: Buffer.alloc(34_000_000, 32) }]],
  ])('outlives %s', async (_, answers) => {
    const root = temporaryFolder();
    const { target, ids } = await troubled(answers);
    leave(root, spanLines(20));
    const { engine } = ship(root, es(target, answers.includes('hang') ? { timeoutMs: 200 } : {}));
    await engine.drain();
    expect(ids()).toEqual(allIds(20));
    expect(deadLetters(root, 'elasticsearch')).toEqual([]);
    expect(engine.stats()['elasticsearch']?.retries).toBeGreaterThan(0);
  });

  it('waits for a target that is not there yet, and logs so once', async () => {
    const root = temporaryFolder();
    const gone = await startReceiver(() => ({ status: 200 }));
    await gone.close();
    leave(root, spanLines(5));
    const { engine, reports } = ship(root, es(gone));
    await expect.poll(() => engine.stats()['elasticsearch']?.retries).toBeGreaterThan(3);
    const index = createIndex();
    const target = await startReceiver((request) => index.bulk(request), gone.port);
    onTestFinished(() => target.close());
    await engine.drain();
    expect([...index.documents.keys()]).toEqual(allIds(5));
    expect(reports.map(({ what }) => what)).toEqual(['retrying', 'recovered']);
    expect(reports[0]?.message).toContain('ECONNREFUSED');
  });

  it('knows by the id what was stored although its answer got lost', async () => {
    const root = temporaryFolder();
    const index = createIndex();
    const target = await receiver((request, nth) => {
      const reply = index.bulk(request);
      return nth === 0 ? undefined : reply;
    });
    leave(root, spanLines(10));
    const { engine } = ship(root, es(target));
    await engine.drain();
    expect([...index.documents.keys()]).toEqual(allIds(10));
    expect(target.requests).toHaveLength(2);
    expect(engine.stats()['elasticsearch']).toMatchObject({ stored: 10, rejected: 0 });
  });

  it('takes an answer apart line by line', async () => {
    const root = temporaryFolder();
    let turns = 0;
    const { target, ids } = await troubled([], ({ message }) => {
      if (message === 'chat 3') return { status: 400, type: 'document_parsing_exception' };
      if (message === 'chat 5' && turns++ < 2) return { status: 503, type: 'unavailable_shards_exception' };
      return message === 'chat 7' && turns++ < 4 ? { status: 403, type: 'cluster_block_exception' } : undefined;
    });
    leave(root, spanLines(10));
    const { engine, reports } = ship(root, es(target));
    await engine.drain();
    expect(ids().toSorted()).toEqual(allIds(10).filter((id) => id !== 'boot-3'));
    expect(deadLetters(root, 'elasticsearch')).toMatchObject([
      {
        reason: '400 document_parsing_exception in field x',
        line: spanLines(10)[3],
        offset: expect.any(Number) as number,
      },
    ]);
    expect(engine.stats()['elasticsearch']).toMatchObject({ stored: 9, rejected: 1 });
    expect(reports.map(({ what }) => what)).toContain('rejected');
  });

  it.each([
    ['index_closed_exception', 'closed'],
    ['validation_exception', 'this action would add [2] total shards'],
    ['illegal_argument_exception', 'pipeline with id [spanline-ecs] does not exist'],
    ['illegal_argument_exception', 'no write index is defined for alias [logs-spanline-default].'],
  ])('waits where an index takes no documents: %s, %s', async (type, reason) => {
    const root = temporaryFolder();
    let isSetRight = false;
    const { target, ids } = await troubled([], ({ message }) => {
      return message === 'chat 0' || isSetRight ? undefined : { status: 400, type, reason };
    });
    leave(root, spanLines(10));
    const { engine, reports } = ship(root, es(target));
    await expect.poll(() => reports.map(({ what }) => what)).toContain('paused');
    isSetRight = true;
    await engine.drain();
    expect(ids().toSorted()).toEqual(allIds(10));
    expect(reports.map(({ message }) => message)).toContainEqual(expect.stringContaining(`400 ${type};`));
    expect(deadLetters(root, 'elasticsearch')).toEqual([]);
  });

  it.each([
    ['a web page', { 'content-type': 'text/html' }, '<h1>400 Bad Request</h1>'],
    ['JSON of its own', { 'content-type': 'application/json' }, '{"message":"Bad Request"}'],
  ])('waits where a proxy refuses requests with %s', async (_, headers, body) => {
    const root = temporaryFolder();
    const { target, ids } = await troubled([undefined, { status: 400, headers, body }], ({ message }) =>
      message === 'chat 3' ? { status: 400, type: 'document_parsing_exception' } : undefined,
    );
    leave(root, spanLines(10));
    const { engine, reports } = ship(root, es(target));
    await engine.drain();
    expect(ids()).toEqual(allIds(10).filter((id) => id !== 'boot-3'));
    expect(reports.map(({ message }) => message)).toContainEqual(expect.stringContaining('400 from a proxy'));
    expect(deadLetters(root, 'elasticsearch')).toHaveLength(1);
  });

  it('names the field that a mapping refuses, and not its value', async () => {
    const root = temporaryFolder();
    const reasons = [
      '[1:60] object mapping for [host] tried to parse field [host] as object, but found a concrete value',
      'mapper [host] cannot be changed from type [long] to [keyword]',
      'mapping set to strict, dynamic introduction of [host] within [_doc] is not allowed',
      'Document contains at least one immense term in field="host" (whose prefix is: "hunter2")',
      "failed to parse field [host] of type [long]. Preview of field's value: 'hunter2'",
    ];
    const { target } = await troubled([], ({ message }) => {
      const reason = reasons[Number(String(message).slice(5)) - 1];
      return reason === undefined ? undefined : { status: 400, type: 'illegal_argument_exception', reason };
    });
    leave(root, spanLines(1 + reasons.length));
    const { engine } = ship(root, es(target));
    await engine.drain();
    const expected = reasons.map(() => '400 illegal_argument_exception in field host');
    expect(deadLetters(root, 'elasticsearch').map(({ reason }) => reason)).toEqual(expected);
  });

  it('repeats nothing of what a server says that is more than the name of an error', async () => {
    const root = temporaryFolder();
    const { target } = await troubled([], () => ({ status: 400, type: `x "hunter2" ${'y'.repeat(1e6)}` }));
    leave(root, spanLines(1));
    const { engine } = ship(root, es(target));
    await engine.drain();
    expect(deadLetters(root, 'elasticsearch').map(({ reason }) => reason)).toEqual(['400 refused in field x']);
  });

  it('halves what is too large, down to the line that is', async () => {
    const root = temporaryFolder();
    const index = createIndex();
    const target = await receiver((request) => {
      const tooLarge = readBulk(request.body).length > 3 || request.body.includes('chat 11"');
      return tooLarge ? { status: 413 } : index.bulk(request);
    });
    leave(root, spanLines(20));
    const { engine } = ship(root, es(target));
    await engine.drain();
    expect(index.documents.size).toBe(19);
    expect(deadLetters(root, 'elasticsearch').map(({ reason }) => reason)).toEqual(['413, too large']);
  });

  it('halves what breaks the connection again and again, and gives up no line', async () => {
    const root = temporaryFolder();
    const index = createIndex();
    let breaks = 0;
    const target = await receiver((request) => {
      const isTooLong = readBulk(request.body).length > 5 || (request.body.includes('chat 7"') && breaks < 20);
      breaks += isTooLong ? 1 : 0;
      return isTooLong ? undefined : index.bulk(request);
    });
    leave(root, spanLines(10));
    const { engine } = ship(root, es(target));
    await engine.drain();
    expect(index.documents.size).toBe(10);
    expect(deadLetters(root, 'elasticsearch')).toEqual([]);
  });

  it('finds the poison in a batch that is refused as a whole', async () => {
    const root = temporaryFolder();
    const stored: string[] = [];
    const target = await receiver(({ body }) => {
      const logs = JSON.parse(body.toString()) as { message: string }[];
      if (logs.some(({ message }) => message === 'chat 13')) return { status: 400 };
      stored.push(...logs.map(({ message }) => message));
      return { status: 202 };
    });
    leave(root, spanLines(50));
    const { engine } = ship(root, datadog({ url: target.url, apiKey: 'key', concurrency: 1 }));
    await engine.drain();
    expect(stored).toEqual(spanLines(50).flatMap((_, n) => (n === 13 ? [] : [`chat ${n}`])));
    expect(deadLetters(root, 'datadog').map(({ line }) => line)).toEqual([spanLines(50)[13]]);
  });

  it('does not blame the lines when a target refuses everything from the start', async () => {
    const root = temporaryFolder();
    const index = createIndex();
    let isSetUp = false;
    const target = await receiver((request) => (isSetUp ? index.bulk(request) : { status: 400 }));
    leave(root, spanLines(4));
    const { engine, reports } = ship(root, es(target));
    await expect.poll(() => reports.map(({ what }) => what)).toContain('paused');
    isSetUp = true;
    await engine.drain();
    expect(index.documents.size).toBe(4);
    expect(deadLetters(root, 'elasticsearch')).toEqual([]);
  });

  it('sends what forty processes have left with three batches, also when they were stopped in the middle', async () => {
    const root = temporaryFolder();
    const down = await receiver(() => 'hang');
    for (let writer = 0; writer < 40; writer++) leave(root, spanLines(20, writer * 20), `writer-1-${writer}`);
    const { engine } = ship(root, es(down, { concurrency: 2 }));
    await down.until(() => down.requests.length === 2);
    const { target, ids } = await troubled([]);
    down.answer = target.answer;
    await engine.stop(0);
    const { engine: next } = ship(root, es(target, { concurrency: 2 }));
    await next.drain();
    expect(ids().toSorted()).toEqual(allIds(800).toSorted());
  });

  it('puts a log full of lines that nobody can read into the dead letters, batch by batch', async () => {
    const root = temporaryFolder();
    const { target, ids } = await troubled([]);
    leave(root, [...Array.from({ length: 5000 }, (_, n) => `garbage ${n}`), ...spanLines(1)], 'writer-1-a', 10_000);
    const { engine, reports } = ship(root, es(target));
    await engine.drain();
    expect(ids()).toEqual(allIds(1));
    expect(deadLetters(root, 'elasticsearch').map(({ line }) => line)).toHaveLength(5000);
    expect(reports.filter(({ what }) => what === 'rejected').map(({ lines }) => lines)).toEqual([2000, 2000, 1000]);
  });

  it('serves each sink on its own: one that is down holds no other back', async () => {
    const root = temporaryFolder();
    const down = await receiver(() => ({ status: 503 }));
    const out = join(root, 'out.ndjson');
    const folder = leave(root, spanLines(300));
    const { engine } = ship(root, es(down), file({ path: out }));
    await expect.poll(() => engine.stats()['file']?.stored).toBe(300);
    expect(readFileSync(out, 'utf8')).toBe(`${spanLines(300).join('\n')}\n`);
    expect(readdirSync(folder).filter((name) => name.endsWith('.ndjson'))).toHaveLength(3);
    await expect.poll(() => engine.stats()['elasticsearch']).toMatchObject({ stored: 0, state: '503 from the server' });
  });

  it('is alone on a folder: a second shipper waits until the first has stopped', async () => {
    const root = temporaryFolder();
    const slow = await receiver(() => 'hang');
    leave(root, spanLines(5));
    const first = ship(root, es(slow, { timeoutMs: 60_000 })).engine;
    await slow.until(() => slow.requests.length === 1);
    const { target, ids } = await troubled([]);
    const second = ship(root, es(target)).engine;
    await second.drain();
    expect(ids()).toEqual([]);
    expect([first.held(), second.held()]).toEqual([[], ['writer-1-abc']]);
    await first.stop(0);
    await second.drain();
    expect(ids()).toEqual(allIds(5));
    expect(second.held()).toEqual([]);
  });

  describe('in a folder with the lock of another container', () => {
    /** A lock whose holder cannot be asked, and an engine that finds it. */
    async function meet() {
      const root = temporaryFolder();
      const { target, ids } = await troubled([]);
      const lock = join(leave(root, spanLines(5)), 'lock-000001');
      writeFileSync(lock, JSON.stringify({ ...currentProcess(), machine: 'container', owner: 'first' }));
      const { engine } = ship(root, es(target));
      const end = vi.fn<() => void>();
      const drained = engine.drain().then(end);
      await expect.poll(() => engine.held()).toEqual(['writer-1-abc']);
      return { engine, ids, lock, end, drained };
    }

    it('waits for a sign of life, and leaves the lines to a shipper that gives one', async () => {
      const { engine, ids, lock, end, drained } = await meet();
      expect(end).not.toHaveBeenCalled();
      utimesSync(lock, 1, 1);
      await drained;
      expect({ ids: ids(), held: engine.held() }).toEqual({ ids: [], held: ['writer-1-abc'] });
    });

    it('ships the lines of one that was silent for 30 seconds', async () => {
      const { engine, ids, drained } = await meet();
      const now = performance.now.bind(performance);
      const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + 30_000);
      onTestFinished(() => clock.mockRestore());
      await drained;
      expect({ ids: ids(), held: engine.held() }).toEqual({ ids: allIds(5), held: [] });
    });
  });

  it('drains at once, however long the pause between two looks for lines is', async () => {
    const root = temporaryFolder();
    const { target, ids } = await troubled([]);
    const folder = join(root, 'writer-1-abc');
    claimFolder(folder);
    const segments = createSegmentWriter(folder);
    onTestFinished(() => segments.close());
    const lines = spanLines(30);
    for (const line of lines.slice(0, 10)) segments.append(line);
    const { engine } = shipEvery(3_600_000, root, [es(target)]);
    await engine.drain();
    expect(ids()).toEqual(allIds(10));
    for (const line of lines.slice(10, 20)) segments.append(line);
    await engine.drain();
    expect(ids()).toEqual(allIds(20));
    for (const line of lines.slice(20)) segments.append(line);
    await Promise.all([engine.drain(), engine.drain()]);
    expect(ids()).toEqual(allIds(30));
  });

  it('never shows a key, and waits for one that is not there yet', async () => {
    const root = temporaryFolder();
    const { target, ids } = await troubled([{ status: 401 }]);
    const key = join(root, 'key');
    leave(root, spanLines(3));
    const { engine, reports } = ship(root, es(target, { apiKey: { file: key } }));
    await expect
      .poll(() => reports.map(({ message }) => message))
      .toEqual([expect.stringContaining('a key is missing')]);
    writeFileSync(key, 'id:very-secret\n');
    await engine.drain();
    expect(ids()).toEqual(allIds(3));
    expect(target.requests[0]?.headers.authorization).toBe(
      `ApiKey ${Buffer.from('id:very-secret').toString('base64')}`,
    );
    expect(JSON.stringify(reports)).not.toContain('very-secret');
  });
});
