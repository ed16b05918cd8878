/** Scores from the page: who may write, what is written, and where it is read again. */

import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { parseLine, validate } from '@spanline/record';
import { type AboutAnswer, type SpanAnswer, startViewer, type TracesAnswer } from '@spanline/viewer';
import { send } from './support/client.ts';
import { logWith, spanId, spanLine, traceId } from './support/lines.ts';

const PATH = '/api/v1/annotations';

async function openAnnotated(isOn = true) {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-annotate-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'scores.ndjson');
  const source = logWith([spanLine({ trace: 1, span: 1 }, { 'span.type': 'llm' })]);
  const viewer = await startViewer({ source, ...(isOn ? { annotate: file } : {}) });
  onTestFinished(() => viewer.close());
  const url = new URL(viewer.url);
  const entered = await send(viewer.port, url.pathname + url.search);
  const cookie = String(entered.headers['set-cookie']).split(';', 1)[0] ?? '';
  const headers = { cookie, origin: url.origin, 'content-type': 'application/json' };
  const post = async (body: unknown, given: Readonly<Record<string, string>> = headers, path = PATH) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const reply = await fetch(new URL(path, url), { method: 'POST', headers: given, body: text });
    return reply.status;
  };
  const ask = async (path: string): Promise<unknown> => (await send(viewer.port, `/api/v1/${path}`, { cookie })).json;
  return { source, file, headers, post, ask };
}

const GOOD = { traceId: traceId(1), spanId: spanId(1), name: 'quality', value: 1, label: 'ok', comment: 'says it all' };

it('a score is a valid line in the file, and is read with the log', async () => {
  const { source, file, post, ask } = await openAnnotated();
  const before = readFileSync(source, 'utf8');
  expect(((await ask('about')) as AboutAnswer).canAnnotate).toBe(true);
  expect(await post(GOOD)).toBe(204);
  expect(await post({ traceId: traceId(1), name: 'quality', comment: 'two\nlines "quoted"' })).toBe(204);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(lines).toHaveLength(2);
  for (const line of lines) {
    const parsed = parseLine(line);
    expect(parsed?.kind).toBe('score');
    expect(validate(JSON.parse(line) as object)).toMatchObject({ valid: true });
  }
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    'gen_ai.evaluation.name': 'quality',
    'gen_ai.evaluation.score.value': 1,
    'spanline.evaluation.label': 'ok',
    'spanline.evaluation.source': 'user',
    trace_id: traceId(1),
    span_id: spanId(1),
  });
  expect(statSync(file).mode & 0o077).toBe(0);
  expect(readFileSync(source, 'utf8')).toBe(before);
  const { scores } = (await ask(`trace/${traceId(1)}/span/${spanId(1)}`)) as SpanAnswer;
  expect(scores).toEqual([{ name: 'quality', value: 1, label: 'ok', explanation: 'says it all' }]);
  await expect
    .poll(async () => ((await ask('traces')) as TracesAnswer).rows[0]?.scores)
    .toEqual([{ name: 'quality', value: 1 }]);
});

it.each([
  ['no cookie', { cookie: '' }, 401],
  ['another origin', { origin: 'http://evil.example' }, 403],
  ['no origin', { origin: undefined }, 403],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ['plain text, which needs no preflight', { 'content-type': 'text/plain' }, 415],
  ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
])('a request with %s writes nothing', async (_, change, status) => {
  const { file, headers, post } = await openAnnotated();
  const given = Object.entries({ ...headers, ...change }).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  );
  expect(await post(GOOD, Object.fromEntries(given))).toBe(status);
  expect(readFileSync(file, 'utf8')).toBe('');
});

it('without the option, and to every other path, nothing is written', async () => {
  const { file, post, ask } = await openAnnotated(false);
  expect(await post(GOOD)).toBe(405);
  expect(existsSync(file)).toBe(false);
  expect(((await ask('about')) as AboutAnswer).canAnnotate).toBeUndefined();
  const other = await openAnnotated();
  expect(await other.post(GOOD, other.headers, '/api/v1/traces')).toBe(405);
  expect(await other.post(GOOD, other.headers, `${PATH}/`)).toBe(405);
});

it.each([
  ['no JSON', '{', 400],
  ['no trace', { ...GOOD, traceId: undefined }, 400],
  ['an id that is none', { ...GOOD, traceId: '../../etc/passwd' }, 400],
  ['a span that is none', { ...GOOD, spanId: 'x"y' }, 400],
  ['a value that is none', { ...GOOD, value: '1' }, 400],
  ['nothing to say', { traceId: traceId(1), name: 'quality' }, 400],
  ['a name that no filter can have', { ...GOOD, name: 'a"b' }, 400],
  ['a comment that is too long', { ...GOOD, comment: 'x'.repeat(30_000) }, 400],
  ['a body that is too long', { ...GOOD, comment: 'x'.repeat(100_000) }, 413],
])('%s is refused', async (_, body, status) => {
  const { file, post } = await openAnnotated();
  expect(await post(body)).toBe(status);
  expect(readFileSync(file, 'utf8')).toBe('');
});

it('a file that cannot be written is a clear error at the start', async () => {
  const source = logWith([spanLine({ trace: 1, span: 1 })]);
  await expect(startViewer({ source, annotate: '/no/such/folder/scores.ndjson' })).rejects.toThrow(
    /annotate must be a file to write \(ENOENT\)/,
  );
});
