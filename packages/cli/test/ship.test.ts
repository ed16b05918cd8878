import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { run } from 'spanline';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { elasticsearch, file as fileSink, spool, startShipper } from '@spanline/ship';
import { currentProcess } from '../../ship/src/state/process-identity.ts';
import { createIndex } from '../../ship/test/support/elastic.ts';
import { spanLines } from '../../ship/test/support/engine.ts';
import { startReceiver } from '../../ship/test/support/receiver.ts';
import { spoolStdin } from '../src/ship/stdin.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spanline-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

interface Running {
  readonly ended: Promise<Outcome>;
  readonly stdin: PassThrough;
  readonly stop: AbortController;
  readonly stderr: () => string;
}

function start(args: readonly string[], env: Record<string, string> = {}, isTTY = false): Running {
  const stop = new AbortController();
  const stdin = new PassThrough();
  let stdout = '';
  let stderr = '';
  const ended = run(args, {
    stdin,
    stdout: { write: (text) => void (stdout += text) },
    stderr: { isTTY, write: (text) => void (stderr += text) },
    env,
    stop: stop.signal,
  }).then((code) => ({ code, stdout, stderr }));
  onTestFinished(async () => {
    stop.abort();
    await ended;
  });
  return { ended, stdin, stop, stderr: () => stderr };
}

const inFolder = (name: string): string => join(folder, name);
const lines = (count: number): string => Array.from({ length: count }, (_, n) => `{"n":${n}}\n`).join('');
const read = (name: string): string => readFileSync(inFolder(name), 'utf8');

