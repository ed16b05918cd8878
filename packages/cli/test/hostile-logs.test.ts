/** Logs that nobody wrote for us: every command ends with a code of its own, counts what it left out, prints no control. */

import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { open } from '@spanline/query';
import { runs } from '../../../test/support/effort.ts';
import { lines, span } from '../../query/test/support/logs.ts';
import { cli, folderWith } from './support/cli.ts';

const who = { 'user.id': 'ada', 'session.id': 's-1', 'http.request.id': 'req-1' } as const;
const GOOD = lines(span(1, who), span(2, { ...who, at: 50, 'span.type': 'llm' }));
type Fields = Parameters<typeof span>[1];
const line = (fields: Fields = {}, number = 3): string => lines(span(number, { ...who, ...fields }));

/** More than a recursion survives. */
const LEVELS = runs(20_000, 100_000);
const ARRAY = '['.repeat(LEVELS) + ']'.repeat(LEVELS);
const OBJECT = '{"a":'.repeat(LEVELS) + '1' + '}'.repeat(LEVELS);
const and = (json: string): string => `${line().slice(0, -2)},${json}}\n`;

/** Escapes of a terminal, an end of line, and characters that hide or reorder text. */
const EVIL = '\u001b]8;;https://evil\u0007go\u001b[2J\u009b31m\u202eabc\u2066\r\nX\u200b';
const evil = (number: number, fields: Fields = {}): object =>
  span(number, {
    'span.name': EVIL,
    'span.type': 'llm',
    'span.path': EVIL,
    'user.id': EVIL,
    'session.id': EVIL,
    'http.request.id': EVIL,
    'http.route': EVIL,
    'service.name': EVIL,
    'host.name': EVIL,
    'labels.tenant': EVIL,
    [`labels.${EVIL}`]: EVIL,
    'gen_ai.request.model': EVIL,
    'gen_ai.tool.name': EVIL,
    'gen_ai.prompt.name': EVIL,
    'gen_ai.usage.input_tokens': 5,
    'spanline.cost.usd': 0.1,
    'gen_ai.input.messages': JSON.stringify([{ role: EVIL, parts: [{ type: 'text', content: EVIL }] }]),
    'gen_ai.output.messages': JSON.stringify([{ role: 'assistant', parts: [{ type: 'text', content: EVIL }] }]),
    ...fields,
  });
const FAILED = { 'span.status': 'error', 'error.type': EVIL, 'error.message': EVIL } as const;
const SCORE = {
  '@timestamp': '2026-11-23T09:00:20.000Z',
  level: 'info',
  message: EVIL,
  'event.name': 'gen_ai.evaluation.result',
  'spanline.schema': '1.0',
  trace_id: span(1).trace_id,
  'gen_ai.evaluation.name': EVIL,
  'gen_ai.evaluation.score.value': 0.2,
  'gen_ai.evaluation.explanation': EVIL,
};

/** A byte sequence in the name of a step. */
const named = (...bytes: readonly number[]): Buffer => {
  const [before = '', after = ''] = line({ 'span.name': '??' }).split('??');
  return Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
};

/** A file, and what `spanline ls` says about its lines. */
const FILES: Readonly<
  Record<string, { readonly content: string | Buffer; readonly note?: RegExp; readonly rows?: number }>
> = {
  'levels.ndjson': {
    content: [
      GOOD,
      and(`"gen_ai.input.messages":${ARRAY}`),
      and(`"own":${OBJECT}`),
      `${OBJECT}\n${ARRAY}\n`,
      line({ 'gen_ai.input.messages': ARRAY, 'gen_ai.output.messages': OBJECT, 'span.type': 'llm' }, 4),
      line({ 'gen_ai.tool.call.arguments': OBJECT, 'gen_ai.retrieval.documents': ARRAY, 'span.type': 'tool' }, 5),
    ].join(''),
    note: /2 lines were left out \(1 broken JSON, 1 no JSON\)/,
  },
  'utf-8.ndjson': {
    // Overlong, half of a surrogate pair, above the last character, cut, no beginning.
    content: Buffer.concat([
      Buffer.from(GOOD),
      named(0xc0, 0xaf),
      named(0xed, 0xa0, 0x80),
      named(0xf4, 0x90, 0x80, 0x80),
      named(0xe2, 0x82),
      named(0x80),
    ]),
  },
  'lone-surrogate.ndjson': { content: GOOD + line({ 'span.name': 'a\ud800b', 'user.id': '\udc00' }) },
  'border.ndjson': {
    content: GOOD + line({ message: `${'x'.repeat(1_048_576 - Buffer.byteLength(GOOD) - 70)}${'€'.repeat(40)}` }),
  },
  'crlf.ndjson': { content: GOOD.replaceAll('\n', '\r\n') },
  'mark.ndjson': { content: `\ufeff${GOOD}` },
  'utf-16.ndjson': { content: Buffer.from(`\ufeff${GOOD}`, 'utf16le'), note: /left out/, rows: 0 },
  'nul.ndjson': { content: `${GOOD}\0\0\0\n${'\0'.repeat(100_000)}${line({ 'span.name': 'a\0b' })}` },
  'cut.ndjson.gz': {
    content: gzipSync(GOOD + line({ message: Array.from({ length: 5000 }, (_, n) => n * n).join() })).subarray(
      0,
      -4000,
    ),
    note: /its compressed content is cut or damaged/,
  },
  'names.ndjson': {
    content: `${GOOD}{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},${line({
      'span.name': '__proto__',
      'gen_ai.request.model': 'constructor',
      'user.id': '__proto__',
      'session.id': 'toString',
      'http.route': 'hasOwnProperty',
      ['labels.__proto__']: 'p',
      ['labels.constructor']: 'c',
    }).slice(1)}`,
  },
  'evil.ndjson': {
    content: lines(evil(1), evil(2, FAILED), evil(3, { at: 90 }), evil(4, { ...FAILED, at: 90 }), SCORE),
  },
};

