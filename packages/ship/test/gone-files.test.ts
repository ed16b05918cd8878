import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { elasticsearch, file, type Report, type SinkSpec } from '@spanline/ship';
import { type Engine, startEngine } from '../src/engine/engine.ts';
import { createSinks } from '../src/host/sinks.ts';
import { discoverFiles } from '../src/reading/file-discovery.ts';
import { fileId } from '../src/reading/file-id.ts';
import { openKnownFiles } from '../src/reading/known-files.ts';
import { loadCheckpoint } from '../src/state/checkpoint.ts';
import { createIndex } from './support/elastic.ts';
import { temporaryFolder } from './support/folder.ts';
import { startReceiver } from './support/receiver.ts';

let folder = '';
let state = '';
let out = '';
let log = '';
let reports: Report[] = [];
let problems: string[] = [];

beforeEach(() => {
  folder = temporaryFolder();
  state = join(folder, 'state');
  out = join(folder, 'out.ndjson');
  log = join(folder, 'app.log');
  reports = [];
  problems = [];
});

function start(to: readonly SinkSpec[] = [file({ path: out })], isFinal = true): Engine {
  const engine = startEngine({
    root: state,
    from: [
      discoverFiles({ patterns: [log], state, isFinal, onProblem: (...problem) => problems.push(problem.join(' ')) }),
    ],
    sinks: createSinks(to),
    owner: `test-${Math.random()}`,
    report: (report) => reports.push(report),
    timing: { minMs: 1, maxMs: 5, pauseMs: 5 },
    pollMs: 1,
  });
  onTestFinished(() => engine.stop(0));
  return engine;
}

async function shipOnce(): Promise<void> {
  const engine = start();
  await engine.drain();
  await engine.stop(1000);
}

const line = (n: number): string => `{"n":${n},"msg":"${'x'.repeat(300)}"}\n`;

function write(from: number, to: number, path = log): void {
  for (let n = from; n < to; n++) appendFileSync(path, line(n));
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

const shipped = (): number[] =>
  existsSync(out) ? [...readFileSync(out, 'utf8').matchAll(/"n":(\d+)/g)].map(([, n]) => Number(n)) : [];
const sorted = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);

function copyAndCut(to: string): void {
  copyFileSync(log, to);
  truncateSync(log);
}

/** The file is deleted, and another one begun, which does not get its inode. */
function beginAnew(): void {
  const next = join(folder, 'next');
  writeFileSync(next, '');
  rmSync(log);
  renameSync(next, log);
}

const stateFolders = (): string[] => readdirSync(state).filter((name) => name.startsWith('file-'));

