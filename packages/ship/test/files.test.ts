import fs, {
  appendFileSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { elasticsearch, file, type Report, type Shipper, type ShipperOptions, startShipper } from '@spanline/ship';
import { type Engine, startEngine } from '../src/engine/engine.ts';
import { createSinks } from '../src/host/sinks.ts';
import { discoverFiles } from '../src/reading/file-discovery.ts';
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

  it('may be renamed to a name that does not begin like its own while nobody looks', async () => {
    write(0, 10);
    const first = tail();
    await first.drain();
    await first.stop(1000);
    write(10, 15);
    const renamed = join(dirname(log), 'of-yesterday.log');
    renameSync(log, renamed);
    write(15, 20);
    const second = tail();
    await second.drain();
    expect(shipped().toSorted((a, b) => a - b)).toEqual(upTo(20));
    write(20, 22, renamed);
    await second.drain();
    await second.stop(1000);
    await tail().drain();
    expect(shipped().toSorted((a, b) => a - b)).toEqual(upTo(22));
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
    for (const name of readdirSync(state).filter((one) => one.startsWith('file-')))
      rmSync(join(state, name, 'checkpoint-elasticsearch.json'), { force: true });
    const second = tail({ to });
    await second.drain();
    expect(index.documents.size).toBe(5);
    expect(second.stats()['elasticsearch']?.stored).toBe(5);
  });
});

describe('a tail without a newline, with `final`', () => {
  it('waits for the next run if it is no JSON yet, and this is reported', async () => {
    write(0, 2);
    appendFileSync(log, line(2).slice(0, 100));
    const first = tail({ final: true });
    await first.drain();
    await first.stop(1000);
    expect(shipped()).toEqual(upTo(2));
    expect(reports).toMatchObject([
      { level: 'warn', message: expect.stringMatching(/app\.log: the last 100 bytes/) as string },
    ]);
    appendFileSync(log, line(2).slice(100) + line(3).trimEnd());
    await tail({ final: true }).drain();
    expect(shipped()).toEqual(upTo(4));
    expect(first.stats()['file']?.rejected).toBe(0);
  });
});

it.runIf(existsSync('/proc/version'))('a file whose content the system makes up is named, and not read', async () => {
  const shipper = tail({ files: ['/proc/version'], final: true });
  await shipper.drain();
  expect(shipper.stats()['file']).toMatchObject({ stored: 0, rejected: 0 });
  expect(reports).toMatchObject([
    { what: 'unreadable', message: '/proc/version is no file on a disk: the system makes up its content' },
  ]);
});

describe('a link', () => {
  it('that names another file on the next day loses nothing of the first', async () => {
    const [yesterday, today] = [join(folder, 'day.1'), join(folder, 'day.2')];
    write(0, 3, yesterday);
    symlinkSync(yesterday, log);
    const first = tail({ final: true });
    await first.drain();
    await first.stop(1000);
    write(3, 5, yesterday);
    write(5, 8, today);
    rmSync(log);
    symlinkSync(today, log);
    await tail({ final: true }).drain();
    expect(shipped().toSorted((a, b) => a - b)).toEqual(upTo(8));
  });

  it('that leads to itself, beside the file, does no harm', async () => {
    write(0, 3);
    symlinkSync(`${log}.old`, `${log}.old`);
    const shipper = tail({ final: true });
    await shipper.drain();
    expect({ lines: shipped(), reports }).toEqual({ lines: [0, 1, 2], reports: [] });
  });

  it('may be replaced by a copy', async () => {
    write(0, 3);
    const first = tail({ final: true });
    await first.drain();
    await first.stop(1000);
    write(3, 6);
    renameSync(log, `${log}.1`);
    write(6, 8, `${log}.new`);
    renameSync(`${log}.new`, log);
    await tail({ final: true }).drain();
    expect(shipped().toSorted((a, b) => a - b)).toEqual(upTo(8));
  });
});