describe('spanline ship', () => {
  it('ships files once, remembers where it was, and says what it did', async () => {
    writeFileSync(inFolder('app.log'), lines(3));
    const args = ['ship', inFolder('*.log'), '--dir', inFolder('state'), '--to', `file=${inFolder('out')}`, '--once'];
    expect(await start(args).ended).toEqual({ code: 0, stderr: '', stdout: 'file  3 shipped, 0 refused\n' });
    expect(await start(args).ended).toMatchObject({ code: 0, stdout: 'file  0 shipped, 0 refused\n' });
    appendFileSync(inFolder('app.log'), '{"n":3}');
    expect(await start(args).ended).toMatchObject({ code: 0 });
    expect(read('out')).toBe(lines(4));
    const status = await start(['ship', '--status', '--dir', inFolder('state')]).ended;
    expect(status.stdout).toMatch(
      /^not running; last status of pid \d+, .*\nfile {2}1 lines {2}0 B behind {2}0 retries {2}ok\n$/,
    );
  });

  it('ships the standard input to its end', async () => {
    const running = start(['ship', '--stdin', '--dir', inFolder('state'), '--to', `file=${inFolder('out')}`]);
    running.stdin.write(lines(5).slice(0, 12));
    running.stdin.end(lines(5).slice(12));
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(read('out')).toBe(lines(5));
  });

  it('reads no more of the standard input while very much of it waits for a target, and loses none', async () => {
    const index = createIndex();
    let isUp = false;
    const target = await startReceiver((request) => (isUp ? index.bulk(request) : { status: 503 }));
    onTestFinished(() => target.close());
    const spooled = spool({ dir: inFolder('state') });
    const shipper = startShipper({ dir: inFolder('state'), to: [elasticsearch({ url: target.url })] });
    onTestFinished(() => shipper.stop(0));
    const text = lines(1000).replaceAll('}', `,"msg":"${'x'.repeat(12_000)}"}`);
    const stdin = Readable.from(text.match(/[^]{1,65536}/g) ?? []);
    const taken = spoolStdin(spooled, shipper, { stdin, stop: new AbortController().signal }, 1_000_000);
    const waiting = (): number => shipper.stats()['elasticsearch']?.lagBytes ?? 0;
    await expect.poll(waiting).toBeGreaterThan(4_000_000);
    await target.until(() => target.requests.length > 1);
    expect(waiting()).toBeLessThan(text.length);
    isUp = true;
    await taken;
    await shipper.drain();
    expect(index.documents.size).toBe(1000);
  });

  it('says that another process ships the folder, and does not claim to have done it once', async () => {
    writeFileSync(inFolder('app.log'), lines(3));
    const target = await startReceiver(() => 'hang');
    onTestFinished(() => target.close());
    const args = ['ship', inFolder('app.log'), '--dir', inFolder('state')];
    const first = start([...args, '--to', `elasticsearch=${target.url}`]);
    await target.until(() => target.requests.length > 0);
    const second = await start([...args, '--to', `file=${inFolder('out')}`, '--once']).ended;
    expect(second).toMatchObject({ code: 2, stderr: expect.stringContaining('another process ships file-') as string });
    const status = await start(['ship', '--status', '--dir', inFolder('state')]).ended;
    expect(status.stdout).toContain('elasticsearch');
    first.stop.abort();
    await target.close();
    await first.ended;
  });

  it('says that a file is not there, and does not take it for shipped', async () => {
    const args = ['ship', inFolder('typo.log'), '--dir', inFolder('state'), '--to', `file=${inFolder('out')}`];
    const once = await start([...args, '--once']).ended;
    expect(once).toMatchObject({ code: 2, stderr: expect.stringContaining('typo.log does not exist') as string });
    const following = start(args);
    await expect.poll(following.stderr).toContain('typo.log does not exist');
    const shipOnce = (path: string): Promise<Outcome> => start(['ship', path, ...args.slice(2), '--once']).ended;
    expect(await shipOnce(inFolder('*.log'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('*.log matches no file') as string,
    });
    expect(await shipOnce(folder)).toMatchObject({ code: 2, stderr: expect.stringContaining('is a folder') as string });
  });

  it('refuses a --dir that is no spool, when there is nothing else to ship', async () => {
    const shipDir = (dir: string): Promise<Outcome> =>
      start(['ship', '--dir', dir, '--once', '--to', `file=${inFolder('out')}`]).ended;
    expect(await shipDir(inFolder('typo'))).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('does not exist') as string,
    });
    writeFileSync(inFolder('app.log'), lines(1));
    expect(await shipDir(folder)).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('holds other files') as string,
    });
  });

  it('names a path that cannot be opened, and ships the others', async () => {
    symlinkSync(inFolder('loop.log'), inFolder('loop.log'));
    writeFileSync(inFolder('app.log'), lines(2));
    const args = ['ship', inFolder('loop.log'), inFolder('app.log'), '--dir', inFolder('state'), '--once'];
    expect(await start([...args, '--to', `file=${inFolder('out')}`]).ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('loop.log cannot be read (ELOOP)') as string,
    });
    expect(read('out')).toBe(lines(2));
  });

  it.skipIf(process.getuid?.() === 0)('names a file that it may not read', async () => {
    writeFileSync(inFolder('closed.log'), lines(1), { mode: 0 });
    const args = ['ship', inFolder('closed.log'), '--dir', inFolder('state'), '--to', `file=${inFolder('out')}`];
    expect(await start([...args, '--once']).ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('closed.log may not be read (EACCES)') as string,
    });
  });

  it('ships text, with a time in a field of its own, as its flags say', async () => {
    writeFileSync(inFolder('a.log'), '{"at":"2026-03-04T10:20:30Z","msg":"json"}\nError: no\n    at f (a.js:1)\n');
    writeFileSync(
      inFolder('config.json'),
      JSON.stringify({ to: [{ type: 'file', path: inFolder('out'), profile: 'otel' }] }),
    );
    const args = ['ship', inFolder('a.log'), '--dir', inFolder('state'), '--config', inFolder('config.json'), '--once'];
    expect(await start([...args, '--time-field', 'at', '--multiline']).ended).toMatchObject({ code: 0 });
    const documents = read('out')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(documents).toMatchObject([
      { '@timestamp': '2026-03-04T10:20:30.000Z', message: 'json' },
      { message: 'Error: no\n    at f (a.js:1)' },
    ]);
  });

  it('splits the standard input at line feeds only', async () => {
    const running = start(['ship', '--stdin', '--dir', inFolder('state'), '--to', `file=${inFolder('out')}`]);
    running.stdin.end('{"msg":"one\u2028line"}\n{"msg":"two"}\n');
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(read('out')).toBe('{"msg":"one\u2028line"}\n{"msg":"two"}\n');
  });

  it('follows a file until it is stopped', async () => {
    const running = start(['ship', inFolder('app.log'), '--dir', inFolder('state'), '--to', `file=${inFolder('out')}`]);
    writeFileSync(inFolder('app.log'), lines(2));
    await expect.poll(() => existsSync(inFolder('out'))).toBe(true);
    running.stop.abort();
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(read('out')).toBe(lines(2));
  });

  it('shows progress on a terminal', async () => {
    const target = await startReceiver(() => ({ status: 503 }));
    onTestFinished(() => target.close());
    writeFileSync(inFolder('app.log'), lines(2));
    const args = ['ship', inFolder('app.log'), '--dir', inFolder('state'), '--to', `elasticsearch=${target.url}`];
    const running = start(args, {}, true);
    await expect
      .poll(running.stderr)
      .toMatch(/elasticsearch {2}0 lines {2}0\/s {2}16 B behind {2}\d+ retries {2}503 from the server\n/);
    expect(running.stderr()).toContain('warn: elasticsearch: 503 from the server; lines wait in the spool');
  });

  it('reports by its exit code that lines were refused, and that it took too long', async () => {
    writeFileSync(inFolder('bad.log'), 'no JSON\n');
    const base = ['ship', inFolder('bad.log'), '--once', '--dir'];
    expect(await start([...base, inFolder('a'), '--to', `file=${inFolder('out')}`]).ended).toMatchObject({ code: 1 });
    writeFileSync(inFolder('bad.log'), lines(1));
    const late = start([
      ...base,
      inFolder('b'),
      '--to',
      'jaeger=http://127.0.0.1:9',
      '--to',
      'elasticsearch=http://127.0.0.1:9',
      '--timeout',
      '0.1',
    ]);
    expect(await late.ended).toMatchObject({ code: 2 });
  });

  it('takes keys from the environment and targets from a file', async () => {
    const target = await startReceiver(() => ({ status: 202 }));
    onTestFinished(() => target.close());
    writeFileSync(inFolder('app.log'), lines(1));
    const to = [{ type: 'datadog', url: target.url, apiKey: { file: inFolder('key') } }];
    writeFileSync(inFolder('key'), 'secret');
    writeFileSync(inFolder('ship.json'), JSON.stringify({ dir: inFolder('state'), files: [inFolder('app.log')], to }));
    expect(await start(['ship', '--config', inFolder('ship.json'), '--once']).ended).toMatchObject({ code: 0 });
    expect(target.requests[0]?.headers['dd-api-key']).toBe('secret');
  });

  it('redacts what one of its targets gets, as the configuration file says', async () => {
    const mail = 'ada@example.org';
    const line = JSON.stringify({
      '@timestamp': '2026-03-04T10:20:30.000Z',
      message: `to ${mail} of CASE-77`,
      by: { name: 'Ada' },
    });
    writeFileSync(inFolder('app.log'), `${line}\n`);
    const redact = { paths: ['by.name'], custom: [{ name: 'CASE', pattern: String.raw`case-\d+`, flags: 'i' }] };
    const to = [
      { type: 'file', path: inFolder('full') },
      { type: 'file', name: 'rules', path: inFolder('rules'), redact },
      { type: 'file', name: 'paths', path: inFolder('paths'), redact: ['by'] },
    ];
    const config = { dir: inFolder('state'), files: [inFolder('app.log')], to };
    writeFileSync(inFolder('ship.json'), JSON.stringify(config));
    expect(await start(['ship', '--config', inFolder('ship.json'), '--once']).ended).toMatchObject({ code: 0 });
    expect(read('full')).toBe(`${line}\n`);
    expect(JSON.parse(read('rules'))).toMatchObject({ message: 'to [EMAIL_1] of [CASE_1]', 'by.name': '[Redacted]' });
    expect(JSON.parse(read('paths'))).toMatchObject({ message: 'to [EMAIL_1] of CASE-77', 'by.name': '[Redacted]' });
  });

  it('ships to a sink of the user that the configuration file names', async () => {
    writeFileSync(inFolder('app.log'), lines(3));
    const sink = `
      import { appendFileSync } from 'node:fs';
      export const createSink = ({ path }) => ({
        limits: { bytes: 1000, entries: 10, lingerMs: 0, concurrency: 1 },
        encode: (line) => ({ kind: 'entry', parts: [line.bytes, '\\n'] }),
        async send(batch) { appendFileSync(path, batch.body()); return { kind: 'stored' }; },
      });`;
    writeFileSync(inFolder('tape.mjs'), sink);
    const to = [{ name: 'tape', module: './tape.mjs', options: { path: inFolder('tape') } }];
    const config = { dir: inFolder('state'), files: [inFolder('app.log')], to };
    writeFileSync(inFolder('ship.json'), JSON.stringify(config));
    expect(await start(['ship', '--config', inFolder('ship.json'), '--once']).ended).toMatchObject({ code: 0 });
    expect(read('tape')).toBe(lines(3));
  });

  it('redacts what a sink of the user gets, as the configuration file says', async () => {
    const line = JSON.stringify({ message: 'to ada@example.org', by: { name: 'Ada' } });
    writeFileSync(inFolder('app.log'), `${line}\n`);
    const sink = `
      import { appendFileSync } from 'node:fs';
      export const createSink = ({ path }, redact) => ({
        limits: { bytes: 1000, entries: 10, lingerMs: 0, concurrency: 1 },
        encode: (line) => {
          const { rest } = redact({ kind: 'log', record: {}, rest: JSON.parse(line.bytes.toString()) });
          return { kind: 'entry', parts: [JSON.stringify(rest), '\\n'] };
        },
        async send(batch) { appendFileSync(path, batch.body()); return { kind: 'stored' }; },
      });`;
    writeFileSync(inFolder('tape.mjs'), sink);
    const tape = { name: 'tape', module: './tape.mjs', options: { path: inFolder('tape') }, redact: ['by.name'] };
    const config = { dir: inFolder('state'), files: [inFolder('app.log')], to: [tape] };
    writeFileSync(inFolder('ship.json'), JSON.stringify(config));
    expect(await start(['ship', '--config', inFolder('ship.json'), '--once']).ended).toMatchObject({ code: 0 });
    expect(JSON.parse(read('tape'))).toEqual({ message: 'to [EMAIL_1]', by: { name: '[Redacted]' } });
  });

  it.each([
    [{ too: [] }, 'unknown option "--config.too"; did you mean "--config.to"?'],
    [{ files: 'app.log' }, '--config.files must be an array of paths'],
    [{ to: [{ type: 'elasticsearch', urll: 'hunter2' }] }, 'did you mean "elasticsearch.url"?'],
    [{ to: [{ type: 'pigeon' }] }, 'one of elasticsearch, opensearch, datadog'],
    [{ to: [{ name: 'x', module: './nowhere.js' }] }, '--config.to.module must be a module that can be loaded'],
    [
      { to: [{ type: 'datadog', apiKey: 'k', redact: { rules: { MAIL: true } } }] },
      'unknown option "redact.rules.MAIL"',
    ],
    [{ to: [{ type: 'file', path: 'x', redact: { custom: [{ name: 'A', pattern: '(' }] } }] }, 'a regular expression'],
    [{ to: [{ type: 'kafka', brokers: 'a:1', redact: { ruls: {} } }] }, 'unknown option "redact.ruls"'],
    [{ to: [{ name: 'x', module: './x.js', redakt: {} }] }, 'unknown option "--config.to.redakt"'],
    [{ to: [{ name: 'x', modul: './x.js', module: './x.js' }] }, 'unknown option "--config.to.modul"'],
  ])('refuses the configuration %j', async (config, message) => {
    writeFileSync(inFolder('ship.json'), JSON.stringify(config));
    const { code, stderr } = await start(['ship', '--config', inFolder('ship.json')]).ended;
    expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringContaining(message) as string });
    expect(stderr).not.toContain('hunter2');
  });

  it.each([
    [['ship'], {}, '--to must be given'],
    [['ship', '--tiemout', '5'], {}, 'unknown option "--tiemout"; did you mean "--timeout"?'],
    [['ship', '--once=yes'], {}, '--once must be given without a value'],
    [['ship', '--dir'], {}, '--dir must be followed by a value'],
    [['ship', '--to', 'carrier-pigeon'], {}, 'elasticsearch, opensearch, datadog'],
    [['ship', '--to', 'datadog'], {}, 'DD_API_KEY'],
    [['ship', '--to', 'file=x', '--traces'], {}, '--traces must be given with --to elasticsearch=… or opensearch=…'],
    [['ship', '--to', 'elasticsearch=https://elastic:hunter2@es'], {}, 'without user and password'],
    [['ship', '--config', '/nowhere/ship.json'], {}, 'ENOENT'],
    [['ship', '--timeout', 'soon', '--once'], {}, '--timeout'],
    [['ship', '--frobnicate'], {}, '--frobnicate'],
    [['frobnicate'], {}, 'no command "frobnicate"'],
    [['shp'], {}, 'did you mean ship?'],
    [['ship', 'dead-leters'], {}, 'did you mean "spanline ship dead-letters"?'],
    [['ship', 'set-up', 'elasticsearch'], {}, 'did you mean "spanline ship setup"?'],
  ])('refuses %j', async (args, env, message) => {
    const { code, stderr } = await start(args, env).ended;
    expect(code).toBe(64);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('hunter2');
  });

  it.each([[['--help']], [['ship', '--help']], [[]]])('explains itself: %j', async (args) => {
    const { ended, stdin } = start(args);
    // Without a command, lines of the standard input would be printed.
    stdin.end();
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(stdout).toContain('ship');
  });
});