describe('the rest of a file that is gone', () => {
  it('is read from its copy', async () => {
    write(0, 5);
    await shipOnce();
    write(5, 8);
    copyFileSync(log, `${log}.1`);
    beginAnew();
    write(8, 10);
    for (let run = 0; run < 2; run++) await shipOnce();
    expect(sorted(shipped())).toEqual(upTo(10));
    expect(reports).toEqual([]);
  });

  it('is read from its copy, also if what came after it in the file was compressed', async () => {
    write(0, 5);
    await shipOnce();
    write(5, 8);
    copyAndCut(`${log}.1`);
    write(8, 10);
    writeFileSync(`${log}.2.gz`, gzipSync(readFileSync(log)));
    beginAnew();
    write(10, 12);
    for (let run = 0; run < 2; run++) await shipOnce();
    expect(sorted(shipped())).toEqual(upTo(12));
    expect(reports).toEqual([]);
  });

  it('is read from its copy, and what came after it from the file, also if that was renamed', async () => {
    write(0, 3);
    await shipOnce();
    write(3, 4);
    copyAndCut(`${log}.1`);
    write(4, 6);
    renameSync(log, `${log}.2`);
    write(6, 8);
    await shipOnce();
    expect(sorted(shipped())).toEqual(upTo(8));
    expect(reports).toEqual([]);
  });

  it('is read from its copy; what came after it in the file is read as well after a kill at that moment', async () => {
    write(0, 3);
    await shipOnce();
    write(3, 4);
    copyAndCut(`${log}.1`);
    write(4, 6);
    const killed = discoverFiles({ patterns: [log], state, isFinal: false });
    const [found] = [...killed.find()].map((candidate) => candidate.open());
    const { position } = loadCheckpoint(join(found?.folder ?? '', 'checkpoint-file.json'));
    const reader = found?.open(position, () => {});
    const rest = reader?.next();
    expect(rest?.lines.map(({ bytes }) => (JSON.parse(bytes.toString()) as { n: number }).n)).toEqual([3]);
    expect(found?.release(rest?.end ?? { file: '', offset: 0 }, true)).toBe(true);
    appendFileSync(out, line(3));
    renameSync(log, `${log}.2`);
    utimesSync(`${log}.2`, new Date(0), new Date(0));
    write(6, 8);
    await shipOnce();
    expect(sorted(shipped())).toEqual(upTo(8));
  });

  it.each(['compressed', 'copied and cut'])(
    'is all of it after a kill right after it was noted, if it was %s',
    async (how) => {
      write(0, 3);
      const killed = discoverFiles({ patterns: [log], state, isFinal: false });
      // Only the origin of the file is written by then.
      expect([...killed.find()].map(({ folder: own }) => readdirSync(own))).toEqual([['origin.json']]);
      if (how === 'compressed') {
        writeFileSync(`${log}.1.gz`, gzipSync(readFileSync(log)));
        rmSync(log);
      } else {
        copyAndCut(`${log}.1`);
      }
      write(3, 5);
      await shipOnce();
      expect(sorted(shipped())).toEqual(upTo(5));
    },
  );

  it('is no other content than a copy that somebody made of it, however far it has grown', async () => {
    write(0, 5);
    await shipOnce();
    copyFileSync(log, `${log}.bak`);
    for (let next = 5; next < 14; next += 3) {
      write(next, next + 3);
      await shipOnce();
    }
    expect(sorted(shipped())).toEqual(upTo(14));
  });

  it('is read from its copy, also if the copy is older than what is known of other files', async () => {
    write(0, 5);
    await shipOnce();
    write(5, 8);
    copyFileSync(log, `${log}.1`);
    utimesSync(`${log}.1`, new Date(0), new Date(0));
    renameSync(log, join(folder, 'moved'));
    write(8, 10);
    await shipOnce();
    expect(sorted(shipped())).toEqual(upTo(10));
  });
});

describe('a file that was copied and cut twice while a target was down', () => {
  it('reaches that target whole, and once', async () => {
    const index = createIndex();
    const target = await startReceiver(() => ({ status: 503 }));
    onTestFinished(() => target.close());
    const to = [file({ path: out }), elasticsearch({ url: target.url })];
    write(0, 3);
    const first = start(to, false);
    await expect.poll(shipped).toEqual(upTo(3));
    copyAndCut(`${log}.1`);
    write(3, 6);
    await expect.poll(shipped, { timeout: 10_000 }).toEqual(upTo(6));
    copyAndCut(`${log}.2`);
    write(6, 8);
    await expect.poll(shipped, { timeout: 10_000 }).toEqual(upTo(8));
    await first.stop(0);
    target.answer = (request) => index.bulk(request);
    const second = start(to, false);
    await second.drain();
    await second.stop(1000);
    expect(sorted([...index.documents.values()].map(({ n }) => Number(n)))).toEqual(upTo(8));
    expect(shipped()).toEqual(upTo(8));
  });
});

