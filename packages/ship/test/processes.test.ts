import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { runChild } from '../../../test/support/child.ts';
import { createIndex, type Index } from './support/elastic.ts';
import { startReceiver } from './support/receiver.ts';

/** A small file system takes a namespace of one's own. */
const hasSmallDisks = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spanline-ship-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A program that logs numbered spans and says after each which one has ended. */
function program(options: { to: string; count: number; spool?: string; each?: string; end: string }): string {
  return `
import { writeSync } from 'node:fs';
import { createLogger, createTracer } from '@spanline/core';
import { elasticsearch, spool } from '@spanline/ship';
// The parent may read slower than this writes.
const say = (text) => {
  for (;;) {
    try {
      return writeSync(1, text);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
};
const spooled = spool({ dir: ${JSON.stringify(dir)}, to: ${options.to}, segmentBytes: 65536, ${options.spool ?? ''} });
const tracer = createTracer({ logger: createLogger({}, spooled), statsIntervalSeconds: 0 });
for (let n = 0; n < ${options.count}; n++) {
  tracer.startSpan({ name: 'span ' + process.pid + ' ' + n, type: 'task' }).end();
  say(process.pid + ' ' + n + '\\n');
  ${options.each ?? ''}
}
${options.end}
`;
}

const elastic = (url: string): string => `[elasticsearch({ url: '${url}' })]`;

/** What a child said that has ended, as names of spans. */
const endedSpans = (stdout: string): string[] =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => `span ${line}`);

function linesOnDisk(): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ndjson') && !name.includes('dead-letter'))
    .toSorted()
    .flatMap((name) => readFileSync(join(dir, name), 'utf8').split('\n').slice(0, -1));
}

async function startIndex(): Promise<{ index: Index; url: string; names: () => unknown[] }> {
  const index = createIndex();
  const target = await startReceiver((request) => index.bulk(request));
  onTestFinished(() => target.close());
  return {
    index,
    url: target.url,
    names: () => [...index.documents.values()].map((document) => document['span.name']),
  };
}

