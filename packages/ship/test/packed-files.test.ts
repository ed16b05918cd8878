import fs, {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { file, type Report, type Shipper, startShipper } from '@spanline/ship';
import { startEngine } from '../src/engine/engine.ts';
import { createSinks } from '../src/host/sinks.ts';
import { discoverFiles } from '../src/reading/file-discovery.ts';
import { identifyGzip } from '../src/reading/gzip.ts';
import { temporaryFolder } from './support/folder.ts';

let folder = '';
let log = '';
let reports: Report[] = [];
beforeEach(() => {
  folder = temporaryFolder();
  log = join(folder, 'app.log');
  reports = [];
});

/** Every file begins with the same line. */
const HEADER = `{"msg":"${'started '.repeat(60)}"}\n`;
const text = (from: number, to: number): string =>
  HEADER + Array.from({ length: to - from }, (_, index) => `{"n":${from + index},"msg":"tick"}\n`).join('');
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

function start(files: readonly string[], final = true): Shipper {
  const shipper = startShipper({
    dir: join(folder, 'state'),
    files,
    to: [file({ path: join(folder, 'out') })],
    final,
    onReport: (report) => reports.push(report),
  });
  onTestFinished(() => shipper.stop(0));
  return shipper;
}

async function ship(...files: readonly string[]): Promise<void> {
  const shipper = start(files);
  await shipper.drain();
  await shipper.stop(1000);
}

function shipped(): number[] {
  if (!existsSync(join(folder, 'out'))) return [];
  return [...readFileSync(join(folder, 'out'), 'utf8').matchAll(/"n":(\d+)/g)]
    .map(([, n]) => Number(n))
    .toSorted((a, b) => a - b);
}

/** As logrotate does it. */
function compress(path: string): void {
  writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)));
  rmSync(path);
}

