import { spawn } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
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
  mkdirSync(join(folder, 'logs', 'app'), { recursive: true });
  log = join(folder, 'logs', 'app', 'app.log');
  reports = [];
});

const text = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => `{"n":${from + index},"msg":"${'x'.repeat(300)}"}\n`).join('');
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const SHIP = new URL('../src/index.ts', import.meta.url).href;
const READ = text(0, 5).length;

const options = () => ({ dir: join(folder, 'state'), to: [file({ path: join(folder, 'out') })] });

async function ship(path = log): Promise<void> {
  const shipper = startShipper({
    ...options(),
    files: [path],
    final: true,
    onReport: (report) => reports.push(report),
  });
  onTestFinished(() => shipper.stop(0));
  await shipper.drain();
  await shipper.stop(1000);
}

const shipped = (): number[] =>
  [...readFileSync(join(folder, 'out'), 'utf8').matchAll(/"n":(\d+)/g)]
    .map(([, n]) => Number(n))
    .toSorted((a, b) => a - b);

const GONE = 'the file was deleted or moved elsewhere while no shipper ran, and no copy of it was found';
const loss = (rest: string, sink = 'file'): Report => ({
  level: 'warn',
  what: 'damaged',
  message: `${log}: ${GONE}: ${rest} is lost`,
  sink,
});
const readLoss = (): Report => loss(`what was written after byte ${READ}`);

/** Another file has the path, and not the inode of the one before. */
function replace(): void {
  writeFileSync(`${log}.next`, text(8, 10));
  rmSync(log, { force: true });
  renameSync(`${log}.next`, log);
}

describe('a file that is gone when a shipper starts', () => {
  it.each<[how: string, path: () => string, leave: () => void]>([
    ['was deleted', () => log, () => rmSync(log)],
    ['was deleted, and matched a pattern', () => join(folder, 'logs', 'app', '*.log'), () => rmSync(log)],
    ['was replaced', () => log, replace],
    ['went with its folder', () => log, () => rmSync(join(log, '..'), { recursive: true })],
    [
      'was moved to a distant folder',
      () => log,
      () => {
        mkdirSync(join(folder, 'archive', '2026'), { recursive: true });
        renameSync(log, join(folder, 'archive', '2026', 'app.log'));
      },
    ],
  ])('is reported once: %s', async (_, path, leave) => {
    writeFileSync(log, text(0, 5));
    await ship(path());
    appendFileSync(log, text(5, 8));
    leave();
    for (let run = 0; run < 3; run++) await ship(path());
    expect(reports.filter(({ what }) => what === 'damaged')).toEqual([readLoss()]);
  });

  it('is reported to each sink, with the bytes that another one has got', async () => {
    writeFileSync(log, text(0, 5));
    const both = { ...options(), to: [...options().to, elasticsearch({ url: 'http://127.0.0.1:1' })], files: [log] };
    const first = startShipper(both);
    onTestFinished(() => first.stop(0));
    await expect.poll(() => first.stats()['file']?.stored, { timeout: 30_000 }).toBe(5);
    await first.stop(1000);
    replace();
    const second = startShipper({ ...both, onReport: (report) => reports.push(report) });
    onTestFinished(() => second.stop(0));
    const damaged = (): Report[] => reports.filter(({ what }) => what === 'damaged');
    await expect.poll(damaged, { timeout: 30_000 }).toHaveLength(2);
    expect(damaged()).toContainEqual(readLoss());
    expect(damaged()).toContainEqual(loss(`${READ} bytes and what was written after byte ${READ}`, 'elasticsearch'));
  });

  it('is reported after a kill', async () => {
    writeFileSync(log, text(0, 5));
    const program = `
      import { file, startShipper } from ${JSON.stringify(SHIP)};
      const [dir, log, out] = process.argv.slice(-3);
      startShipper({ dir, files: [log], to: [file({ path: out })] });
    `;
    const flags = ['--conditions=@spanline/source', '--import', 'tsx', '--input-type=module', '-e', program, '--'];
    const child = spawn(process.execPath, [...flags, join(folder, 'state'), log, join(folder, 'out')], {
      stdio: 'inherit',
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const isSaved = (): boolean => existsSync(join(folder, 'out')) && shipped().length === 5;
    await expect.poll(isSaved, { timeout: 60_000 }).toBe(true);
    const ended = new Promise((resolve) => void child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    rmSync(log);
    for (let run = 0; run < 2; run++) await ship();
    expect(reports.filter(({ what }) => what === 'damaged').map(({ message }) => message)).toEqual([
      expect.stringContaining(GONE),
    ]);
  });
});

describe('the rest of a file that is gone', () => {
  it.each<[how: string, keep: () => void]>([
    ['is renamed', () => renameSync(log, `${log}.1`)],
    ['has a copy', () => copyFileSync(log, `${log}.1`)],
    ['has a compressed copy', () => writeFileSync(`${log}.1.gz`, gzipSync(readFileSync(log)))],
  ])('is read, and not reported as lost, if it %s', async (_, keep) => {
    writeFileSync(log, text(0, 5));
    await ship();
    appendFileSync(log, text(5, 8));
    keep();
    replace();
    await ship();
    expect(shipped()).toEqual(upTo(10));
    expect(reports).toEqual([]);
  });

  it('is not reported as lost if it was read before, also once its compressed copy is gone', async () => {
    writeFileSync(log, text(0, 8));
    await ship();
    writeFileSync(`${log}.1.gz`, gzipSync(readFileSync(log)));
    replace();
    await ship();
    rmSync(`${log}.1.gz`);
    await ship();
    expect(shipped()).toEqual(upTo(10));
    expect(reports).toEqual([]);
  });

  it('is read from a copy that comes after the report', async () => {
    writeFileSync(log, text(0, 5));
    await ship();
    appendFileSync(log, text(5, 8));
    const whole = readFileSync(log);
    replace();
    await ship();
    expect(reports).toEqual([readLoss()]);
    writeFileSync(`${log}.1`, whole);
    for (let run = 0; run < 2; run++) await ship();
    expect(shipped()).toEqual(upTo(10));
    expect(reports).toEqual([readLoss()]);
  });
});
