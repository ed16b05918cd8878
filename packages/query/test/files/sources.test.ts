import fs, {
  appendFileSync,
  mkdirSync,
  renameSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { open } from '@spanline/query';
import { toDatadog, toEcs } from '@spanline/record';
import { all, folder, lines, span, traceId } from '../support/logs.ts';

const names = async (source: Parameters<typeof open>[0], filter?: string): Promise<(string | undefined)[]> =>
  (await all(open(source).spans(filter))).map((record) => record['span.name']);

describe('a source', () => {
  it('that cannot be read is named by the error', () => {
    const { proxy, revoke } = Proxy.revocable<string[]>([], {});
    revoke();
    for (const source of [proxy, [proxy as unknown as string]])
      expect(() => open(source)).toThrow('ERR_INVALID_OPTION: source must be a');
    expect(() => open('app.ndjson', proxy as object)).toThrow('ERR_INVALID_OPTION: options must be an object');
  });

  it('is a file, a glob, a list, a folder of rotated files, and a stream', async () => {
    const path = folder();
    const file = join(path, 'app.log');
    writeFileSync(`${file}.2.gz`, gzipSync(lines(span(1))));
    writeFileSync(`${file}.1`, lines(span(2)));
    writeFileSync(file, lines(span(3)));
    for (const [index, name] of [`${file}.2.gz`, `${file}.1`, file].entries()) utimesSync(name, index + 1, index + 1);
    expect(await names(file)).toEqual(['step 3']);
    expect(await names(join(path, 'app.*'))).toEqual(['step 1', 'step 2', 'step 3']);
    expect(await names(path)).toEqual(['step 1', 'step 2', 'step 3']);
    expect(await names([file, `${file}.1`])).toEqual(['step 2', 'step 3']);
    expect(await names(Readable.from([lines(span(4)), lines(span(5)).trimEnd()]))).toEqual(['step 4', 'step 5']);
  });

  it('is a glob of several folders, relative or with a choice, and lists no folder above them', async () => {
    const path = folder();
    for (const [index, name] of ['a@1', 'b', 'c'].entries()) {
      mkdirSync(join(path, 'logs', name), { recursive: true });
      writeFileSync(join(path, 'logs', name, 'app.log'), lines(span(index + 1)));
    }
    const { readdir } = fs;
    const listed: string[] = [];
    const spy = vi.spyOn(fs, 'readdir').mockImplementation(((of: string, ...rest: [never, never]) => {
      listed.push(resolve(of));
      readdir(of, ...rest);
    }) as typeof readdir);
    syncBuiltinESMExports();
    try {
      const found = async (glob: string) => (await names(glob)).toSorted();
      expect(await found(join(path, 'logs/{a@1/app,b/app}.log'))).toEqual(['step 1', 'step 2']);
      expect(await found(join(path, 'logs/*/app.log'))).toEqual(['step 1', 'step 2', 'step 3']);
      expect(await found(relative(process.cwd(), join(path, 'logs/**')))).toEqual(['step 1', 'step 2', 'step 3']);
      expect(await found(join(path, 'logs/a@1/*.log'))).toEqual(['step 1']);
    } finally {
      spy.mockRestore();
      syncBuiltinESMExports();
    }
    expect(listed.length).toBeGreaterThan(4);
    expect(listed.filter((name) => !name.startsWith(join(path, 'logs')))).toEqual([]);
  });

  it('has its newest traces in its last bytes, without a broken first line', async () => {
    const path = folder();
    const file = join(path, 'app.log');
    const trace = (n: number) => span(n, { trace_id: traceId(n) });
    writeFileSync(`${file}.2.gz`, gzipSync(lines(trace(1))));
    writeFileSync(`${file}.1`, lines(trace(2), trace(3)));
    writeFileSync(file, lines(trace(4), trace(5), trace(6)));
    for (const [index, name] of [`${file}.2.gz`, `${file}.1`, file].entries()) utimesSync(name, index + 1, index + 1);
    const log = open(path);
    const newest = async (lastBytes: number) =>
      (await all(log.traces('*', { lastBytes }))).map(({ name }) => name?.replace('step ', '')).join(' ');
    const length = lines(trace(4)).length;
    expect(await newest(1)).toBe('');
    expect(await newest(length)).toBe('6');
    expect(await newest(2 * length)).toBe('5 6');
    expect(await newest(2 * length + 1)).toBe('5 6');
    expect(await newest(3 * length)).toBe('4 5 6');
    expect(await newest(4 * length)).toBe('3 4 5 6');
    expect(await newest(100 * length)).toBe('1 2 3 4 5 6');
    expect(log.badLines().count).toBe(0);
  });

  it('reads a file with several names once', async () => {
    const path = folder();
    writeFileSync(join(path, 'app.log'), lines(span(1)));
    symlinkSync(join(path, 'app.log'), join(path, 'current.log'));
    expect(await names([join(path, 'app.log'), join(path, 'current.log')])).toEqual(['step 1']);
  });

  it('is the folder of a spool', async () => {
    const path = folder();
    mkdirSync(join(path, 'writer-12-ab'));
    writeFileSync(join(path, 'writer-12-ab', '000000000001.ndjson'), lines(span(1)));
    writeFileSync(join(path, 'writer-12-ab', 'writer.json'), '{"pid":12}');
    const log = open(path);
    expect((await all(log.spans())).map((record) => record['span.name'])).toEqual(['step 1']);
    expect(log.badLines().count).toBe(0);
  });

  it('must be there', async () => {
    await expect(names(join(folder(), 'none.log'))).rejects.toThrow(/source must be a path, folder or glob/);
    expect(() => open([])).toThrow(/source must be/);
    expect(() => open(7 as never)).toThrow(/source must be/);
  });

  it('that is a stream can be read once', async () => {
    const log = open(Readable.from([lines(span(1))]));
    await all(log.spans());
    await expect(all(log.spans())).rejects.toThrow(/can be read once/);
  });

  it('keeps every line when the file is rotated while it is read', async () => {
    const path = folder();
    const file = join(path, 'app.log');
    const many = Array.from({ length: 5000 }, (_, index) => span(index));
    writeFileSync(file, lines(...many));
    let found = 0;
    for await (const _span of open(path).spans()) {
      if (++found !== 1) continue;
      renameSync(file, `${file}.1`);
      writeFileSync(file, lines(span(9999)));
    }
    expect(found).toBe(5000);
    expect((await all(open(path).spans())).length).toBe(5001);
  });

  it('ends where a file is truncated while it is read', async () => {
    const file = join(folder(), 'app.log');
    writeFileSync(file, lines(...Array.from({ length: 8000 }, (_, index) => span(index))));
    let found = 0;
    for await (const _span of open(file).spans()) if (++found === 1) truncateSync(file, 0);
    expect(found).toBeGreaterThan(0);
    expect(found).toBeLessThan(8000);
  });

  it('may grow between two questions', async () => {
    const file = join(folder(), 'app.log');
    writeFileSync(file, lines(span(1)));
    const log = open(file);
    expect((await all(log.spans())).length).toBe(1);
    appendFileSync(file, lines(span(2)));
    expect((await all(log.spans())).length).toBe(2);
  });
});

describe('lines', () => {
  it('are read in every profile, out of the wrappers of container runtimes, after a byte order mark', async () => {
    const file = join(folder(), 'app.log');
    const text = JSON.stringify(span(3));
    const half = text.length / 2;
    const wrapped = [
      `\uFEFF${JSON.stringify(toEcs(span(1)))}\r\n`,
      lines(toDatadog(span(2))),
      `2026-11-23T09:00:00.000000001Z stdout P ${text.slice(0, half)}\n`,
      `2026-11-23T09:00:00.000000002Z stderr F ${JSON.stringify(span(4))}\n`,
      `2026-11-23T09:00:00.000000003Z stdout F ${text.slice(half)}\n`,
      lines({ log: `${JSON.stringify(span(5))}\n`, stream: 'stdout', time: '2026-11-23T09:00:00Z' }),
      `2026-11-23T09:00:00.000Z ${JSON.stringify(span(6))}\n`,
    ];
    writeFileSync(file, wrapped.join(''));
    const log = open(file);
    const found = await all(log.spans());
    expect(found.map((record) => record['span.name'])).toEqual([
      'step 1',
      'step 2',
      'step 4',
      'step 3',
      'step 5',
      'step 6',
    ]);
    expect(log.badLines().count).toBe(0);
  });

  it('end at a line feed and at nothing else', async () => {
    const file = join(folder(), 'app.log');
    writeFileSync(file, lines(span(1, { 'span.name': 'a\u2028b\u0085c' })));
    expect(await names(file)).toEqual(['a\u2028b\u0085c']);
  });

  it('that are no records are counted and named, and stop nothing', async () => {
    const file = join(folder(), 'app.log');
    const good = lines(span(1));
    writeFileSync(file, `Server listening on 3000\n{"a":\n\n${good}[1]\n{"cut":"`);
    const log = open(file);
    expect((await all(log.spans())).length).toBe(1);
    const { count, reasons, examples } = log.badLines();
    expect({ count, reasons }).toEqual({ count: 4, reasons: { text: 2, json: 1, torn: 1 } });
    expect(examples[1]).toEqual({ reason: 'json', file, offset: 'Server listening on 3000\n'.length });
  });

  const packed = gzipSync(
    lines(...Array.from({ length: 2000 }, (_, index) => span(index, { message: `${Math.sin(index)}` }))),
  );
  it.each([
    ['cut in the middle', packed.subarray(0, packed.length / 2), 500],
    ['cut before its checksum', packed.subarray(0, -4), 2000],
    ['of another content than its checksum says', Buffer.concat([packed.subarray(0, -8), Buffer.alloc(8)]), 1900],
    ['damaged behind its first part', Buffer.concat([packed, Buffer.from('no gzip')]), 1900],
    ['without its first bytes', packed.subarray(4), 0],
    ['empty', Buffer.alloc(0), 0],
  ])('of a compressed file that is %s are read up to there, and the file is named', async (_, bytes, least) => {
    const file = join(folder(), 'app.log.gz');
    writeFileSync(file, bytes);
    for (const index of [false, true]) {
      const log = open(file, { index, cacheDir: folder() });
      expect((await all(log.spans())).length).toBeGreaterThanOrEqual(least);
      await log.stats();
      expect([...log.unreadFiles().keys()]).toEqual([file]);
      expect(log.badLines().count).toBe(0);
      expect(await log.trace('no-such-id')).toBeUndefined();
      expect([...log.unreadFiles().keys()]).toEqual([file]);
      await log.close();
    }
  });

  it('of a compressed file with padding, or of text with its name, are read whole', async () => {
    for (const bytes of [Buffer.concat([packed, Buffer.alloc(512)]), Buffer.concat([packed, packed]), lines(span(1))]) {
      const file = join(folder(), 'app.log.gz');
      writeFileSync(file, bytes);
      const log = open(file);
      expect((await all(log.spans())).length).toBeGreaterThan(0);
      expect(log.unreadFiles().size).toBe(0);
    }
  });

  it('count once, however many questions read them', async () => {
    const file = join(folder(), 'app.log');
    writeFileSync(file, `no JSON\n${lines(span(1))}`);
    for (const index of [false, true]) {
      const log = open(file, { index, cacheDir: folder() });
      await all(log.spans());
      await log.stats();
      await log.trace(traceId(1));
      writeFileSync(file, 'one more\n', { flag: 'a' });
      await log.stats();
      expect(log.badLines().count).toBe(index ? 3 : 2);
      await log.close();
    }
  });

  it('of hostile content do no harm', async () => {
    const file = join(folder(), 'app.log');
    writeFileSync(
      file,
      Buffer.concat([
        Buffer.from('{"spanline.schema":"1.0","event.name":"span.end","span.name":"caf'),
        Buffer.from([0xe9]),
        Buffer.from('"}\n'),
        Buffer.from(lines(span(1, { message: 'x'.repeat(20_000_000) }))),
        Buffer.from(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}\n`),
        Buffer.from(
          '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"labels.__proto__":"x","span_id":"p"}\n',
        ),
        Buffer.from([0, 0, 0]),
        Buffer.from(lines(span(2))),
      ]),
    );
    const log = open(file);
    expect((await all(log.spans())).map((record) => record['span.name'])).toEqual(['café', 'step 1', 'step 2']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(await log.table('span:p', { columns: ['labels.__proto__', 'span'] }).toArray()).toEqual([]);
    expect((await all(log.records('span:p'))).length).toBe(1);
  });
});
