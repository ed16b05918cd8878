/** `spanline tail` and `node app.js | spanline`, in a process of their own. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, copyFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lines, span, spanId, traceId } from '../../query/test/support/logs.ts';
import { ASK_LOG } from './support/ask-log.ts';
import { cli, folderWith, MAIN } from './support/cli.ts';

interface Running {
  readonly stdin: NodeJS.WritableStream;
  readonly ended: Promise<number | null>;
  bytes(): Buffer;
  text(): string;
  kill(signal: NodeJS.Signals): void;
}

function start(args: readonly string[], cwd?: string): Running {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  return {
    stdin: child.stdin,
    ended: once(child, 'close').then(([code]) => code as number | null),
    bytes: () => Buffer.concat(chunks),
    text: () => Buffer.concat(chunks).toString(),
    kill: (signal) => void child.kill(signal),
  };
}

/** A trace of one span. */
const trace = (number: number): string =>
  lines(span(number, { trace_id: traceId(number), 'span.name': `trace ${number}` }));
const open = (number: number): string =>
  lines(span(number, { trace_id: traceId(number), parent_span_id: spanId(999), 'span.name': `open ${number}` }));
const seen = (text: string): string[] => [...text.matchAll(/(?:trace|open) \d+ {2}/g)].map(([name]) => name.trim());

describe('the standard input', () => {
  it('is printed as trees when traces end, and as it is otherwise, byte for byte', async () => {
    const foreign = Buffer.concat([
      Buffer.from('\u001b[32mready\u001b[0m in 300 ms\r\n\n{"hello":"world"}\n{"level":30,"msg":"hi"}\n{broken\n'),
      Buffer.from([0x00, 0xff, 0xfe, 0x0a, 0x20, 0x0a]),
    ]);
    const running = start([]);
    running.stdin.write(foreign);
    await expect.poll(() => running.bytes().length).toBe(foreign.length);
    expect(running.bytes()).toEqual(foreign);
    running.stdin.write(ASK_LOG);
    await expect.poll(() => running.text()).toContain('req-2');
    const trees = running.text().slice(foreign.toString().length);
    expect(trees).toMatch(/POST \/ask[\s\S]*├─ search[\s\S]*└─ chat gpt-4o[\s\S]*request req-1/);
    running.stdin.end('no line feed');
    expect(await running.ended).toBe(0);
    expect(running.text()).toMatch(/\n\nno line feed$/);
  });

  it('is the same for tail, and shows lines of the application in one line', async () => {
    const log = `{"level":"warn","@timestamp":"2026-11-23T09:00:00.000Z","msg":"old index","trace_id":"${traceId(1)}"}\n`;
    const { stdout } = await cli(['tail'], { stdin: `${log}${trace(1)}` });
    expect(stdout).toMatch(/^09:00:00\.000 WARN {2}old index 00000000\n\n {2}trace 1/);
  });

  it('has lines of other loggers in one line with --logs', async () => {
    const log = '{"level":30,"time":1795424400000,"msg":"listening","port":3000}\n';
    expect((await cli(['tail'], { stdin: log })).stdout).toBe(log);
    expect((await cli(['tail', '--logs'], { stdin: log })).stdout).toMatch(/INFO {2}listening port=3000\n$/);
    expect((await cli(['--logs'], { stdin: log })).stdout).toMatch(/INFO {2}listening port=3000\n$/);
    expect((await cli(['--lgos'], { stdin: log })).stderr).toContain('did you mean "--logs"');
  });

  it('may have wrappers of containers and parts of lines', async () => {
    const docker = (log: string): string =>
      `${JSON.stringify({ log, stream: 'stdout', time: '2026-11-23T09:00:00Z' })}\n`;
    const line = trace(1);
    const other = docker('plain\n');
    const { stdout } = await cli([], { stdin: docker(line.slice(0, 50)) + docker(line.slice(50)) + other });
    expect(seen(stdout)).toEqual(['trace 1']);
    expect(stdout.endsWith(`\n\n${other}`)).toBe(true);
  });

  it('shows traces that have not ended at its end', async () => {
    const { stdout } = await cli([], { stdin: `start${open(1).replace('{', '\n{')}` });
    expect(stdout).toMatch(/^start\n/);
    expect(seen(stdout)).toEqual(['open 1']);
  });

  it('may be empty: then there is help', async () => {
    expect((await cli([])).stdout).toMatch(/^spanline <command>/);
  });

  it('may go on after a signal: the program in front of the pipe gets it too', async () => {
    const running = start([]);
    running.stdin.write('hello\n');
    await expect.poll(() => running.text()).toBe('hello\n');
    // A runner in between, such as npm, passes on what the terminal has sent already.
    running.kill('SIGINT');
    running.kill('SIGINT');
    running.stdin.write(trace(7));
    await expect.poll(() => seen(running.text())).toEqual(['trace 7']);
    running.stdin.end(open(8));
    expect(await running.ended).toBe(0);
    expect(seen(running.text())).toEqual(['trace 7', 'open 8']);
  });
});