const COMMANDS: readonly (readonly string[])[] = [
  ['ls'],
  ['ls', '--json'],
  ['stats', '--by', 'step,model,user,label.tenant,label.__proto__'],
  ['top', '--by', 'cost'],
  ['errors'],
  ['slow', '--all', '--md'],
  ['sessions'],
  ['cost'],
  ['scores'],
  ['drift', '--all'],
  ['show', 'trace'],
  ['show', 'trace', '--prompt', '--answer'],
  ['show', 'trace', '--documents', '--tools', '--json'],
  ['show', 'trace', '--md', '--budget', '500'],
  ['explain', '--slow', 'step 1'],
  ['check', 'p95 < 2s'],
  ['alerts', 'backtest', 'default'],
  ['doctor'],
  ['erase', '--user', 'ada'],
  ['prune', '--days', '1'],
  ['export', 'csv', '--out', '-'],
  ['export', 'dataset', '--out', '-'],
  ['export', 'otlp', '--out', '-', '--capture', 'redacted'],
  ['export', 'perfetto', '--out', '-'],
];

const trace = span(1).trace_id ?? '';
/** Characters that a terminal acts on, or that reorder what it shows. The end of a line is ours. */
const ACTIVE = /(?![\n])[\p{Cc}]|[\u202a-\u202e\u2066-\u2069]/u;

/** Runs every command on a file. @returns sentences about what was wrong */
async function faultsOf(name: string, cwd: string): Promise<string[]> {
  const faults: string[] = [];
  for (const args of COMMANDS) {
    const { code, stdout, stderr } = await cli([...args.map((arg) => (arg === 'trace' ? trace : arg)), name], { cwd });
    const isAsked = code === 0 || code === 1 || (code === 2 && name.startsWith('cut'));
    if (!isAsked) faults.push(`${args.join(' ')}: exit code ${code}, ${stderr}`);
    // Bytes of an export are for a program.
    if (ACTIVE.test(args[0] === 'export' ? stderr : stdout + stderr))
      faults.push(`${args.join(' ')}: prints a control`);
  }
  return faults;
}

it.each(Object.entries(FILES))('%s stops no command, and is counted', async (name, { content, note, rows = 1 }) => {
  const cwd = folderWith({});
  writeFileSync(join(cwd, name), content);
  const { code, stdout, stderr } = await cli(['ls', name, '--json'], { cwd });
  expect(stderr).toMatch(note ?? /^$/);
  expect((JSON.parse(stdout) as { total: number }).total).toBe(rows);
  expect(code).toBe(name.startsWith('cut') ? 2 : rows === 0 ? 1 : 0);
  expect(await faultsOf(name, cwd)).toEqual([]);
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});

it('a line of 100 MB of zeros that was packed into little is one line too many, in bounded memory', async () => {
  const cwd = folderWith({});
  writeFileSync(join(cwd, 'zeros.ndjson.gz'), gzipSync(Buffer.alloc(100_000_000), { level: 1 }));
  const { code, stderr } = await cli(['stats', 'zeros.ndjson.gz'], { cwd });
  expect(code).toBe(1);
  expect(stderr).toContain('1 line was left out (1 over 64 MiB)');
});

it('a name of a file, and a link to another file, show nothing of the other file', async () => {
  const cwd = folderWith({});
  mkdirSync(join(cwd, 'logs'));
  writeFileSync(join(cwd, 'secret'), 'the password is hunter2\n');
  writeFileSync(join(cwd, 'logs', '\u001b[31ma\u202e.ndjson'), `${GOOD}file:///etc/passwd\n`);
  symlinkSync(join(cwd, 'secret'), join(cwd, 'logs', 'link.log'));
  for (const args of [
    ['ls'],
    ['doctor'],
    ['stats', '--json'],
    ['erase', '--user', 'ada'],
    ['export', 'csv', '--out', '-'],
  ]) {
    const { stdout, stderr } = await cli([...args, 'logs/'], { cwd });
    expect(stdout + stderr).not.toContain('hunter2');
    expect(stderr).not.toMatch(ACTIVE);
    if (args[0] !== 'export') expect(stdout).not.toMatch(ACTIVE);
  }
  expect(readFileSync(join(cwd, 'secret'), 'utf8')).toContain('hunter2');
});

it('a file that shrinks while it is read ends there', async () => {
  const file = join(folderWith({}), 'app.ndjson');
  writeFileSync(file, Array.from({ length: 6000 }, (_, n) => line({ at: n }, n + 1)).join(''));
  const log = open(file, { index: false });
  let read = 0;
  for await (const _ of log.records()) if (++read === 1) truncateSync(file, 1000);
  expect(read).toBeGreaterThan(0);
  expect(read).toBeLessThan(6000);
  expect(log.badLines().count).toBeLessThanOrEqual(1);
});
