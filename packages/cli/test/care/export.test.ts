import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { lines, span, spanId, traceId } from '../../../query/test/support/logs.ts';
import { ASK_LOG } from '../support/ask-log.ts';
import { cli, folderWith } from '../support/cli.ts';

const FORMATS = ['csv', 'dataset', 'parquet', 'arrow', 'perfetto', 'otlp'] as const;
const call = (fields: object): string =>
  lines(
    span(1, {
      'span.type': 'llm',
      'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"Write to jo@example.com"}]}]',
      ...fields,
    }),
  );

describe('the file of an export', () => {
  it.each(FORMATS)('is for its owner only, and whole (%s)', async (format) => {
    const cwd = folderWith({ 'app.ndjson': call({}) });
    const { code, stdout, stderr } = await cli(['export', format, 'app.ndjson', '--out', 'out', '--json'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { size, mode } = statSync(join(cwd, 'out'));
    expect(JSON.parse(stdout)).toEqual({ format, file: 'out', count: 1, bytes: size });
    expect(mode & 0o777).toBe(0o600);
    expect(readdirSync(cwd).toSorted()).toEqual(['app.ndjson', 'out']);
  });

  it.each(FORMATS)('replaces none without --force (%s)', async (format) => {
    const cwd = folderWith({ 'app.ndjson': call({}), out: 'mine' });
    const args = ['export', format, 'app.ndjson', '--out', 'out'];
    const refused = await cli(args, { cwd });
    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain('out is there already; --force replaces it');
    expect(readFileSync(join(cwd, 'out'), 'utf8')).toBe('mine');
    expect((await cli([...args, '--force'], { cwd })).code).toBe(0);
    expect(readFileSync(join(cwd, 'out'), 'utf8')).not.toBe('mine');
  });

  it.each([...FORMATS, 'html'])(
    'holds what could be read of a compressed file that ends too early (%s)',
    async (format) => {
      const cwd = folderWith({});
      const log = Array.from({ length: 500 }, (_, index) =>
        call({ trace_id: traceId(1), span_id: spanId(index + 1), 'user.id': randomUUID() }),
      ).join('');
      const whole = gzipSync(log);
      writeFileSync(join(cwd, 'app.ndjson.gz'), whole.subarray(0, whole.length / 2));
      const id = format === 'html' ? [traceId(1)] : [];
      const { code, stderr } = await cli(['export', format, ...id, 'app.ndjson.gz', '--out', 'out'], { cwd });
      expect(code).toBe(2);
      expect(stderr).toContain('app.ndjson.gz was read: its compressed content is cut or damaged');
      expect(existsSync(join(cwd, 'out'))).toBe(true);
    },
  );

  it('does not follow a link with --force', async () => {
    const cwd = folderWith({ 'app.ndjson': call({}), 'other.txt': 'mine' });
    symlinkSync('other.txt', join(cwd, 'out'));
    expect((await cli(['export', 'csv', 'app.ndjson', '--out', 'out', '--force'], { cwd })).code).toBe(0);
    expect(readFileSync(join(cwd, 'other.txt'), 'utf8')).toBe('mine');
  });

  it('is not there if nothing passes the filter', async () => {
    const cwd = folderWith({ 'app.ndjson': ASK_LOG });
    const { code, stdout } = await cli(['export', 'csv', 'app.ndjson', 'user:nobody', '--out', 'out'], { cwd });
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'Nothing was found. No file was written.\n' });
    expect(existsSync(join(cwd, 'out'))).toBe(false);
  });

  it.each([
    ['no/out.csv', 'there is no folder no'],
    ['app.ndjson/out.csv', 'there is no folder app.ndjson'],
    ['folder', 'folder is a folder'],
  ])('is a file in a folder that is there: %s', async (out, expected) => {
    const cwd = folderWith({ 'app.ndjson': ASK_LOG, 'folder/one': '' });
    const { code, stderr } = await cli(['export', 'csv', 'app.ndjson', '--out', out, '--force'], { cwd });
    expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringContaining(expected) as string });
    expect(readdirSync(cwd).toSorted()).toEqual(['app.ndjson', 'folder']);
  });
});

it('- is the standard output, and lines that are no records are counted beside it', async () => {
  const cwd = folderWith({ 'app.ndjson': `listening on 3000\n${ASK_LOG}` });
  const columns = ['--columns', 'context.span_id,model,duration'];
  const { code, stdout, stderr } = await cli(['export', 'csv', 'app.ndjson', 'type:llm', '--out', '-', ...columns], {
    cwd,
  });
  expect(code).toBe(0);
  expect(stdout).toBe('context.span_id,model,duration\r\n0000000000000003,gpt-4o,870\r\n');
  expect(stderr).toContain('1 line was left out (1 no JSON)');
});

