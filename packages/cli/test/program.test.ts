import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from 'spanline';
import { expect, it, onTestFinished } from 'vitest';
import { lines, span, traceId } from '../../query/test/support/logs.ts';
import { createIndex } from '../../ship/test/support/elastic.ts';
import { startReceiver } from '../../ship/test/support/receiver.ts';
import { ASK_LOG } from './support/ask-log.ts';
import { folderWith, MAIN, program } from './support/cli.ts';

const NOTHING = { write: (): void => {} };
const HERE = fileURLToPath(new URL('.', import.meta.url));

function startCli(args: readonly string[]): ReturnType<typeof spawn> {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: HERE, stdio: ['ignore', 'ignore', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

it('spanline ship loses nothing and repeats nothing while it is killed and the file is rotated', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-ship-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const index = createIndex();
  let shaky = 0;
  const target = await startReceiver((request) => {
    const reply = index.bulk(request);
    return shaky++ % 5 === 4 ? undefined : reply;
  });
  onTestFinished(() => target.close());
  const log = join(folder, 'app.log');
  const args = ['ship', log, '--dir', join(folder, 'state'), '--to', `elasticsearch=${target.url}`];
  let written = 0;
  const write = (lines: number): void => {
    for (let n = 0; n < lines; n++) appendFileSync(log, `{"n":${written++},"msg":"${'x'.repeat(300)}"}\n`);
  };
  const numbers = (): unknown[] => [...index.documents.values()].map(({ n }) => n);

  write(500);
  const rotations = [
    (): void => renameSync(log, `${log}.1`),
    (): void => {
      copyFileSync(log, `${log}.copy`);
      truncateSync(log);
    },
    (): void => renameSync(log, `${log}.2`),
  ];
  for (const rotate of rotations) {
    const before = index.documents.size;
    const child = startCli(args);
    await target.until(() => index.documents.size > before);
    write(300);
    rotate();
    write(300);
    child.kill('SIGKILL');
    await once(child, 'close');
  }
  const last = startCli(args);
  await target.until(() => index.documents.size >= written);
  last.kill('SIGTERM');
  expect(await once(last, 'close')).toEqual([0, null]);
  expect(numbers().toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: written }, (_, n) => n));
});

it('the command line is also a function, with streams of its own', async () => {
  const io = { stdin: process.stdin, stdout: NOTHING, stderr: NOTHING, env: {}, stop: new AbortController().signal };
  expect([await run(['ship', '--help'], io), await run(['ship'], io)]).toEqual([0, 64]);
});

it('ends quietly when the reader of its output has seen enough', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-ship-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'dead-letter'));
  const letter = JSON.stringify({
    sink: 'elasticsearch',
    reason: 'x'.repeat(500),
    file: 'app.log',
    offset: 1,
    line: 'a',
  });
  writeFileSync(join(folder, 'dead-letter', 'elasticsearch.ndjson'), `${letter}\n`.repeat(5000));
  const child = spawn(process.execPath, [MAIN, 'ship', 'dead-letters', '--dir', folder]);
  onTestFinished(() => void child.kill('SIGKILL'));
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  child.stdout.once('data', () => child.stdout.destroy());
  const [code] = (await once(child, 'close')) as [number | null];
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
});

it.each([1, 2])(
  'an export that is interrupted leaves no file, also when Ctrl-C is pressed more than once (%i)',
  async (times) => {
    const cwd = folderWith({});
    const child = spawn(process.execPath, [MAIN, 'export', 'otlp', '-', '--out', 'out.json'], { cwd });
    onTestFinished(() => void child.kill('SIGKILL'));
    const closed = once(child, 'close') as Promise<[number | null]>;
    child.stdin.write(ASK_LOG);
    await expect.poll(() => readdirSync(cwd).length).toBe(1);
    for (let press = 0; press < times; press++) child.kill('SIGINT');
    expect((await closed)[0]).toBe(130);
    expect(readdirSync(cwd)).toEqual([]);
  },
);

it.each([
  ['ls', 'app.ndjson', '--limit', '20000'],
  ['stats', 'app.ndjson', '--by', 'trace', '--limit', '20000'],
  ['errors', 'app.ndjson', '--json', '--limit', '20000'],
  ['export', 'csv', 'app.ndjson', '--out', '-'],
  ['export', 'dataset', 'app.ndjson', '--spans', 'root', '--out', '-'],
  ['export', 'perfetto', 'app.ndjson', '--out', '-'],
  ['export', 'otlp', 'app.ndjson', '--out', '-'],
])('%s %s ends quietly behind a reader that has seen enough', async (...args) => {
  const message = JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: 'x'.repeat(200) }] }]);
  const spans = Array.from({ length: 5000 }, (_, number) =>
    span(number + 1, {
      trace_id: traceId(number + 1),
      'span.type': 'http',
      'span.status': 'error',
      'error.type': `Error${number}`,
      'error.message': 'x'.repeat(200),
      'gen_ai.input.messages': message,
    }),
  );
  const cwd = folderWith({ 'app.ndjson': lines(...spans) });
  const child = spawn(process.execPath, [MAIN, ...args], { cwd });
  onTestFinished(() => void child.kill('SIGKILL'));
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  child.stdout.once('data', () => child.stdout.destroy());
  const [code] = (await once(child, 'close')) as [number | null];
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
});

it('spanline stats --dp spends no more than the total in processes that run at the same time', async () => {
  const users = Array.from({ length: 300 }, (_, at) => span(at + 1, { 'user.id': `u${at}`, 'span.name': 'chat' }));
  const cwd = folderWith({ 'logs/app.ndjson': lines(...users) });
  const env = { XDG_STATE_HOME: join(cwd, 'state') };
  const ask = (): ReturnType<typeof program> =>
    program(['stats', 'logs', '--dp', '1', '--dp-total', '2'], { cwd, env });
  const outcomes = await Promise.all([ask(), ask(), ask()]);
  expect(outcomes.map(({ code }) => code).toSorted()).toEqual([0, 0, 64]);
  const [refused] = outcomes.filter(({ code }) => code === 64);
  expect(refused).toMatchObject({ stdout: '', stderr: expect.stringContaining('that is left of the total of 2') });
});