describe('spanline ship dead-letters', () => {
  const document = (n: number): string => `${JSON.stringify({ n, time: '2026-03-04T10:20:30Z', msg: 'm' })}\n`;

  it('writes trace documents with --traces, and sends one that was refused again', async () => {
    let isStrict = true;
    const isRefused = (stream: string | undefined): boolean => isStrict && stream === 'otel-v1-apm-span-spanline';
    const index = createIndex((_document, stream) =>
      isRefused(stream) ? { status: 400, type: 'mapper_parsing' } : undefined,
    );
    const target = await startReceiver((request) => index.bulk(request));
    onTestFinished(() => target.close());
    writeFileSync(inFolder('app.log'), `${spanLines(1)[0]}\n`);
    const to = ['--dir', inFolder('state'), '--to', `opensearch=${target.url}`, '--traces'];
    expect(await start(['ship', inFolder('app.log'), ...to, '--once']).ended).toMatchObject({
      code: 1,
      stdout: 'opensearch  0 shipped, 1 refused\n',
    });
    expect(index.documents.size).toBe(1);
    isStrict = false;
    const again = await start(['ship', 'dead-letters', '--retry', ...to]).ended;
    expect(again).toMatchObject({ code: 0, stdout: 'opensearch  1 stored, 0 refused again\n' });
    expect([index.documents.size, index.stream('otel-v1-apm-span-spanline').size]).toEqual([1, 1]);
  });

  it('lists refused lines with reason, path and byte, and sends them again', async () => {
    let isStrict = true;
    const index = createIndex(({ n }) => (isStrict && n === 1 ? { status: 400, type: 'mapper_parsing' } : undefined));
    const target = await startReceiver((request) => index.bulk(request));
    onTestFinished(() => target.close());
    const log = inFolder('app.log');
    writeFileSync(log, document(0) + document(1) + 'no JSON\n');
    const dir = ['--dir', inFolder('state')];
    const to = ['--to', `elasticsearch=${target.url}`];
    expect(await start(['ship', log, ...dir, ...to, '--once']).ended).toMatchObject({ code: 1 });
    const list = (): Promise<Outcome> => start(['ship', 'dead-letters', ...dir]).ended;
    const { code, stdout } = await list();
    expect(code).toBe(0);
    expect(stdout).toContain(`elasticsearch  the line is no JSON object  ${log}, byte ${document(0).length * 2}\n`);
    expect(stdout).toContain(`elasticsearch  400 mapper_parsing in field x  ${log}, byte ${document(0).length}\n`);
    expect(stdout).toMatch(/2 dead letters\n$/);
    isStrict = false;
    const retried = await start(['ship', 'dead-letters', ...dir, ...to, '--retry']).ended;
    expect(retried).toMatchObject({ code: 1, stdout: expect.stringContaining('1 refused again') as string });
    expect(index.documents.size).toBe(2);
    // With the place where it was written first.
    expect((await list()).stdout).toMatch(new RegExp(`no JSON object  ${log}, byte \\d+\\n1 dead letter\\n$`));
    expect(await start(['ship', 'dead-letters', ...dir, ...to, '--retry', '--text']).ended).toMatchObject({ code: 0 });
    expect(index.documents.size).toBe(3);
    expect((await list()).stdout).toBe('0 dead letters\n');
    expect(await start(['ship', 'dead-letters', '--dir', inFolder('typo')]).ended).toMatchObject({ code: 64 });
    expect(await start(['ship', 'dead-letters', ...dir, '--retry']).ended).toMatchObject({ code: 64 });
  });

  it('sends lines again with the time of their container or of their text, and several lines as one', async () => {
    let isStrict = true;
    const index = createIndex(({ message }) =>
      isStrict && message !== 'taken' ? { status: 400, type: 'mapper_parsing' } : undefined,
    );
    const target = await startReceiver((request) => index.bulk(request));
    onTestFinished(() => target.close());
    const log = inFolder('app.log');
    const lines = [
      '{"msg":"taken"}',
      '2026-03-04T10:20:31.000000001Z stdout F {"msg":"inside"}',
      '{"meta":{"at":"2026-03-04T10:20:33Z"},"msg":"own"}',
      '2026-03-04 10:20:32.5 Error: no seat',
      '    at Desk (desk.js:7:1)',
    ];
    writeFileSync(log, `${lines.join('\n')}\n`);
    const flags = ['--dir', inFolder('state'), '--to', `elasticsearch=${target.url}`, '--time-field', 'meta.at'];
    expect(await start(['ship', log, ...flags, '--once', '--multiline']).ended).toMatchObject({
      code: 1,
      stdout: 'elasticsearch  1 shipped, 3 refused\n',
    });
    const again = ['ship', 'dead-letters', '--retry', ...flags];
    expect(await start(again).ended).toMatchObject({ stdout: 'elasticsearch  0 stored, 3 refused again\n' });
    isStrict = false;
    expect(await start(again).ended).toMatchObject({ stdout: 'elasticsearch  3 stored, 0 refused again\n' });
    const stored = [...index.documents.values()].map((document) => [document['message'], document['@timestamp']]);
    expect(stored.slice(1)).toEqual([
      ['inside', '2026-03-04T10:20:31.000000001Z'],
      ['own', '2026-03-04T10:20:33.000Z'],
      ['2026-03-04 10:20:32.5 Error: no seat\n    at Desk (desk.js:7:1)', '2026-03-04T10:20:32.500Z'],
    ]);
  });

  it('prints no control characters of paths', async () => {
    const name = 'a\u001b[31m\nforged.log';
    writeFileSync(inFolder(name), 'no JSON\n');
    const flags = ['--dir', inFolder('state'), '--to', `file=${inFolder('out')}`];
    const { stderr } = await start(['ship', inFolder(name), ...flags, '--once']).ended;
    expect(stderr.trimEnd()).not.toMatch(/\p{Cc}/u);
  });

  it('sends lines again from one process at a time, and goes on with those of a container that was killed', async () => {
    const letters = inFolder('state/dead-letter');
    const line = document(0).trim();
    mkdirSync(letters, { recursive: true });
    writeFileSync(
      join(letters, 'file.ndjson'),
      `${JSON.stringify({ sink: 'file', reason: '400', offset: 0, line })}\n`,
    );
    const retry = ['ship', 'dead-letters', '--dir', inFolder('state'), '--retry', '--to', `file=${inFolder('out')}`];
    writeFileSync(join(letters, 'lock-000001'), JSON.stringify({ ...currentProcess(), owner: 'other' }));
    expect(await start(retry).ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('another process sends the dead letters') as string,
    });
    expect(existsSync(inFolder('out'))).toBe(false);
    // That one had taken them out when its container was killed.
    const aside = join(letters, 'retry/file');
    mkdirSync(aside, { recursive: true });
    renameSync(join(letters, 'file.ndjson'), join(aside, '1-file.ndjson.letters'));
    const holder = { ...currentProcess(), machine: 'container', owner: 'other' };
    writeFileSync(join(letters, 'lock-000001'), JSON.stringify(holder));
    const retried = start(retry);
    await expect.poll(retried.stderr).toContain('waits up to 30 s for a sign of life');
    const now = performance.now.bind(performance);
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + 30_000);
    onTestFinished(() => clock.mockRestore());
    expect(await retried.ended).toMatchObject({ code: 0, stdout: 'file  1 stored, 0 refused again\n' });
    expect(read('out')).toBe(document(0));
    expect(existsSync(aside)).toBe(false);
  });

  it('keeps lines whose copy another process ships', async () => {
    const aside = inFolder('state/dead-letter/retry/file');
    const line = document(0).trim();
    mkdirSync(aside, { recursive: true });
    writeFileSync(join(aside, '1-file.ndjson.letters'), `${JSON.stringify({ sink: 'file', offset: 0, line })}\n`);
    writeFileSync(join(aside, '1-file.ndjson.lines'), document(0));
    const { dev, ino } = statSync(join(aside, '1-file.ndjson.lines'));
    const copy = join(aside, `file-${dev}-${ino}`);
    mkdirSync(copy);
    writeFileSync(join(copy, 'lock-000001'), JSON.stringify({ ...currentProcess(), owner: 'other' }));
    const retry = ['ship', 'dead-letters', '--dir', inFolder('state'), '--retry', '--to', `file=${inFolder('out')}`];
    expect(await start(retry).ended).toMatchObject({ code: 2 });
    rmSync(join(copy, 'lock-000001'));
    expect(await start(retry).ended).toMatchObject({ code: 0 });
    expect(read('out')).toBe(document(0));
  });

  it('sends the lines of each target to the one of its name, also to one of your own', async () => {
    const own = inFolder('own.mjs');
    writeFileSync(
      own,
      `import { appendFileSync, existsSync } from 'node:fs';
      export const createSink = ({ path }) => ({
        limits: { bytes: 1e6, entries: 100, lingerMs: 1, concurrency: 1 },
        encode: (line) => ({ kind: 'entry', parts: [line.bytes, '\\n'] }),
        async send({ entries, body }) {
          const isClosed = !existsSync(path);
          if (!isClosed) appendFileSync(path, body());
          return isClosed
            ? { kind: 'items', items: entries.map(() => ({ kind: 'reject', reason: 'closed' })) }
            : { kind: 'stored' };
        },
      });`,
    );
    const index = createIndex(({ n }) => (n === 1 ? { status: 400, type: 'mapper_parsing' } : undefined));
    const target = await startReceiver((request) => index.bulk(request));
    onTestFinished(() => target.close());
    const log = inFolder('app.log');
    writeFileSync(log, document(0) + document(1));
    const config = inFolder('ship.json');
    const to = [
      { type: 'elasticsearch', name: 'search', url: target.url },
      { name: 'tape', module: './own.mjs', options: { path: inFolder('tape') } },
    ];
    writeFileSync(inFolder('tape'), '');
    writeFileSync(config, JSON.stringify({ dir: inFolder('state'), files: [log], to }));
    expect(await start(['ship', '--config', config, '--once']).ended).toMatchObject({ code: 1 });
    rmSync(inFolder('tape'));
    appendFileSync(log, document(2));
    expect(await start(['ship', '--config', config, '--once']).ended).toMatchObject({ code: 1 });
    writeFileSync(inFolder('tape'), '');
    const retried = start(['ship', 'dead-letters', '--retry', '--config', config]).ended;
    expect(await retried).toMatchObject({
      code: 1,
      stdout: 'search  0 stored, 1 refused again\ntape  1 stored, 0 refused again\n',
    });
    expect(readFileSync(inFolder('tape'), 'utf8')).toBe(document(2));
    // The name of a target on the command line is its kind.
    const flags = ['--dir', inFolder('state'), '--retry', '--to', `file=${inFolder('out')}`];
    expect(await start(['ship', 'dead-letters', ...flags]).ended).toMatchObject({
      code: 2,
      stderr: 'warn: the dead letters of search stay: no target has this name. See --sink in --help\n',
    });
    expect(await start(['ship', 'dead-letters', ...flags, '--sink', 'search']).ended).toMatchObject({ code: 0 });
    expect(readFileSync(inFolder('out'), 'utf8')).toBe(document(1));
  });
});