describe('a line in the spool', () => {
  it.each(['SIGKILL', 'SIGTERM'])('survives %s right after the log call', async (signal) => {
    const kill = `process.kill(process.pid, '${signal}'); setInterval(() => {}, 1000);`;
    const child = await runChild(program({ to: '[]', count: 500, end: kill }));
    expect(child.signal).toBe(signal);
    expect(linesOnDisk().map((line) => (JSON.parse(line) as Record<string, unknown>)['span.name'])).toEqual(
      endedSpans(child.stdout),
    );
  });

  it('reaches the target from the worker thread, which does not keep the process', async () => {
    const { url, names } = await startIndex();
    const child = await runChild(
      program({ to: elastic(url), count: 100, end: `console.error(await spooled.drain());` }),
    );
    expect({ code: child.code, drained: child.stderr.trim() }).toEqual({ code: 0, drained: 'true' });
    expect(names().toSorted()).toEqual(endedSpans(child.stdout).toSorted());
  });

  it('reaches the target once although application and shipper are killed again and again', async () => {
    const { index, url, names } = await startIndex();
    const ended: string[] = [];
    for (let round = 0; round < 4; round++) {
      const at = 50 + Math.floor(Math.random() * 1500);
      const each = `if (n % 20 === 0) await new Promise(setImmediate);
          if (n === ${at}) process.kill(process.pid, 'SIGKILL');`;
      const child = await runChild(program({ to: elastic(url), count: 2000, each, end: '' }));
      expect([child.signal, child.stderr]).toEqual(['SIGKILL', '']);
      ended.push(...endedSpans(child.stdout));
    }
    const last = await runChild(program({ to: elastic(url), count: 1, end: `console.error(await spooled.close());` }));
    expect(last.stderr.trim()).toBe('true');
    ended.push(...endedSpans(last.stdout));
    expect(names().toSorted()).toEqual(ended.toSorted());
    expect(index.documents.size).toBe(ended.length);
    expect(linesOnDisk()).toEqual([]);
  });

  it('waits for a target that is down, and the log says so', async () => {
    const child = await runChild(
      program({ to: elastic('http://127.0.0.1:9'), count: 10, end: `console.error(await spooled.drain(2000));` }),
    );
    expect({ code: child.code, drained: child.stderr.trim() }).toEqual({ code: 0, drained: 'false' });
    const lines = linesOnDisk().map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.filter((line) => line['event.name'] === 'span.end')).toHaveLength(10);
    expect(lines.find((line) => line['spanline.ship.event'] === 'retrying')).toMatchObject({
      level: 'warn',
      'spanline.ship.sink': 'elasticsearch',
    });
  });

  it('waits for room where that was asked for, and none is lost', async () => {
    const { url, names } = await startIndex();
    const small = `maxBytes: 131072, whenFull: 'block'`;
    const end = `console.error(await spooled.close(), spooled.stats().droppedLines);`;
    const child = await runChild(program({ to: elastic(url), count: 600, spool: small, end }));
    expect(child.stderr.trim()).toBe('true 0');
    expect(names().toSorted()).toEqual(endedSpans(child.stdout).toSorted());
  });

  it.skipIf(!hasSmallDisks).each([
    ['drop-new', 'a warning'],
    ['drop-oldest', 'a line when the process ends'],
  ])('is lost on a disk that is full (%s), counted, and %s says so', (whenFull) => {
    const small = join(dir, 'disk');
    const onSmallDisk = (then: string): string[] => [
      '-rm',
      'bash',
      '-c',
      `mkdir -p ${small} && mount -t tmpfs -o size=256k tmpfs ${small} && ${then}`,
    ];
    const end = `
const { readdirSync, readFileSync } = await import('node:fs');
const read = (name) => readFileSync(spooled.file + '/' + name, 'utf8').split('\\n').slice(0, -1).map((line) => JSON.parse(line));
process.on('exit', () => {
  const lines = readdirSync(spooled.file).filter((name) => name.endsWith('.ndjson')).flatMap(read);
  const said = lines.findLast((line) => line['spanline.ship.dropped_total'] > 0)?.['spanline.ship.dropped_total'] ?? 0;
  const { writtenLines, droppedLines, failedLines } = spooled.stats();
  writeSync(1, JSON.stringify({ kept: lines.filter((line) => line['event.name'] === 'span.end').length, said, writtenLines, droppedLines, failedLines }));
});`;
    const options = `whenFull: '${whenFull}', segmentBytes: 16384`;
    const code = program({ to: '[]', count: 2000, spool: options, end }).replaceAll(`"${dir}"`, `"${small}"`);
    const node = `${process.execPath} --input-type=module --eval "$CODE"`;
    const env = { ...process.env, CODE: code };
    const { stdout, stderr } = spawnSync('unshare', onSmallDisk(`exec ${node}`), {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      env,
    });
    const outcome = JSON.parse(stdout.split('\n').at(-1) ?? '') as Record<string, number>;
    const { kept = 0, said, writtenLines, droppedLines = 0, failedLines } = outcome;
    expect(kept).toBeGreaterThan(100);
    expect(failedLines).toBe(0);
    // A line that says what was lost may be dropped as well, and counts.
    expect(kept + droppedLines - 2000).toBeOneOf(whenFull === 'drop-new' ? [0] : [0, 1, 2]);
    expect(stderr).toContain('SPANLINE_SPOOL_LOST');
    if (whenFull === 'drop-oldest') expect({ said, writtenLines }).toEqual({ said: droppedLines, writtenLines: 2000 });
  });

  it.skipIf(!hasSmallDisks).each([
    ['is full', 'head -c 2m /dev/zero >DISK/rest 2>/dev/null', 'ENOSPC'],
    ['may not be written', 'mount -o remount,ro DISK', 'EROFS'],
  ])('waits while the disk of the locks %s, and the reason is said', (_, harm, code) => {
    const small = join(dir, 'disk');
    const log = join(dir, 'app.log');
    writeFileSync(log, '{"n":1}\n');
    const ship = `
import { file, startShipper } from '@spanline/ship';
const shipper = startShipper({
  dir: '${small}/state',
  files: ['${log}'],
  to: [file({ path: '${join(dir, 'out.ndjson')}' })],
  onReport: ({ message }) => console.log(message),
});
await shipper.drain();
console.log(JSON.stringify(shipper.held()));
await shipper.stop(0);`;
    const node = `${process.execPath} --input-type=module --eval "$CODE"`;
    const mount = `mkdir ${small} && mount -t tmpfs -o size=1m tmpfs ${small}`;
    const script = `${mount} && ${node} && { ${harm.replaceAll('DISK', small)}; ${node}; }`;
    const { stdout, stderr } = spawnSync('unshare', ['-rm', 'bash', '-c', script], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      env: { ...process.env, CODE: ship },
    });
    const folder = /\S*file-\d+-\d+/.exec(stdout)?.[0] ?? '';
    expect({ stdout, stderr }).toEqual({
      stdout: `[]\n${folder} waits: its lock cannot be written (${code})\n[]\n`,
      stderr: '',
    });
    expect(readFileSync(join(dir, 'out.ndjson'), 'utf8')).toBe('{"n":1}\n');
  });

  it('goes on in another segment where a file may not grow any more', () => {
    const limited = ['-c', 'ulimit -f 64; exec "$0" "$@"', process.execPath];
    const code = program({ to: '[]', count: 500, end: `console.error(spooled.stats().failedLines);` });
    const node = ['--input-type=module', '--eval'];
    const options = { cwd: import.meta.dirname, encoding: 'utf8' } as const;
    const large = code.replace('segmentBytes: 65536', 'segmentBytes: 8388608');
    const { stdout, stderr } = spawnSync('bash', [...limited, ...node, large], options);
    expect(stderr.trim()).toBe('0');
    expect(endedSpans(stdout)).toHaveLength(500);
    expect(linesOnDisk().map((line) => (JSON.parse(line) as Record<string, unknown>)['span.name'])).toEqual(
      endedSpans(stdout),
    );
  });
});

it('a compressed file that two shippers find at once is unpacked whole, and stored once', async () => {
  const { index, url } = await startIndex();
  const log = join(dir, 'app.log.gz');
  const lines = Array.from({ length: 20_000 }, (_, n) => `{"n":${n},"msg":"${randomUUID()}"}\n`);
  writeFileSync(log, gzipSync(lines.join('')));
  const shipAll = `
import { elasticsearch, startShipper } from '@spanline/ship';
const shipper = startShipper({
  dir: '${join(dir, 'state')}',
  files: ['${log}'],
  to: [elasticsearch({ url: '${url}' })],
  final: true,
  onReport: ({ message }) => console.log(message),
});
await shipper.drain();
await shipper.stop(60_000);`;
  const shippers = await Promise.all([runChild(shipAll), runChild(shipAll)]);
  expect(shippers.map(({ code, stdout }) => ({ code, stdout }))).toEqual(shippers.map(() => ({ code: 0, stdout: '' })));
  const last = await runChild(shipAll);
  expect(last.code).toBe(0);
  const numbers = [...index.documents.values()].map(({ n }) => Number(n));
  expect(numbers.toSorted((a, b) => a - b)).toEqual(lines.map((_, n) => n));
  const left = readdirSync(join(dir, 'state'), { recursive: true, encoding: 'utf8' });
  expect(left.filter((name) => name.includes('content'))).toEqual([]);
});
