import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { elasticsearch, file, type Report, startShipper } from '@spanline/ship';
import { temporaryFolder } from './support/folder.ts';

let folder = '';
let log = '';
let reports: Report[] = [];

beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder, 'app'));
  log = join(folder, 'app', 'app.log');
  reports = [];
});

const text = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => `{"n":${from + index},"msg":"${'x'.repeat(300)}"}\n`).join('');
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

async function ship(...files: readonly string[]): Promise<void> {
  const shipper = startShipper({
    dir: join(folder, 'state'),
    files,
    to: [file({ path: join(folder, 'out') })],
    final: true,
    onReport: (report) => reports.push(report),
  });
  onTestFinished(() => shipper.stop(0));
  await shipper.drain();
  await shipper.stop(1000);
}

function shipped(): number[] {
  if (!existsSync(join(folder, 'out'))) return [];
  return [...readFileSync(join(folder, 'out'), 'utf8').matchAll(/"n":(\d+)/g)]
    .map(([, n]) => Number(n))
    .toSorted((a, b) => a - b);
}

/** A folder for old files, in that of the log or beside it. */
function makeOld(...names: readonly string[]): string {
  const old = join(folder, ...names);
  mkdirSync(old);
  return old;
}

describe('a file that was rotated to another folder while no shipper ran', () => {
  it.each([
    ['in its folder, under its name', ['app', 'old'], 'app.log'],
    ['in its folder, under any name', ['app', 'old'], '2026-03-04.log'],
    ['beside its folder', ['old'], 'app.log-20260304'],
  ])('is read to its end: %s', async (_, names, name) => {
    writeFileSync(log, text(0, 5));
    await ship(log);
    appendFileSync(log, text(5, 8));
    renameSync(log, join(makeOld(...names), name));
    writeFileSync(log, text(8, 10));
    for (let run = 0; run < 2; run++) await ship(log);
    expect(shipped()).toEqual(upTo(10));
    expect(reports).toEqual([]);
  });

  it.each([
    ['copied', (to: string) => copyFileSync(log, to)],
    ['compressed', (to: string) => writeFileSync(`${to}.gz`, gzipSync(readFileSync(log)))],
  ])('is read to its end, also if it was %s there', async (_, move) => {
    writeFileSync(log, text(0, 5));
    await ship(log);
    appendFileSync(log, text(5, 8));
    move(join(makeOld('app', 'old'), 'app.log.1'));
    // The next file does not get its inode.
    writeFileSync(`${log}.next`, text(8, 10));
    rmSync(log);
    renameSync(`${log}.next`, log);
    for (let run = 0; run < 2; run++) await ship(log);
    expect(shipped()).toEqual(upTo(10));
    expect(reports).toEqual([]);
  });

  it('is told from files of others with the same name, which stay unread', async () => {
    writeFileSync(log, text(0, 5));
    await ship(log);
    appendFileSync(log, text(5, 8));
    renameSync(log, join(makeOld('app', 'old'), 'app.log.1'));
    writeFileSync(log, text(8, 10));
    const other = makeOld('other');
    writeFileSync(join(other, 'app.log'), text(100, 105));
    writeFileSync(join(other, 'app.log.1.gz'), gzipSync(text(105, 110)));
    for (let run = 0; run < 2; run++) await ship(log);
    expect(shipped()).toEqual(upTo(10));
  });
});

describe('a path of a pattern that is gone', () => {
  it('has the rest of the file that was rotated from there', async () => {
    const pattern = join(folder, 'app', '*.log');
    writeFileSync(log, text(0, 5));
    await ship(pattern);
    appendFileSync(log, text(5, 8));
    renameSync(log, `${log}.1`);
    writeFileSync(join(folder, 'app', 'other.log'), text(8, 10));
    for (let run = 0; run < 2; run++) await ship(pattern);
    expect(shipped()).toEqual(upTo(10));
    expect(reports).toEqual([]);
  });

  it('has the rest of the file that its link named', async () => {
    const links = makeOld('links');
    const link = join(links, 'web-1.log');
    const pattern = join(links, '*.log');
    writeFileSync(log, text(0, 5));
    symlinkSync(log, link);
    await ship(pattern);
    appendFileSync(log, text(5, 8));
    renameSync(log, `${log}.20260304`);
    writeFileSync(join(folder, 'app', '1.log'), text(8, 10));
    rmSync(link);
    symlinkSync(join(folder, 'app', '1.log'), join(links, 'web-2.log'));
    for (let run = 0; run < 2; run++) await ship(pattern);
    expect(shipped()).toEqual(upTo(10));
    expect(reports).toEqual([]);
  });
});

describe('a compressed file that got another member', () => {
  it('is read on from the end of the first', async () => {
    const packed = `${log}.gz`;
    writeFileSync(packed, gzipSync(text(0, 5)));
    await ship(packed);
    appendFileSync(packed, gzipSync(text(5, 8)));
    await ship(packed);
    appendFileSync(packed, gzipSync(text(8, 10)));
    for (let run = 0; run < 2; run++) await ship(packed);
    expect(shipped()).toEqual(upTo(10));
    expect(reports).toEqual([]);
  });

  it('is read on from where each target was, also if one of them was down', async () => {
    const packed = `${log}.gz`;
    writeFileSync(packed, gzipSync(text(0, 5)));
    const shipper = startShipper({
      dir: join(folder, 'state'),
      files: [packed],
      to: [file({ path: join(folder, 'out') }), elasticsearch({ url: 'http://127.0.0.1:1' })],
    });
    onTestFinished(() => shipper.stop(0));
    await expect.poll(() => shipper.stats()['file']?.stored, { timeout: 30_000 }).toBe(5);
    await shipper.stop(1000);
    appendFileSync(packed, gzipSync(text(5, 8)));
    for (let run = 0; run < 2; run++) await ship(packed);
    expect(shipped()).toEqual(upTo(8));
    expect(reports).toEqual([]);
  });

  it('is read whole if it was replaced by another one', async () => {
    const packed = `${log}.gz`;
    writeFileSync(packed, gzipSync(text(0, 5)));
    await ship(packed);
    writeFileSync(packed, gzipSync(text(5, 10)));
    await ship(packed);
    expect(shipped()).toEqual(upTo(10));
  });
});
