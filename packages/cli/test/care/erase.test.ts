/** Lines of one user, session or trace go; every other byte stays. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { open } from '@spanline/query';
import { spool } from '@spanline/ship';
import { lines, span, spanId, traceId } from '../../../query/test/support/logs.ts';
import { saveCheckpoint } from '../../../ship/src/state/checkpoint.ts';
import { cli } from '../support/cli.ts';
import { ADA, BEN, bytes, ODD_END, ODD_START, request, world } from '../support/erase.ts';

const inOneLine = (text: string): string => text.replaceAll('\n', ' ');

describe('files', () => {
  it('stay as they are without --yes', async () => {
    const { erase, path } = world({ 'app.ndjson': request(1, ADA) });
    const before = statSync(path('logs/app.ndjson'));
    const { code, stdout } = await erase('--user', ADA, 'logs', '--receipt', 'r.ndjson', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ isDone: false, files: [{ lines: 3, bytes: before.size }] });
    expect(statSync(path('logs/app.ndjson'))).toMatchObject({ ino: before.ino, size: before.size });
    expect(existsSync(path('r.ndjson'))).toBe(false);
  });

  it('stay as they are with --dry-run, beside which --yes is an error', async () => {
    const { erase, path } = world({ 'app.ndjson': request(1, ADA) });
    const { size } = statSync(path('logs/app.ndjson'));
    const { code, stdout } = await erase('--user', ADA, 'logs', '--dry-run');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Nothing was changed') as string });
    const both = await erase('--user', ADA, 'logs', '--dry-run', '--yes');
    expect({ code: both.code, stderr: both.stderr }).toEqual({
      code: 64,
      stderr: expect.stringContaining('--yes must be absent beside --dry-run') as string,
    });
    expect(statSync(path('logs/app.ndjson')).size).toBe(size);
  });

  it('lose the lines of the user, and no other byte', async () => {
    const rotated = bytes(ODD_START, request(3, BEN));
    const { erase, path } = world({
      'app.ndjson': bytes(ODD_START, request(1, ADA), request(2, BEN), ODD_END),
      'app.ndjson.1.gz': gzipSync(bytes(rotated, request(4, ADA))),
      'app.ndjson.2.gz': gzipSync(request(5, ADA)),
      'other.ndjson': request(6, BEN),
    });
    chmodSync(path('logs/app.ndjson'), 0o640);
    utimesSync(path('logs/app.ndjson'), 1_700_000_000, 1_700_000_000);
    const untouched = statSync(path('logs/other.ndjson'));
    const { code } = await erase('--user', ADA, 'logs', '--yes');
    expect(code).toBe(0);
    expect(readFileSync(path('logs/app.ndjson'))).toEqual(bytes(ODD_START, request(2, BEN), ODD_END));
    expect(gunzipSync(readFileSync(path('logs/app.ndjson.1.gz')))).toEqual(rotated);
    // Nothing of it stays.
    expect(existsSync(path('logs/app.ndjson.2.gz'))).toBe(false);
    expect(statSync(path('logs/other.ndjson')).ino).toBe(untouched.ino);
    const { mode, mtimeMs } = statSync(path('logs/app.ndjson'));
    // The order of rotated files is that of their times.
    expect({ mode: mode & 0o777, second: Math.floor(mtimeMs / 1000) }).toEqual({ mode: 0o640, second: 1_700_000_000 });
    expect((await erase('--user', ADA, 'logs')).stdout).toBe('Nothing to remove.\n');
  });

  it('lose a session, or a trace with the lines of its application', async () => {
    const { erase, path } = world({ 'app.ndjson': request(1, ADA, 'one') + request(2, ADA, 'two') + request(3, BEN) });
    expect((await erase('--session', 'one', 'logs', '--yes')).code).toBe(0);
    expect(readFileSync(path('logs/app.ndjson'), 'utf8')).toBe(request(2, ADA, 'two') + request(3, BEN));
    expect((await erase('--trace', traceId(2), 'logs', '--yes')).code).toBe(0);
    expect(readFileSync(path('logs/app.ndjson'), 'utf8')).toBe(request(3, BEN));
  });

  it('lose half of a line that names the user, and keep text that does, with a word about it', async () => {
    const text = `user ${ADA} has left\n`;
    const { erase, path } = world({ 'app.ndjson': bytes(request(1, ADA), text, `{"user.id":"${ADA}","mess`) });
    const { code, stdout } = await erase('--user', ADA, 'logs', '--yes');
    expect(code).toBe(0);
    expect(stdout).toContain('1 line without a record (text of other programs) has the id, and stays.');
    expect(readFileSync(path('logs/app.ndjson'), 'utf8')).toBe(text);
  });

  it('lose all parts of a line that a container runtime wrote in several', async () => {
    const line = JSON.stringify(span(1, { 'user.id': ADA }));
    const at = '2026-11-23T09:00:00.000000000Z';
    const other = `${at} stderr F Server listens\n`;
    const parts = `${at} stdout P ${line.slice(0, 50)}\n${other}${at} stdout F ${line.slice(50)}\n`;
    const { erase, path } = world({ 'app.log': parts + other });
    expect((await erase('--user', ADA, 'logs', '--yes')).code).toBe(0);
    expect(readFileSync(path('logs/app.log'), 'utf8')).toBe(other + other);
  });

  it('keep the lines of others in a trace that several share; messages that went are named as missing', async () => {
    const of = (number: number, fields: object): object => span(number, { parent_span_id: spanId(1), ...fields });
    const message = '{"role":"user","parts":[{"type":"text","content":"mine"}]}';
    const batch = span(1, { 'span.name': 'batch' });
    const ben = of(5, {
      'user.id': BEN,
      'span.type': 'llm',
      'gen_ai.input.messages': `[{"ref":"${spanId(3)}#i0"}]`,
    });
    const { erase, path, cwd } = world({
      'app.ndjson': lines(
        of(2, { 'user.id': ADA }),
        of(3, { parent_span_id: spanId(2), 'span.type': 'llm', 'gen_ai.input.messages': `[${message}]` }),
        { '@timestamp': '2026-11-23T09:00:00.000Z', message: 'hers', trace_id: traceId(1), span_id: spanId(3) },
        ben,
        batch,
      ),
    });
    expect((await erase('--user', ADA, 'logs', '--yes')).code).toBe(0);
    expect(readFileSync(path('logs/app.ndjson'), 'utf8')).toBe(lines(ben, batch));
    const { stdout } = await cli(['show', 'logs', traceId(1), '--prompt'], { cwd });
    expect(stdout).toContain(`not in the log: message ${spanId(3)}#i0`);
  });

  it('stay if their compressed content is cut; the others are erased', async () => {
    const cut = gzipSync(request(2, ADA) + request(3, BEN)).subarray(0, -12);
    const { erase, path } = world({ 'app.ndjson': request(1, ADA) + request(4, BEN), 'app.ndjson.1.gz': cut });
    const { code, stderr } = await erase('--user', ADA, 'logs', '--yes', '--receipt', 'r.ndjson');
    expect(code).toBe(2);
    expect(stderr).toMatch(/app\.ndjson\.1\.gz was not read: its compressed content is cut or damaged/);
    expect(readFileSync(path('logs/app.ndjson'), 'utf8')).toBe(request(4, BEN));
    expect(readFileSync(path('logs/app.ndjson.1.gz'))).toEqual(cut);
    expect(readFileSync(path('r.ndjson'), 'utf8')).toContain('"status":"incomplete"');
  });

  it('have no index of the lines that went', async () => {
    const filler = Array.from({ length: 20 }, (_, index) => request(index + 10, BEN)).join('');
    const { erase, path } = world({ 'app.ndjson': request(1, ADA) + filler });
    const cacheDir = path('cache/spanline');
    vi.stubEnv('XDG_CACHE_HOME', path('cache'));
    const log = open(path('logs/app.ndjson'), { index: true });
    await log.buildIndex();
    await log.close();
    expect(readdirSync(cacheDir).some((name) => name.endsWith('.duckdb'))).toBe(true);
    expect((await erase('--user', ADA, 'logs', '--yes')).code).toBe(0);
    expect(readdirSync(cacheDir).filter((name) => /\.(?:duckdb|json)$/.test(name))).toEqual([]);
  });
});

describe('a file that must not be replaced', () => {
  it('stays while a process writes it, and loses no line of it', async () => {
    const { erase, path } = world({ 'app.ndjson': request(1, ADA), 'app.ndjson.1': request(2, ADA) });
    const program = `
      const { openSync, writeSync } = require('node:fs');
      const file = openSync(process.argv[1], 'a');
      process.stdin.on('data', (text) => { writeSync(file, text); console.log('written'); });
      console.log('open');`;
    const child = spawn(process.execPath, ['-e', program, path('logs/app.ndjson')]);
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    const { code, stdout } = await erase('--user', ADA, 'logs', '--yes', '--json');
    expect(code).toBe(1);
    const refusal = `process ${child.pid} (node) is writing it; stop that process, or rotate the file, and run the command again`;
    expect((JSON.parse(stdout) as { files: object[] }).files).toContainEqual(
      expect.objectContaining({ file: path('logs/app.ndjson'), refusal }),
    );
    expect(statSync(path('logs/app.ndjson.1')).size).toBe(0);
    child.stdin.write(request(3, BEN));
    await once(child.stdout, 'data');
    child.kill();
    await once(child, 'close');
    expect((await erase('--user', ADA, 'logs', '--yes')).code).toBe(0);
    expect(readFileSync(path('logs/app.ndjson'), 'utf8')).toBe(request(3, BEN));
  });

  it('stays if it is behind a link that leads out of the folder', async () => {
    const { erase, path } = world({});
    writeFileSync(path('secret.ndjson'), request(1, ADA));
    symlinkSync('../secret.ndjson', path('logs/app.ndjson'));
    const { code, stdout } = await erase('--user', ADA, 'logs', '--yes');
    expect({ code, isReported: inOneLine(stdout).includes('a link that leads out of the given folder') }).toEqual({
      code: 1,
      isReported: true,
    });
    expect(readFileSync(path('secret.ndjson'), 'utf8')).toBe(request(1, ADA));
  });

  it('is reached through a link inside of the folder', async () => {
    const { erase, path } = world({ 'app-1.ndjson': request(1, ADA) });
    symlinkSync('app-1.ndjson', path('logs/current.ndjson'));
    expect((await erase('--user', ADA, 'logs', '--yes')).code).toBe(0);
    expect(readFileSync(path('logs/app-1.ndjson'), 'utf8')).toBe('');
    expect(readFileSync(path('logs/current.ndjson'), 'utf8')).toBe('');
  });

  it('stays if it has a second name', async () => {
    const { erase, path } = world({ 'app.ndjson': request(1, ADA) });
    linkSync(path('logs/app.ndjson'), path('copy.ndjson'));
    const { code, stdout } = await erase('--user', ADA, 'logs', '--yes');
    expect({ code, isReported: inOneLine(stdout).includes('it has 2 names (hard links)') }).toEqual({
      code: 1,
      isReported: true,
    });
    expect(readFileSync(path('logs/app.ndjson'), 'utf8')).toBe(request(1, ADA));
  });
});

it('a receipt is appended and printed, and holds no id', async () => {
  const { erase, path } = world({ 'app.ndjson': request(1, ADA) });
  const { stdout } = await erase('--user', ADA, 'logs', '--yes', '--receipt', 'r.ndjson');
  const [begun, done, ...others] = readFileSync(path('r.ndjson'), 'utf8').split('\n');
  expect(others).toEqual(['']);
  expect(stdout).toContain(done);
  const receipt = { command: 'erase', by: 'user', files: 1, lines: 3, documents: 0, refused: 0 };
  expect(JSON.parse(begun ?? '')).toMatchObject({ ...receipt, status: 'begun' });
  expect(JSON.parse(done ?? '')).toMatchObject({
    ...receipt,
    status: 'done',
    arguments: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
  });
  expect(`${begun}${done}`).not.toMatch(new RegExp(`${ADA}|logs`));
  expect(statSync(path('r.ndjson')).mode & 0o777).toBe(0o600);
});

describe('a spool', () => {
  /** A spool of a process that has ended: ten requests of two users, of which a shipper has sent some lines. */
  function filled(dir: string, sent: number): string[] {
    const spooled = spool({ dir, to: [] });
    const all = Array.from({ length: 10 }, (_, index) => request(index + 1, index % 2 === 0 ? ADA : BEN))
      .join('')
      .split(/(?<=\n)/);
    for (const line of all) spooled.write(line);
    spooled.flushSync();
    const folder = spooled.file ?? '';
    void spooled.close();
    const offset = Buffer.byteLength(all.slice(0, sent).join(''));
    saveCheckpoint(folder, 'file', { file: '000000000001.ndjson', offset });
    return all;
  }
  const numbersOf = (text: string): string[] =>
    text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as { message: string; trace_id: string })
      .map(({ message, trace_id: trace }) => `${trace} ${message}`);

  it.each([0, 1, 7, 15, 30])(
    'is shipped to its end, neither twice nor with a gap: %d lines were sent before',
    async (sent) => {
      const { erase, path, cwd } = world({});
      const all = filled(path('spool'), sent);
      expect((await erase('--user', ADA, 'spool', '--yes')).code).toBe(0);
      const left = await cli(['ship', '--dir', 'spool', '--to', 'file=out.ndjson', '--once'], { cwd });
      expect(left.code).toBe(0);
      const ofBen = all.filter((line, index) => index >= sent && Math.floor(index / 3) % 2 === 1);
      const shipped = existsSync(path('out.ndjson')) ? readFileSync(path('out.ndjson'), 'utf8') : '';
      expect(numbersOf(shipped)).toEqual(numbersOf(ofBen.join('')));
      expect(existsSync(path('spool/dead-letter'))).toBe(false);
    },
  );

  it('stays as it is while its application or a shipper works on it', async () => {
    const { erase, path } = world({});
    const spooled = spool({ dir: path('spool'), to: [] });
    onTestFinished(() => void spooled.close());
    spooled.write(request(1, ADA));
    spooled.flushSync();
    const { code, stdout } = await erase('--user', ADA, 'spool', '--yes');
    expect({ code, isReported: inOneLine(stdout).includes(`process ${process.pid}`) }).toEqual({
      code: 1,
      isReported: true,
    });
  });

  describe('of a container that was killed', () => {
    /** What a process left there that this one cannot ask. */
    const elsewhere = JSON.stringify({ machine: 'container', pid: 1, started: '1', owner: 'other' });
    function leave(dir: string): string {
      const folder = join(dir, 'writer-1-abc');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'writer.json'), elsewhere);
      writeFileSync(join(folder, '000000000001.ndjson'), request(1, ADA) + request(2, BEN));
      writeFileSync(join(folder, '000000000002.ndjson'), request(3, ADA) + request(4, BEN));
      return folder;
    }
    const letTimePass = (): void => {
      const now = performance.now.bind(performance);
      const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + 30_000);
      onTestFinished(() => clock.mockRestore());
    };

    it('loses its lines once the lock was silent for 30 seconds', async () => {
      const { erase, path } = world({});
      const folder = leave(path('spool'));
      utimesSync(join(folder, 'writer.json'), 1_700_000_000, 1_700_000_000);
      writeFileSync(join(folder, 'lock-000001'), elsewhere);
      const erased = erase('--user', ADA, 'spool', '--yes');
      await vi.waitFor(() => expect(existsSync(path('state'))).toBe(true), { timeout: 60_000 });
      letTimePass();
      const { code, stderr } = await erased;
      expect({ code, stderr }).toEqual({
        code: 0,
        stderr: expect.stringContaining('waits up to 30 s for a sign of life') as string,
      });
      const left = ['000000000001.ndjson', '000000000002.ndjson'].map((name) =>
        readFileSync(join(folder, name), 'utf8').trim(),
      );
      expect(left).toEqual([request(2, BEN), request(4, BEN)].map((text) => text.trim()));
      expect(existsSync(join(folder, 'lock-000001'))).toBe(false);
    });

    it('loses lines of segments that are full at once, and those of the newest one when it is surely gone', async () => {
      const { erase, path } = world({});
      const folder = leave(path('spool'));
      const { code, stdout } = await erase('--user', ADA, 'spool', '--yes');
      expect({ code, stdout: inOneLine(stdout) }).toEqual({
        code: 1,
        stdout: expect.stringContaining('taken for gone after ten minutes') as string,
      });
      expect(readFileSync(join(folder, '000000000001.ndjson'), 'utf8')).not.toContain(ADA);
      expect(readFileSync(join(folder, '000000000002.ndjson'), 'utf8')).toContain(ADA);
    });
  });

  it('says that refused lines wait to be sent again', async () => {
    const { erase, path } = world({});
    mkdirSync(path('spool/dead-letter/retry/es'), { recursive: true });
    const letter = `${JSON.stringify({ sink: 'es', reason: '400', line: request(1, ADA).split('\n')[2] })}\n`;
    writeFileSync(path('spool/dead-letter/retry/es/1-es.ndjson.letters'), letter);
    const { code, stdout } = await erase('--user', ADA, 'spool', '--yes');
    expect({ code, stdout: inOneLine(stdout) }).toEqual({
      code: 1,
      stdout: expect.stringContaining('dead-letters --retry') as string,
    });
  });

  it('loses refused lines, too', async () => {
    const { erase, path } = world({});
    mkdirSync(path('spool/dead-letter'), { recursive: true });
    const letters = (text: string): string[] =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.stringify({ sink: 'es', reason: '400', line }));
    const all = [...letters(request(1, ADA)), ...letters(request(2, BEN))].map((line) => `${line}\n`);
    appendFileSync(path('spool/dead-letter/es.ndjson'), all.join(''));
    expect((await erase('--user', ADA, 'spool', '--yes')).code).toBe(0);
    expect(readFileSync(path('spool/dead-letter/es.ndjson'), 'utf8')).toBe(all.slice(3).join(''));
  });
});

it.each([
  [['logs'], 'id must be given once: --user, --session or --trace'],
  [['--user', 'a', '--trace', traceId(1), 'logs'], 'id must be given once'],
  [['--trace', '12ab', 'logs'], '--trace must be a whole trace id'],
  [['--user', 'a', '-'], 'lines of the standard input cannot be removed'],
  [['--user', 'a', 'lgs'], 'there is no lgs'],
])('explains what is wrong: %j', async (args, expected) => {
  const { erase } = world({ 'app.ndjson': request(1, ADA) });
  const { code, stderr } = await erase(...args);
  expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringContaining(expected) as string });
});
