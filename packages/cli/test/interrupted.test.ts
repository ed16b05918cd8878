/** Ctrl-C before a command has its answer: it says so, exits with 130, and leaves no half of anything. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { run } from 'spanline';
import { expect, it } from 'vitest';
import { ASK_LOG } from './support/ask-log.ts';
import { folderWith } from './support/cli.ts';

interface Stopped {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in a folder, with a standard input that stays open, until it is stopped. */
async function stopped(
  args: readonly string[],
  cwd: string,
  stopWhen: 'at once' | 'lines were read',
): Promise<Stopped> {
  const stop = new AbortController();
  const stdin = new PassThrough();
  const printed = { stdout: '', stderr: '' };
  const print = (to: keyof typeof printed) => (text: string | Uint8Array) => {
    printed[to] += Buffer.from(text as Uint8Array).toString();
  };
  const before = process.cwd();
  process.chdir(cwd);
  try {
    if (stopWhen === 'at once') stop.abort();
    const env = { XDG_STATE_HOME: join(cwd, 'state'), XDG_CACHE_HOME: join(cwd, 'cache') };
    const io = { stdin, stdout: { write: print('stdout') }, stderr: { write: print('stderr') }, env };
    const ended = run(args, { ...io, stop: stop.signal });
    if (stopWhen === 'lines were read') {
      stdin.write(ASK_LOG);
      await expect.poll(() => stdin.readableLength).toBe(0);
      stop.abort();
    }
    return { code: await ended, ...printed };
  } finally {
    process.chdir(before);
  }
}

it.each([
  [['ls', '-']],
  [['show', 'req-1', '-']],
  [['stats', '-']],
  [['top', '-']],
  [['errors', '-']],
  [['errors', '--like', 'req-1', '-']],
  [['slow', '-']],
  [['sessions', '-']],
  [['cost', '-']],
  [['scores', '-']],
  [['drift', '-']],
  [['explain', '--slow', 'search', '-']],
  [['diff', '-', '--before', '2026-11-23']],
  [['check', 'error_rate < 1%', '-']],
  [['alerts', 'backtest', 'default', '-']],
  [['alerts', 'check', 'default', '-']],
  [['doctor', '-']],
  [['export', 'csv', '-', '--columns', 'step', '--out', 'out']],
  [['export', 'parquet', '-', '--columns', 'step', '--out', 'out']],
  [['export', 'arrow', '-', '--columns', 'step', '--out', 'out']],
  [['export', 'dataset', '-', '--out', 'out']],
  [['export', 'perfetto', '-', '--out', 'out']],
  [['export', 'otlp', '-', '--out', 'out']],
  [['export', 'html', 'req-1', '-', '--out', 'out']],
])('a question that waits for lines: %j', async (args) => {
  const cwd = folderWith({});
  const { code, stdout, stderr } = await stopped(args, cwd, 'lines were read');
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
  expect(stderr).toMatch(/^spanline [a-z ]+: interrupted\n$/);
  expect(readdirSync(cwd)).toEqual([]);
});

it.each([[['--yes']], [['--dry-run']], [['--yes', '--json']]])(
  'init that has not begun to write: %j',
  async (flags) => {
    const app = { 'package.json': '{"type":"module","dependencies":{"express":"5"}}', 'app.js': "import 'express';\n" };
    const cwd = folderWith(app);
    const { code, stdout, stderr } = await stopped(['init', ...flags], cwd, 'at once');
    expect({ code, stdout, stderr }).toEqual({ code: 130, stdout: '', stderr: 'spanline init: interrupted\n' });
    expect(readdirSync(cwd).toSorted()).toEqual(Object.keys(app).toSorted());
    for (const [name, text] of Object.entries(app)) expect(readFileSync(join(cwd, name), 'utf8')).toBe(text);
  },
);

it.each([[['erase', '--user', 'ada', 'app.ndjson', '--yes']], [['prune', '--days', '1', 'app.ndjson', '--yes']]])(
  'a removal that has not begun: %j',
  async (args) => {
    const cwd = folderWith({ 'app.ndjson': ASK_LOG });
    const { code, stderr } = await stopped(args, cwd, 'at once');
    expect({ code, stderr }).toEqual({ code: 130, stderr: `spanline ${args[0]}: interrupted\n` });
    expect(readFileSync(join(cwd, 'app.ndjson'), 'utf8')).toBe(ASK_LOG);
    expect(readdirSync(cwd)).toEqual(['app.ndjson']);
  },
);