describe('spanline ship --status', () => {
  const status = (): Promise<Outcome> => start(['ship', '--status', '--dir', folder]).ended;

  it('answers for a spool that an application ships itself', async () => {
    expect(await status()).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('no shipper has worked') as string,
    });
    const spooled = spool({ dir: folder });
    spooled.write('{"n":1}\n');
    expect(await status()).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/\nwriter-\d+-\w+ {2}running {2}8 B, no target has read it yet\n$/) as string,
    });
    const shipper = startShipper({ dir: folder, to: [fileSink({ path: inFolder('out') })] });
    await shipper.drain();
    spooled.write('{"n":2}\n');
    await shipper.stop(0);
    // The thread of a spool writes checkpoints alone.
    rmSync(inFolder('status.json'));
    expect((await status()).stdout).toMatch(/running {2}file (?:8|0) B behind\n$/);
    await spooled.close(0);
    expect((await status()).stdout).toMatch(/ended {2}file (?:8|0) B behind\n$/);
  });

  it('answers for a shipper of files in a program, as for the command', async () => {
    writeFileSync(inFolder('app.log'), '{"n":1}\n{"n":2}\n');
    const to = [fileSink({ path: inFolder('out') })];
    const shipper = startShipper({ dir: inFolder('state'), files: [inFolder('app.log')], to });
    onTestFinished(() => shipper.stop(0));
    await shipper.drain();
    const ask = async (): Promise<string> => {
      const { code, stdout } = await start(['ship', '--status', '--dir', inFolder('state')]).ended;
      return `${String(code)} ${stdout}`;
    };
    await expect
      .poll(ask, { timeout: 10_000 })
      .toMatch(
        new RegExp(
          `^0 running, pid ${process.pid}, \\S+\\nfile {2}2 lines {2}[\\d.]+/s {2}0 B behind {2}0 retries {2}ok\\n$`,
        ),
      );
    await shipper.stop(0);
    expect(await ask()).toMatch(/^1 not running; last status of pid \d+, \S+\nfile {2}2 lines {2}0 B behind/);
  });
});

it('spanline --version prints the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  expect(await start(['--version']).ended).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});