describe('a rotation', () => {
  /** Calls to the file system that name a file or change one. */
  const CALLS = ['statSync', 'openSync', 'fstatSync', 'readSync', 'readdirSync', 'closeSync', 'renameSync'] as const;

  /** Runs `act` before the n-th call to the file system from now on. @returns the number of calls so far */
  function before(n: number, act: () => void): () => number {
    let calls = 0;
    let isActing = false;
    const originals = CALLS.map((name) => [name, fs[name]] as const);
    for (const [name, original] of originals) {
      Object.assign(fs, {
        [name]: (...args: never[]): unknown => {
          if (!isActing && calls++ === n) {
            isActing = true;
            act();
            isActing = false;
          }
          return Reflect.apply(original, fs, args) as unknown;
        },
      });
    }
    syncBuiltinESMExports();
    return () => {
      Object.assign(fs, Object.fromEntries(originals));
      syncBuiltinESMExports();
      return calls;
    };
  }

  function start(isFinal: boolean): Engine {
    const state = join(folder, 'state');
    return startEngine({
      root: state,
      from: [discoverFiles({ patterns: [log], state, isFinal })],
      sinks: createSinks([file({ path: out })]),
      owner: `test-${Math.random()}`,
      report: (report) => reports.push(report),
      pollMs: 1,
    });
  }

  async function shipOnce(): Promise<void> {
    const engine = start(true);
    await engine.drain();
    await engine.stop(1000);
  }

  it('between any two calls to the file system ships each line once', async () => {
    let isFound = false;
    for (let n = 0, calls = 1; n < calls; n++) {
      folder = temporaryFolder();
      out = join(folder, 'out.ndjson');
      log = join(folder, 'app.log');
      reports = [];
      write(0, 3);
      // Times of files have the grain of the kernel's clock: a file of this instant may count as newer than the look.
      const anHourAgo = new Date(Date.now() - 3_600_000);
      utimesSync(log, anHourAgo, anHourAgo);
      const end = before(n, () => {
        renameSync(log, `${log}.1`);
        writeFileSync(log, line(3) + line(4));
      });
      await shipOnce();
      calls = Math.max(calls, end());
      if (!existsSync(`${log}.1`)) break;
      await shipOnce();
      // A file that was rotated before it was ever found is ignored.
      const all = shipped().toSorted((a, b) => a - b);
      expect([upTo(5), [3, 4]], `rotated before call ${n}`).toContainEqual(all);
      isFound ||= all.length === 5;
      expect(all.length === 5, `rotated before call ${n}`).toBe(isFound);
      expect(reports, `rotated before call ${n}`).toEqual([]);
    }
  });

  it('between any two calls, if it is deleted and begun anew while it is empty, ships no line twice', async () => {
    for (let n = 0, calls = 1; n < calls; n++) {
      folder = temporaryFolder();
      out = join(folder, 'out.ndjson');
      log = join(folder, 'app.log');
      reports = [];
      writeFileSync(log, '');
      // Most file systems give it the inode of the deleted file.
      const end = before(n, () => {
        rmSync(log);
        writeFileSync(log, '');
      });
      const engine = start(false);
      await engine.found();
      calls = Math.max(calls, end());
      write(0, 3);
      await engine.drain();
      await engine.stop(1000);
      expect(shipped(), `deleted before call ${n}`).toEqual(upTo(3));
      expect(reports, `deleted before call ${n}`).toEqual([]);
    }
  });
});

describe('a line of a file', () => {
  it('has an id of its own on each host, and for each path', async () => {
    const index = createIndex();
    const target = await startReceiver((request) => index.bulk(request));
    onTestFinished(() => target.close());
    const to = [elasticsearch({ url: target.url })];
    const copies = [join(folder, 'a.log'), join(folder, 'b.log')];
    for (const path of copies) writeFileSync(path, '{"msg":"the same"}\n');
    await tail({ files: copies, to }).drain();
    vi.spyOn(os, 'hostname').mockReturnValue('another-host');
    syncBuiltinESMExports();
    onTestFinished(() => {
      vi.restoreAllMocks();
      syncBuiltinESMExports();
    });
    await tail({ dir: join(folder, 'state-2'), files: copies, to }).drain();
    expect(index.documents.size).toBe(4);
  });

  it('keeps its id when the host gets another name, and when another host goes on', async () => {
    const index = createIndex();
    const target = await startReceiver((request) => index.bulk(request));
    onTestFinished(() => target.close());
    const to = [elasticsearch({ url: target.url })];
    writeFileSync(log, '{"msg":"one"}\n');
    const first = tail({ to });
    await first.drain();
    await first.stop(1000);
    for (const name of readdirSync(join(folder, 'state')).filter((one) => one.startsWith('file-'))) {
      rmSync(join(folder, 'state', name, 'checkpoint-elasticsearch.json'), { force: true });
    }
    vi.spyOn(os, 'hostname').mockReturnValue('another-host');
    syncBuiltinESMExports();
    onTestFinished(() => {
      vi.restoreAllMocks();
      syncBuiltinESMExports();
    });
    await tail({ to }).drain();
    expect(index.documents.size).toBe(1);
  });
});