describe('a compressed file', () => {
  it.each([
    ['app.log', 'gzip', gzipSync('{"n":1}\n')],
    ['app.log.zst', 'zstd', Buffer.from('28b52ffd04005900000000', 'hex')],
    ['app.log.bz2', 'bzip2', Buffer.from('BZh91AY&SY')],
  ])('with the name %s is named, and not taken for text', async (name, form, content) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    await ship(path);
    expect(reports.map(({ what, message }) => [what, message])).toEqual([
      ['unreadable', `${path} is compressed (${form}); of compressed files, those named .gz are read`],
    ]);
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  it('is read whole, once, whatever its name becomes', async () => {
    writeFileSync(`${log}.2.gz`, gzipSync(text(0, 5)));
    writeFileSync(`${log}.1.gz`, gzipSync(text(5, 10)));
    await ship(`${log}*`);
    expect(shipped()).toEqual(upTo(10));
    renameSync(`${log}.2.gz`, `${log}.3.gz`);
    renameSync(`${log}.1.gz`, `${log}.2.gz`);
    await ship(`${log}*`);
    expect(shipped()).toEqual(upTo(10));
    expect(reports).toEqual([]);
    expect(readdirSync(join(folder, 'state')).filter((name) => name.startsWith('gzip-'))).toEqual([]);
  });

  it('of a file that was read under its plain name is not read again', async () => {
    writeFileSync(log, text(0, 5));
    await ship(`${log}*`);
    renameSync(log, `${log}.1`);
    compress(`${log}.1`);
    writeFileSync(log, text(5, 10));
    await ship(`${log}*`);
    await ship(`${log}*`);
    expect(shipped()).toEqual(upTo(10));
    expect(reports).toEqual([]);
  });

  it('has the rest of a file that was read in part', async () => {
    writeFileSync(log, text(0, 5));
    await ship(log);
    appendFileSync(log, text(5, 8).slice(HEADER.length));
    renameSync(log, `${log}.1`);
    compress(`${log}.1`);
    writeFileSync(log, text(8, 10));
    await ship(log);
    await ship(log);
    expect(shipped()).toEqual(upTo(10));
    expect(reports).toEqual([]);
  });

  it.each([0, 40, 100])(
    'has all of a file of which %i bytes were known, also when a checkpoint is newer',
    async (bytes) => {
      writeFileSync(`${log}.9.gz`, gzipSync(text(100, 110)));
      utimesSync(`${log}.9.gz`, new Date(0), new Date(0));
      writeFileSync(log, text(0, 5).slice(0, bytes));
      await ship(log);
      appendFileSync(log, text(0, 5).slice(bytes));
      renameSync(log, `${log}.1`);
      writeFileSync(log, text(5, 10));
      compress(`${log}.1`);
      const later = new Date(Date.now() + 60_000);
      const state = join(folder, 'state');
      for (const name of readdirSync(state, { recursive: true, encoding: 'utf8' })) {
        if (name.includes('checkpoint-')) utimesSync(join(state, name), later, later);
      }
      for (let count = 0; count < 2; count++) await ship(log);
      expect(shipped()).toEqual(upTo(10));
    },
  );

  it('that was rotated away before the first start is ignored, as a plain one is', async () => {
    writeFileSync(`${log}.1.gz`, gzipSync(text(100, 110)));
    writeFileSync(log, text(0, 5));
    await ship(log);
    await ship(log);
    expect(shipped()).toEqual(upTo(5));
  });

  it('is read while the shipper runs, and what was read before is not repeated', async () => {
    writeFileSync(log, text(0, 5));
    const shipper = start([`${log}*`], false);
    await shipper.drain();
    renameSync(log, `${log}.1`);
    writeFileSync(log, text(5, 10));
    await shipper.drain();
    compress(`${log}.1`);
    writeFileSync(join(folder, 'app.log.old.gz'), gzipSync(text(10, 15)));
    await expect.poll(shipped, { timeout: 30_000 }).toEqual(upTo(15));
    await expect.poll(() => readdirSync(join(folder, 'state', 'read')).length, { timeout: 30_000 }).toBe(4);
    expect(shipped()).toEqual(upTo(15));
  });

  it('that is not whole is named, and read once it is', async () => {
    const path = `${log}.1.gz`;
    writeFileSync(path, gzipSync(text(0, 200)));
    const whole = readFileSync(path);
    truncateSync(path, whole.length - 50);
    await ship(path);
    expect(shipped()).toEqual([]);
    expect(reports).toMatchObject([
      { level: 'error', what: 'unreadable', message: expect.stringContaining(path) as string },
    ]);
    writeFileSync(path, whole);
    await ship(path);
    expect(shipped()).toEqual(upTo(200));
  });

  it('is read whole after kills while it was unpacked, which leave nothing behind', async () => {
    const path = `${log}.1.gz`;
    const content = text(0, 3000);
    writeFileSync(path, gzipSync(content));
    const unpacked = join(folder, 'state', identifyGzip(path)?.key ?? '', 'content');
    const discover = () => discoverFiles({ patterns: [path], state: join(folder, 'state'), isFinal: true });
    for (const length of [20_000, 100]) {
      // A process that is killed has written a part; it goes on being what the next one finds.
      expect([...discover().find()]).toEqual([]);
      await expect.poll(() => existsSync(unpacked)).toBe(true);
      renameSync(unpacked, `${unpacked}.part`);
      truncateSync(`${unpacked}.part`, length);
    }
    const waiting = discover();
    expect([...waiting.find()]).toEqual([]);
    await waiting.unpacked?.();
    expect(readdirSync(dirname(unpacked)).filter((name) => name.startsWith('content'))).toEqual(['content']);
    expect(readFileSync(unpacked, 'utf8')).toBe(content);
    await ship(path);
    expect(shipped()).toEqual(upTo(3000));
    expect(reports).toEqual([]);
  });

  it('may consist of several parts, in UTF-16', async () => {
    const utf16 = Buffer.from(`\uFEFF${text(0, 5)}`, 'utf16le');
    writeFileSync(`${log}.1.gz`, Buffer.concat([gzipSync(utf16.subarray(0, 101)), gzipSync(utf16.subarray(101))]));
    await ship(`${log}.1.gz`);
    expect(shipped()).toEqual(upTo(5));
  });
});

describe('the disk of unpacked files', () => {
  const state = (): string => join(folder, 'state');

  it('holds at most so much content that waits, and all files are shipped', async () => {
    for (let n = 0; n < 6; n++) writeFileSync(`${log}.${n}.gz`, gzipSync(text(n * 10, n * 10 + 10)));
    let most = 0;
    const target = file({ path: join(folder, 'out') });
    const engine = startEngine({
      root: state(),
      from: [discoverFiles({ patterns: [`${log}.*.gz`], state: state(), isFinal: true, maxUnpackedBytes: 700 })],
      sinks: createSinks([target]),
      owner: 'test',
      pollMs: 1,
    });
    onTestFinished(() => engine.stop(0));
    const watching = setInterval(() => {
      most = Math.max(
        most,
        readdirSync(state(), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('content')).length,
      );
    }, 1);
    await engine.drain();
    clearInterval(watching);
    expect(shipped()).toEqual(upTo(60));
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(3);
  });

  it('is not filled: a file waits until there is room, and is named', async () => {
    writeFileSync(`${log}.gz`, gzipSync(text(0, 5)));
    const statfs = vi.spyOn(fs, 'statfsSync').mockReturnValue({ bavail: 1, bsize: 4096 } as fs.StatsFs);
    syncBuiltinESMExports();
    onTestFinished(() => {
      statfs.mockRestore();
      syncBuiltinESMExports();
    });
    await ship(`${log}.gz`);
    expect(shipped()).toEqual([]);
    expect(reports.map(({ message }) => message)).toEqual([
      `${log}.gz cannot be unpacked: the disk of \`dir\` has too little room`,
    ]);
    statfs.mockRestore();
    syncBuiltinESMExports();
    await ship(`${log}.gz`);
    expect(shipped()).toEqual(upTo(5));
  });
});
