import {
  appendFileSync,
  copyFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { elasticsearch, file, type Report, type Shipper, type ShipperOptions, startShipper } from '@spanline/ship';
import { createIndex } from './support/elastic.ts';
import { temporaryFolder } from './support/folder.ts';
import { startReceiver } from './support/receiver.ts';

let folder = '';
let out = '';
let log = '';
let reports: Report[] = [];

beforeEach(() => {
  folder = temporaryFolder();
  out = join(folder, 'out.ndjson');
  log = join(folder, 'app.log');
  reports = [];
});

function tail(options: Partial<ShipperOptions> = {}): Shipper {
  const shipper = startShipper({
    dir: join(folder, 'state'),
    files: [log],
    to: [file({ path: out })],
    onReport: (report) => reports.push(report),
    ...options,
  });
  onTestFinished(() => shipper.stop(0));
  return shipper;
}

/** A line that is longer than the mark of a file needs. */
const line = (n: number): string => `{"n":${n},"msg":"${'x'.repeat(300)}"}\n`;

function write(from: number, to: number, path = log): void {
  for (let n = from; n < to; n++) appendFileSync(path, line(n));
}

function shipped(): number[] {
  try {
    return readFileSync(out, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((text) => (JSON.parse(text) as { n: number }).n);
  } catch {
    return [];
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('a file that another program writes', () => {
  it('is shipped from its first line, while it grows', async () => {
    write(0, 10);
    const shipper = tail();
    await expect.poll(shipped).toEqual(upTo(10));
    write(10, 20);
    await expect.poll(shipped).toEqual(upTo(20));
    appendFileSync(log, line(20).slice(0, 50));
    await shipper.drain();
    expect(shipped()).toEqual(upTo(20));
    appendFileSync(log, line(20).slice(50));
    await expect.poll(shipped).toEqual(upTo(21));
  });

  it('is gone on with where the shipper before stopped', async () => {
    write(0, 10);
    const first = tail();
    await first.drain();
    await first.stop(1000);
    write(10, 20);
    await tail().drain();
    expect(shipped()).toEqual(upTo(20));
  });

  it('may be renamed and written on, while it is shipped', async () => {
    write(0, 10);
    const shipper = tail();
    await shipper.drain();
    renameSync(log, `${log}.1`);
    write(10, 15, `${log}.1`);
    await expect.poll(shipped).toEqual(upTo(15));
    write(15, 20);
    await shipper.drain();
    expect(shipped()).toEqual(upTo(20));
    rmSync(`${log}.1`);
    write(20, 25);
    await expect.poll(shipped).toEqual(upTo(25));
  });

  it('may be renamed several times while nobody looks', async () => {
    write(0, 10);
    const first = tail();
    await first.drain();
    await first.stop(1000);
    write(10, 15);
    renameSync(log, `${log}.1`);
    write(15, 20);
    renameSync(`${log}.1`, `${log}.2`);
    renameSync(log, `${log}.1`);
    write(20, 25);
    await tail().drain();
    expect(shipped().toSorted((a, b) => a - b)).toEqual(upTo(25));
  });

  it('leaves alone what was rotated away before it was ever shipped', async () => {
    write(100, 110, `${log}.1`);
    write(0, 10);
    await tail().drain();
    expect(shipped()).toEqual(upTo(10));
  });

  it('may be copied and cut', async () => {
    write(0, 10);
    const shipper = tail();
    await shipper.drain();
    copyFileSync(log, `${log}.1`);
    truncateSync(log);
    write(10, 20);
    await expect.poll(shipped).toEqual(upTo(20));
    await shipper.drain();
    expect(shipped()).toEqual(upTo(20));
  });

  it('may be copied and cut before all of it was read', async () => {
    write(0, 10);
    const first = tail();
    await first.drain();
    await first.stop(1000);
    write(10, 15);
    copyFileSync(log, `${log}.1`);
    truncateSync(log);
    write(15, 40);
    await tail().drain();
    expect(shipped()).toEqual(upTo(40));
  });

  it('is missed loudly when it was cut without a copy', async () => {
    write(0, 10);
    const shipper = tail();
    await shipper.drain();
    truncateSync(log);
    write(10, 12);
    await expect.poll(shipped).toEqual(upTo(12));
    expect(reports.map(({ message }) => message)).toEqual([expect.stringContaining('the file was truncated')]);
  });

  it('is complete at its last byte when nothing follows', async () => {
    write(0, 3);
    appendFileSync(log, line(3).trimEnd());
    await tail({ final: true }).drain();
    expect(shipped()).toEqual(upTo(4));
  });

  it('is found by a pattern, also when it comes later', async () => {
    write(0, 3, join(folder, 'a-1.json'));
    const shipper = tail({ files: [join(folder, 'a-*.json')] });
    await shipper.drain();
    write(3, 6, join(folder, 'a-2.json'));
    writeFileSync(join(folder, 'b-1.json'), line(99));
    await shipper.drain();
    expect(shipped()).toEqual(upTo(6));
  });

  it('gives each line the same id whenever it is sent', async () => {
    const index = createIndex();
    const target = await startReceiver((request) => index.bulk(request));
    onTestFinished(() => target.close());
    const to = [elasticsearch({ url: target.url })];
    appendFileSync(log, '{"msg":"the same"}\n'.repeat(5));
    const first = tail({ to });
    await first.drain();
    await first.stop(1000);
    const state = join(folder, 'state');
    for (const name of readdirSync(state)) rmSync(join(state, name, 'checkpoint-elasticsearch.json'), { force: true });
    const second = tail({ to });
    await second.drain();
    expect(index.documents.size).toBe(5);
    expect(second.stats()['elasticsearch']?.stored).toBe(5);
  });
});
