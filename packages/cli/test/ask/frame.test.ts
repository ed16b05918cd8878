/** What all commands that answer questions have in common: sources, filters, forms of the answer, exit codes. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { run } from 'spanline';
import { describe, expect, it } from 'vitest';
import { lines, span } from '../../../query/test/support/logs.ts';
import { ASK_LOG } from '../support/ask-log.ts';
import { cli, folderWith } from '../support/cli.ts';

describe('the source of a question', () => {
  it('is an argument, SPANLINE_SOURCE, spanline.json or package.json, in this order', async () => {
    const cwd = folderWith({
      'app.ndjson': ASK_LOG,
      'other.ndjson': lines(span(9, { 'span.name': 'other' })),
      'package.json': '{"spanline":{"source":"app.ndjson"}}',
    });
    const steps = async (args: string[], env = {}): Promise<string> => {
      const { stdout } = await cli(['stats', '--json', ...args], { cwd, env });
      return (JSON.parse(stdout) as { rows: { by: string[] }[] }).rows.map(({ by }) => by[0]).join();
    };
    expect(await steps([])).toBe('search,chat gpt-4o,POST /ask');
    expect(await steps([], { SPANLINE_SOURCE: 'other.ndjson' })).toBe('other');
    expect(await steps(['app.ndjson', 'other.ndjson'], { SPANLINE_SOURCE: 'other.ndjson' })).toContain('other');
    expect(await steps(['*.ndjson', 'step:s*'])).toBe('search');
  });

  it('that is set elsewhere is not replaced by a word that is the name of a folder', async () => {
    const cwd = folderWith({ 'app.ndjson': ASK_LOG });
    mkdirSync(join(cwd, 'step'));
    const env = { SPANLINE_SOURCE: 'app.ndjson' };
    const found = await cli(['stats', 'step', '--json'], { cwd, env });
    expect(found).toMatchObject({ code: 0, stderr: expect.stringContaining('write ./step for the file') as string });
    expect(JSON.parse(found.stdout)).toMatchObject({ rows: [{ by: ['search'] }, {}, {}] });
    expect((await cli(['show', 'req-1', 'step'], { cwd, env })).code).toBe(0);
    expect((await cli(['stats', './step'], { cwd, env })).stderr).toContain('source must be');
    expect((await cli(['show', 'step', 'req-1'], { cwd, env })).stderr).toContain('source must be');
  });

  it('is the standard input for -', async () => {
    const { code, stdout } = await cli(['ls', '-', 'user:ada'], { stdin: ASK_LOG });
    expect({ code, rows: stdout.match(/POST \/ask/g)?.length }).toEqual({ code: 0, rows: 1 });
  });

  it('is asked for where there is none, and a path that is wrong is no word to search for', async () => {
    const cwd = folderWith({});
    expect(await cli(['ls'], { cwd })).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('no source') as string,
    });
    writeFileSync(join(cwd, 'app.ndjson'), '');
    expect((await cli(['explain', '--expensive', 'app.ndjson'], { cwd })).stderr).toContain(
      'no source: --expensive took app.ndjson as its value; write the value before it: --expensive <value> app.ndjson',
    );
    const typo = await cli(['ls', 'logs/ap.ndjson'], { cwd });
    expect(typo).toMatchObject({
      code: 64,
      stdout: '',
      stderr: expect.stringContaining('no file logs/ap.ndjson; put a word') as string,
    });
  });

  it('suggests the file of the same folder whose name is much the same', async () => {
    const cwd = folderWith({ 'logs/app.ndjson': ASK_LOG });
    const { code, stderr } = await cli(['ls', 'logs/apq.ndjson'], { cwd });
    expect({ code, stderr }).toEqual({
      code: 64,
      stderr: expect.stringContaining('no file logs/apq.ndjson; did you mean logs/app.ndjson? Put a word') as string,
    });
  });
});

describe('filters', () => {
  const counts = async (args: string[]): Promise<Record<string, number>> => {
    const cwd = folderWith({ 'app.ndjson': ASK_LOG });
    const { stdout } = await cli(['stats', 'app.ndjson', '--json', ...args], { cwd });
    const { rows } = JSON.parse(stdout) as { rows: { by: string[]; count: number }[] };
    return Object.fromEntries(rows.map(({ by, count }) => [by[0], count]));
  };

  it('may be words, the flag -f, or both, and may begin with a minus', async () => {
    expect(await counts(['type:retriever', 'status:ok'])).toEqual({ search: 1 });
    expect(await counts(['-f', 'type:retriever', '--filter', 'status:error'])).toEqual({ search: 1 });
    expect(await counts(['-type:retriever', 'user:ben'])).toEqual({ 'POST /ask': 1 });
    expect(await counts(['-f', '-type:retriever', '--filter', '-user:ada'])).toEqual({ 'POST /ask': 1 });
  });

  it('of a time that cannot be read name the flag', async () => {
    const cwd = folderWith({ 'app.ndjson': ASK_LOG });
    for (const flag of ['--since', '--from', '--to']) {
      const { code, stderr } = await cli(['ls', 'app.ndjson', flag, 'soon'], { cwd });
      expect({ code, isNamed: stderr.includes(`${flag} must be a time`) }).toEqual({ code: 64, isNamed: true });
    }
    const { stderr } = await cli(['diff', 'app.ndjson', '--before', 'soon'], { cwd });
    expect(stderr).toContain('--before must be a time');
  });

  it('may be a range of time', async () => {
    expect(await counts(['--from', '2026-11-23T09:00:03Z'])).toEqual({ search: 1, 'POST /ask': 1 });
    expect(await counts(['--since', '2026-11-23', '--to', '2026-11-23T09:00:02Z'])).toEqual({
      search: 1,
      'chat gpt-4o': 1,
      'POST /ask': 1,
    });
  });
});

describe('the form of an answer', () => {
  it('is JSON, Markdown or a table, which fits the terminal', async () => {
    const cwd = folderWith({ 'app.ndjson': ASK_LOG });
    const print = async (...args: string[]): Promise<string> =>
      (await cli(['ls', 'app.ndjson', ...args], { cwd })).stdout;
    expect(JSON.parse(await print('--json'))).toMatchObject({
      total: 2,
      traces: [{ userId: 'ben' }, { userId: 'ada' }],
    });
    expect(await print('--md')).toMatch(/^\| start \(UTC\) \| trace \|/);
    for (const columns of ['40', '80', '140']) {
      const { stdout } = await cli(['ls', 'app.ndjson'], { cwd, env: { COLUMNS: columns } });
      const widths = stdout.split('\n').map((line) => line.length);
      expect(Math.max(...widths)).toBeLessThanOrEqual(Number(columns));
      expect(stdout).toContain('POST /ask');
    }
  });

  it('fits a budget of tokens and says what is left out', async () => {
    const many = lines(...Array.from({ length: 400 }, (_, n) => span(n + 1, { 'span.name': `step ${n}` })));
    const cwd = folderWith({ 'app.ndjson': many });
    for (const form of ['--md', '--json']) {
      const args = ['stats', 'app.ndjson', form, '--limit', '400', '--budget', '500'];
      const { stdout } = await cli(args, { cwd });
      expect(Buffer.byteLength(stdout)).toBeLessThanOrEqual(2000);
      expect(Buffer.byteLength(stdout)).toBeGreaterThan(1000);
      expect(stdout).toMatch(/\d+ more/);
    }
  });

  it('has colours at a terminal only, and none with --no-color', async () => {
    const cwd = folderWith({ 'app.ndjson': ASK_LOG });
    const colored = await cli(['ls', 'app.ndjson'], { cwd, env: { FORCE_COLOR: '1' } });
    expect(colored.stdout).toContain('\u001b[31m');
    for (const args of [[], ['--no-color']]) {
      const { stdout } = await cli(['ls', 'app.ndjson', ...args], {
        cwd,
        env: args.length > 0 ? { FORCE_COLOR: '1' } : {},
      });
      expect(stdout).not.toContain('\u001b');
    }
  });

  it('holds no character of a log that a terminal acts on', async () => {
    const evil = '\u001b]8;;https://evil\u0007go\u001b[2J\u009b31m\u202eabc';
    const cwd = folderWith({ 'app.ndjson': lines(span(1, { 'span.name': evil, 'user.id': evil })) });
    for (const form of [[], ['--md'], ['--json']]) {
      for (const question of [['ls'], ['stats', '--by', 'user']]) {
        const { code, stdout } = await cli([...question, 'app.ndjson', ...form], { cwd });
        expect(code).toBe(0);
        expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }
    }
  });
});

describe('exit codes and notes', () => {
  it('tell whether something was found', async () => {
    const cwd = folderWith({ 'app.ndjson': ASK_LOG });
    expect(await cli(['ls', 'app.ndjson', 'user:nobody'], { cwd })).toMatchObject({
      code: 1,
      stdout: 'No traces pass.\n',
    });
  });

  it.each([
    [['ls', 'step:serch'], 'note: no span has step:serch; did you mean step:search?\n'],
    [['slow', 'model:gpt-40 status:ok'], 'note: no span has model:gpt-40; did you mean model:gpt-4o?\n'],
    [['stats', '(step:nothing OR step:search) user:ben error:none'], 'note: no span has step:nothing\n'],
    [['ls', 'user:adda'], ''],
    [['ls', 'step:search', 'model:gpt-4o', 'user:eve'], ''],
  ])('name what no span has: %j', async ([command = '', filter = '', ...more], note) => {
    const cwd = folderWith({ 'app.ndjson': ASK_LOG });
    const { code, stderr } = await cli([command, 'app.ndjson', filter, ...more], { cwd });
    expect({ code, stderr: stderr.split('\n', 1)[0] }).toEqual({ code: 1, stderr: note.trim() });
  });

  it('ask a stream once', async () => {
    const { code, stderr } = await cli(['ls', '-', 'step:serch'], { stdin: ASK_LOG });
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });

  it('name lines that are no records, and files that were not read', async () => {
    const cwd = folderWith({ 'app.ndjson': `Server listens\n${ASK_LOG}{"a":` });
    const { code, stderr } = await cli(['ls', 'app.ndjson'], { cwd });
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `note: 2 lines were left out (1 no JSON, 1 without their end); the first in ${cwd}/app.ndjson at byte 0\n`,
    });
  });

  it.skipIf(process.platform !== 'linux')('say that the answer is incomplete where a file is not read', async () => {
    const cwd = folderWith({ 'app.ndjson': ASK_LOG });
    const { code, stdout, stderr } = await cli(['ls', 'app.ndjson', '/proc/self/mem'], { cwd });
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'warn: not all of /proc/self/mem was read: EIO\n' });
    expect(stdout).toContain('POST /ask');
  });

  it.each([
    [['stats', 'app.ndjson', '--jsn'], '--json'],
    [['stats', 'app.ndjson', '--json', '--md'], 'absent beside --json'],
    [['stats', 'app.ndjson', '--budget', 'much'], 'a number of tokens'],
    [['stats', 'app.ndjson', '--by', 'modle'], 'did you mean "model"'],
    [['stats', 'app.ndjson', '--since', 'soon'], 'since'],
    [['stats', 'app.ndjson', 'typ:llm'], '^^^'],
    [['ls', 'app.ndjson', '--limit', '0'], 'a whole number'],
  ])('refuse wrong usage: %j', async (args, hint) => {
    const outcome = await cli(args, { cwd: folderWith({ 'app.ndjson': ASK_LOG }) });
    expect(outcome).toMatchObject({ code: 64, stdout: '' });
    expect(outcome.stderr).toContain(hint);
  });
});

describe('at a terminal', () => {
  const atTerminal = async (env: Record<string, string>, source: string): Promise<string> => {
    let printed = '';
    const io = {
      stdin: new PassThrough(),
      stdout: { isTTY: true, columns: 80, write: (text: unknown) => (printed += String(text)) },
      stderr: { write: (): void => {} },
      env: { PATH: process.env['PATH'], ...env },
      stop: new AbortController().signal,
    };
    expect(await run(['ls', source], io)).toBe(0);
    return printed;
  };

  it('an answer goes through the pager', async () => {
    const cwd = folderWith({ 'app.ndjson': ASK_LOG });
    const shown = join(cwd, 'shown.txt');
    expect(await atTerminal({ PAGER: `tee ${shown} >/dev/null` }, join(cwd, 'app.ndjson'))).toBe('');
    expect(readFileSync(shown, 'utf8')).toContain('POST /ask');
  });

  it.each(['', 'cat', 'no-such-pager-here'])('it is printed without one: %j', async (pager) => {
    const cwd = folderWith({ 'app.ndjson': ASK_LOG });
    expect(await atTerminal({ PAGER: pager }, join(cwd, 'app.ndjson'))).toContain('POST /ask');
  });
});