describe('two shippers on one folder', () => {
  it('the second goes on with files that the first found and that were rotated since', async () => {
    const first = tail();
    await first.drain();
    const second = tail();
    await second.drain();
    write(0, 3);
    await first.drain();
    await first.stop(1000);
    write(3, 5);
    renameSync(log, `${log}.1`);
    write(5, 8);
    await second.drain();
    expect(shipped().toSorted((a, b) => a - b)).toEqual(upTo(8));
  });
});

describe('a file that got the inode of one that was deleted', () => {
  const HEADER = `{"msg":"${'started '.repeat(60)}"}\n`;
  const ticks = (): number[] => [...readFileSync(out, 'utf8').matchAll(/"n":(\d+)/g)].map(([, n]) => Number(n));

  async function shipAll(): Promise<void> {
    const shipper = tail({ final: true });
    await shipper.drain();
    await shipper.stop(1000);
  }

  const numbered = (n: number): string => `{"msg":"tick","n":${n}}\n`;

  it('is read from its start, also if both begin with the same lines', async () => {
    writeFileSync(log, HEADER + numbered(0) + numbered(1));
    await shipAll();
    rmSync(log);
    writeFileSync(log, HEADER + numbered(2) + numbered(3) + numbered(4));
    await shipAll();
    expect(ticks()).toEqual([0, 1, 2, 3, 4]);
  });

  it('is read from its start, also if all that was read of the first is in it', async () => {
    writeFileSync(log, HEADER);
    appendFileSync(log, HEADER);
    await shipAll();
    const { ino } = fs.statSync(log);
    rmSync(log);
    writeFileSync(log, HEADER);
    appendFileSync(log, HEADER + numbered(0));
    // On a file system that gives it another inode, or does not say when it was created, there is nothing to see.
    const { ino: newInode, birthtimeMs } = fs.statSync(log);
    if (newInode !== ino || birthtimeMs === 0) return;
    // The clock of a file system moves in steps.
    await expect
      .poll(() => (appendFileSync(log, ''), utimesSync(log, 1, 1), fs.statSync(log).ctimeMs))
      .not.toBe(birthtimeMs);
    await shipAll();
    expect(readFileSync(out, 'utf8').split('\n').slice(0, -1)).toHaveLength(5);
  });

  it('has ids of its own, also for lines that the deleted one had at the same places', async () => {
    const ids: unknown[] = [];
    const target = await startReceiver(({ body }) => {
      ids.push(...[...body.toString().matchAll(/"_id":"([^"]+)"/g)].map(([, id]) => id));
      return { status: 503 };
    });
    onTestFinished(() => target.close());
    const shipTo = async (): Promise<void> => {
      const before = ids.length;
      const shipper = tail({ to: [elasticsearch({ url: target.url, gzip: false })] });
      await target.until(() => ids.length > before);
      await shipper.stop(0);
    };
    writeFileSync(log, HEADER);
    await shipTo();
    rmSync(log);
    rmSync(join(folder, 'state'), { recursive: true });
    // The clock of a file system moves in steps.
    writeFileSync(`${log}.clock`, '');
    const { birthtimeMs } = fs.statSync(`${log}.clock`);
    await expect
      .poll(() => (writeFileSync(`${log}.clock`, ''), fs.statSync(`${log}.clock`).mtimeMs))
      .not.toBe(birthtimeMs);
    writeFileSync(log, HEADER);
    await shipTo();
    expect(new Set(ids).size).toBe(2);
  });

  it('is one in whose place a program writes anew, with the same lines at its start', async () => {
    writeFileSync(log, HEADER + numbered(0) + numbered(1));
    await shipAll();
    writeFileSync(log, HEADER + numbered(2) + numbered(3) + numbered(4));
    await shipAll();
    expect(ticks()).toEqual([0, 1, 2, 3, 4]);
    expect(reports).toMatchObject([
      { what: 'damaged', message: expect.stringContaining('truncated or replaced') as string },
    ]);
  });

  it('does not make a rotated file with the same start a copy', async () => {
    writeFileSync(log, HEADER + numbered(0) + numbered(1));
    await shipAll();
    renameSync(log, `${log}.2`);
    writeFileSync(`${log}.1`, HEADER + numbered(2) + numbered(3) + numbered(4));
    writeFileSync(log, HEADER + numbered(5));
    await shipAll();
    expect(ticks().toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