describe('the form', () => {
  const input = `plain\u001b[31m\n${trace(1)}\`\`\`\n{"level":30,"time":1795424400000,"msg":"listening"}\n`;

  it('is JSON lines with --json; other lines go to the standard error, byte for byte', async () => {
    const { stdout, stderr } = await cli(['tail', '--json'], { stdin: input });
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toMatchObject([{ 'span.name': 'trace 1' }]);
    expect(stderr).toBe(input.replace(trace(1), ''));
    const logs = await cli(['--json', '--logs'], { stdin: input });
    expect(logs.stdout).toContain('"message":"listening"');
    expect(logs.stderr).toBe('plain\u001b[31m\n```\n');
  });

  it('is Markdown with --md, in fences that no line can close', async () => {
    const { stdout } = await cli(['tail', '--md'], { stdin: input });
    expect(stdout).toMatch(/^````text\nplain.*\n {2}trace 1 [\s\S]*\n```\n.*listening.*\n````\n\n$/);
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it.each([
    [['--json', '--md'], '--md must be absent beside --json'],
    [['--since', 'soon'], '--since must be a time'],
    [['--since', '1h', '--from-start'], '--from-start must be absent beside --since'],
  ])('%j is wrong usage', async (args, message) => {
    const { code, stderr } = await cli(['tail', ...args], { stdin: input });
    expect(code).toBe(64);
    expect(stderr).toContain(message);
  });
});

describe('a file', () => {
  const follow = async (...args: string[]): Promise<{ file: string; running: Running; cwd: string }> => {
    const cwd = folderWith({ 'app.log': trace(1) });
    const file = join(cwd, 'app.log');
    const running = start(['tail', 'app.log', ...args], cwd);
    return { file, running, cwd };
  };
  /** Waits until the file is followed: a line that is appended is printed. */
  const isFollowed = async (running: Running, file: string): Promise<void> => {
    await expect
      .poll(() => {
        if (!running.text().includes('mark')) appendFileSync(file, 'mark\n');
        return running.text();
      })
      .toContain('mark');
  };

  it('is followed from its end on, through renaming and copying, until Ctrl-C, which prints open traces', async () => {
    const { file, running } = await follow();
    await isFollowed(running, file);
    expect(seen(running.text())).toEqual([]);
    appendFileSync(file, trace(2));
    await expect.poll(() => seen(running.text())).toEqual(['trace 2']);
    renameSync(file, `${file}.1`);
    appendFileSync(`${file}.1`, trace(3));
    writeFileSync(file, trace(4));
    await expect.poll(() => seen(running.text())).toEqual(['trace 2', 'trace 3', 'trace 4']);
    copyFileSync(file, `${file}.2`);
    truncateSync(file);
    appendFileSync(file, trace(5));
    await expect.poll(() => seen(running.text())).toEqual(['trace 2', 'trace 3', 'trace 4', 'trace 5']);
    // As long as what was there, so that only its bytes tell it apart.
    writeFileSync(file, trace(6));
    await expect.poll(() => seen(running.text())).toContain('trace 6');
    appendFileSync(file, open(7).slice(0, 40));
    appendFileSync(file, open(7).slice(40));
    appendFileSync(file, 'done\n');
    await expect.poll(() => running.text()).toContain('done');
    running.kill('SIGINT');
    expect(await running.ended).toBe(0);
    expect(seen(running.text())).toEqual([2, 3, 4, 5, 6].map((n) => `trace ${n}`).concat('open 7'));
  });

  it('is read from its start with --from-start', async () => {
    const { running } = await follow('--from-start');
    await expect.poll(() => seen(running.text())).toEqual(['trace 1']);
  });

  it('begins at a time with --since, with the whole trees of traces that end since then', async () => {
    const minute = (number: number): number => 60_000 * number;
    const child = lines(
      span(20, { at: minute(8), trace_id: traceId(21), parent_span_id: spanId(21), 'span.name': 'early child' }),
    );
    const own = (number: number): string =>
      lines(span(number, { at: minute(number), trace_id: traceId(number), 'span.name': `trace ${number}` }));
    const filler = 'a line of another program\n'.repeat(20_000);
    const cwd = folderWith({
      'app.log': `${own(1)}${filler}${own(2)}${filler}${own(5)}before\n${child}${own(10)}after\n${own(21)}`,
    });
    const running = start(['tail', 'app.log', '--since', '2026-11-23T09:10:00Z'], cwd);
    await expect.poll(() => seen(running.text())).toEqual(['trace 10', 'trace 21']);
    expect(running.text()).toContain('early child');
    expect(running.text()).toContain('after\n');
    expect(running.text()).not.toMatch(/before|another program/);
    appendFileSync(join(cwd, 'app.log'), own(22));
    await expect.poll(() => seen(running.text())).toEqual(['trace 10', 'trace 21', 'trace 22']);
  });

  it('must be one', async () => {
    const cwd = folderWith({});
    expect(await cli(['tail', 'nothing.log'], { cwd })).toMatchObject({ code: 64, stdout: '' });
    expect(await cli(['tail', cwd], { cwd })).toMatchObject({ code: 64, stdout: '' });
    expect(await cli(['tail', 'a', 'b'], { cwd })).toMatchObject({ code: 64, stdout: '' });
    writeFileSync(join(cwd, 'old.log.gz'), gzipSync(trace(1)));
    const packed = await cli(['tail', 'old.log.gz'], { cwd });
    expect(packed).toMatchObject({ code: 64, stderr: expect.stringContaining('is compressed') as string });
  });
});