it('guards cells against formulas', async () => {
  const names = ['=1+1', '+1', '-1', '@x', '\tx', '\rx', 'plain'];
  const log = lines(...names.map((name, index) => span(index + 1, { 'span.name': name, 'spanline.cost.usd': -1 })));
  const cwd = folderWith({ 'app.ndjson': log });
  const { stdout } = await cli(['export', 'csv', 'app.ndjson', '--out', '-', '--columns', 'step,cost'], { cwd });
  expect(stdout.split('\r\n').slice(1, -1)).toEqual([
    "'=1+1,-1",
    "'+1,-1",
    "'-1,-1",
    "'@x,-1",
    "'\tx,-1",
    '"\'\rx",-1',
    'plain,-1',
  ]);
});

it.each(['csv', 'dataset', 'otlp'])('--capture redacts and leaves content out (%s)', async (format) => {
  const cwd = folderWith({ 'app.ndjson': call({ 'span.name': 'mail to jo@example.com' }) });
  const args = ['export', format, 'app.ndjson', '--out', '-'];
  expect((await cli(args, { cwd })).stdout).toContain('Write to jo@example.com');
  const redacted = (await cli([...args, '--capture', 'redacted'], { cwd })).stdout;
  expect(redacted).toContain('Write to [EMAIL');
  expect(redacted).not.toContain('jo@example.com');
  const metadata = (await cli([...args, '--capture', 'metadata'], { cwd })).stdout;
  expect(metadata).not.toMatch(/Write to|jo@example/);
});

it.skipIf(process.platform !== 'linux')('says that the source was not whole', async () => {
  const cwd = folderWith({ 'app.ndjson': ASK_LOG });
  const args = ['export', 'otlp', 'app.ndjson', '/proc/self/mem', '--out', 'o.json'];
  const { code, stderr } = await cli(args, { cwd });
  expect({ code, stderr }).toEqual({ code: 2, stderr: 'warn: not all of /proc/self/mem was read: EIO\n' });
  expect(existsSync(join(cwd, 'o.json'))).toBe(true);
});

it('reads the standard input', async () => {
  const { code, stdout } = await cli(['export', 'dataset', '-', '--out', '-'], { stdin: call({}) });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ input: [{ role: 'user' }] });
});

it.each([
  [[], /^$/, 0],
  [['--capture', 'metadata'], /^note: 2 spans have no input and made no item\.\n/, 1],
])(
  'a dataset on the standard output has only items, and what is left out is on the standard error (%j)',
  async (more, said, code) => {
    const cwd = folderWith({ 'app.ndjson': call({}) + call({ span_id: spanId(2) }) });
    const args = ['export', 'dataset', 'app.ndjson', '--out', '-', ...more];
    const outcome = await cli(args, { cwd });
    expect(outcome).toMatchObject({ code, stderr: expect.stringMatching(said) as string });
    const items = outcome.stdout.split('\n').filter((line) => line !== '');
    expect(items.map((line) => Object.keys(JSON.parse(line) as object).includes('input'))).toEqual(
      code === 0 ? [true, true] : [],
    );
  },
);

it('an id that several traces have is said on the standard error, and the page has nothing', async () => {
  const ids = ['1'.repeat(32), `${'1'.repeat(8)}${'2'.repeat(24)}`];
  const cwd = folderWith({ 'app.ndjson': ids.map((id) => call({ trace_id: id })).join('') });
  const { code, stdout, stderr } = await cli(['export', 'html', '11111111', 'app.ndjson', '--out', '-'], { cwd });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(`note: Several traces have the id 11111111: ${ids[0]}`);
});

it.each([
  [['cvs'], 'did you mean csv?'],
  [[], 'format must be one of csv'],
  [['csv'], '--out must be a file'],
  [['csv', '--out', 'x', '--capture', 'some'], '--capture must be one of full, redacted, metadata'],
  [['csv', '--out', 'x', '--unique'], '--unique must be absent: it belongs to dataset'],
  [['dataset', '--out', 'x', '--spans', 'all'], '--spans must be llm or root'],
  [['csv', '--out', 'x', '--columns', 'modle'], 'did you mean "model"?'],
])('explains what is wrong: %j', async (args, expected) => {
  const cwd = folderWith({});
  writeFileSync(join(cwd, 'app.ndjson'), ASK_LOG);
  const { code, stderr } = await cli(['export', ...args], { cwd, env: { SPANLINE_SOURCE: 'app.ndjson' } });
  expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringContaining(expected) as string });
});