describe('a file whose folder cannot be written', () => {
  const day = (n: number): string => join(folder, `day-${n}.data`);

  function nameByLink(path: string): void {
    rmSync(log, { force: true });
    symlinkSync(path, log);
  }

  it('is named, and read once there is a folder, also if the link to it names another file by then', async () => {
    write(0, 3, day(1));
    write(3, 5, day(2));
    write(5, 7, day(3));
    nameByLink(day(1));
    const engine = start(undefined, false);
    await engine.drain();
    const obstacle = join(state, fileId(statSync(day(2))));
    writeFileSync(obstacle, '');
    nameByLink(day(2));
    await engine.drain();
    expect(problems).toEqual([`${log} waits: ${obstacle} cannot be written (EEXIST)`]);
    nameByLink(day(3));
    await engine.drain();
    expect(sorted(shipped())).toEqual([0, 1, 2, 5, 6]);
    rmSync(obstacle);
    await engine.drain();
    expect(sorted(shipped())).toEqual(upTo(7));
  });

  it('is known as long as it is there', () => {
    write(0, 3);
    writeFileSync(state, '');
    const known = openKnownFiles(join(state, 'below'));
    const own = known.nextOf(fileId(statSync(log)));
    expect(() => known.save(own, log, log, statSync(log))).toThrow('EEXIST');
    known.refresh();
    expect(known.folders()).toEqual([own]);
    rmSync(log);
    known.refresh();
    expect(known.folders()).toEqual([]);
  });
});

it('a source that is closed touches no file any more', () => {
  write(0, 3);
  const [found] = discoverFiles({ patterns: [log], state, isFinal: false }).find();
  const source = found?.open();
  const start = source?.start() ?? { file: '', offset: 0 };
  copyFileSync(log, `${log}.1`);
  source?.close();
  // One of these gets the number of the handle that was closed.
  const others = Array.from({ length: 10 }, (_, n) => {
    const path = join(folder, `other-${n}`);
    const handle = openSync(path, 'w');
    rmSync(path);
    return handle;
  });
  expect(source?.release(start, true)).toBe(false);
  for (const handle of others) closeSync(handle);
});

describe('what is known of a file that was deleted', () => {
  const DAY_MS = 86_400_000;

  function age(days: number): void {
    const then = new Date(Date.now() - days * DAY_MS);
    for (const name of stateFolders()) {
      for (const entry of readdirSync(join(state, name))) utimesSync(join(state, name, entry), then, then);
      utimesSync(join(state, name), then, then);
    }
  }

  it('is kept for 30 days', async () => {
    write(0, 3);
    await shipOnce();
    beginAnew();
    write(3, 5);
    age(29);
    await shipOnce();
    expect(stateFolders()).toHaveLength(2);
    age(31);
    await shipOnce();
    expect(stateFolders()).toHaveLength(1);
    await shipOnce();
    expect(shipped()).toEqual(upTo(5));
  });

  it('is kept while the file is there, also if another shipper reads other files with the same folder', async () => {
    write(0, 3);
    await shipOnce();
    age(31);
    const other = join(folder, 'other.log');
    write(3, 5, other);
    const first = log;
    log = other;
    await shipOnce();
    log = first;
    await shipOnce();
    expect(shipped()).toEqual(upTo(5));
  });
});

describe('a file that nobody has noted', () => {
  /** A shipper looks once and is killed before it has noted what it found. */
  function lookAndDie(): void {
    for (const _ of discoverFiles({ patterns: [log], state, isFinal: false }).find()) return;
  }

  it('is read if it was written since somebody looked for the first time', async () => {
    write(0, 3);
    lookAndDie();
    renameSync(log, `${log}.1`);
    write(3, 6);
    renameSync(log, `${log}.2`);
    write(6, 8);
    lookAndDie();
    await shipOnce();
    expect(sorted(shipped())).toEqual(upTo(8));
  });

  it('is not read if it was rotated away before', async () => {
    write(0, 3);
    renameSync(log, `${log}.1`);
    utimesSync(`${log}.1`, new Date(0), new Date(0));
    write(3, 6);
    for (let run = 0; run < 4; run++) await shipOnce();
    expect(sorted(shipped())).toEqual([3, 4, 5]);
  });
});
