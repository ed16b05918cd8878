/** `spanline make-test`. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import type { SpanRecord } from '@spanline/record';
import { lines, span, spanId, traceId } from '../../../query/test/support/logs.ts';
import { cli, folderWith, type Outcome } from '../support/cli.ts';

const said = (role: string, content: string): string => JSON.stringify([{ role, parts: [{ type: 'text', content }] }]);

/** A request with a search and a model call. */
function request(number: number, fields: Partial<SpanRecord> = {}, root: Partial<SpanRecord> = {}): SpanRecord[] {
  const shared = { trace_id: traceId(number), 'spanline.capture.mode': 'full', 'host.name': 'secret-host' };
  const id = (step: number): string => spanId(number * 100 + step);
  const below = { ...shared, parent_span_id: id(0) };
  return [
    span(0, {
      ...below,
      at: 10,
      span_id: id(1),
      'span.name': 'docs',
      'span.type': 'retriever',
      'gen_ai.retrieval.query.text': 'How long?',
      'gen_ai.retrieval.documents': '[{"id":"a","content":"Three months."}]',
    }),
    span(0, {
      ...below,
      at: 30,
      span_id: id(2),
      'span.name': 'chat gpt-4o',
      'span.type': 'llm',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.input.messages': said('user', 'How long?'),
      'gen_ai.output.messages': said('assistant', 'Three months.'),
      ...fields,
    }),
    span(0, {
      ...shared,
      ms: 100,
      span_id: id(0),
      'span.name': 'ask',
      'span.type': 'chain',
      'spanline.input': '"How long?"',
      'spanline.output': '"Three months."',
      ...root,
    }),
  ];
}

const score = (number: number, name: string, fields: Partial<SpanRecord>): SpanRecord => ({
  '@timestamp': '2026-11-23T12:00:00.000Z',
  'event.name': 'gen_ai.evaluation.result',
  'spanline.schema': '1.0',
  trace_id: traceId(number),
  'gen_ai.evaluation.name': name,
  'spanline.evaluation.source': 'user',
  ...fields,
});

interface Made extends Outcome {
  readonly cwd: string;
  /** Text of a file of the folder of tests; empty if there is none. */
  read(name: string): string;
}

async function make(records: readonly object[], args: readonly string[] = [traceId(1)], files = {}): Promise<Made> {
  const cwd = folderWith({ 'app.ndjson': lines(...records), ...files });
  const outcome = await cli(['make-test', 'app.ndjson', '--name', 'the-test', ...args], { cwd });
  const path = (name: string): string => join(cwd, 'test/replay', name);
  return { ...outcome, cwd, read: (name) => (existsSync(path(name)) ? readFileSync(path(name), 'utf8') : '') };
}

/** A request of a page to the service, in one trace. */
const withPage = (records: readonly SpanRecord[]): SpanRecord[] => [
  ...records.map((record) => ({
    ...record,
    'service.name': 'api',
    ...(record.parent_span_id === undefined ? { parent_span_id: 'feed', 'spanline.parent.remote': true } : {}),
  })),
  span(0, {
    ms: 120,
    trace_id: traceId(1),
    span_id: 'feed',
    'service.name': 'web',
    'span.name': 'page',
    'span.type': 'task',
    'spanline.input': '"typed"',
  }),
];

/** The text of the test; it must be TypeScript. */
function testOf(made: Made): string {
  const text = made.read('the-test.test.ts');
  expect(parseSync('the-test.test.ts', text).errors).toEqual([]);
  return text;
}

describe('spanline make-test', () => {
  it('writes a test, its lines, and once the file that calls the program', async () => {
    const made = await make(request(1));
    expect(made.code).toBe(0);
    expect(made.stdout).toContain(
      'written  test/replay/the-test.test.ts\nwritten  test/replay/the-test.ndjson\nwritten  test/replay/program.ts\n',
    );
    const text = testOf(made);
    expect(text).toContain("it('ask: answers as it was recorded', async () => {");
    expect(text).toContain('expect(grounded(run)).toBeGreaterThanOrEqual(grounded(run.recorded));');
    const program = made.read('program.ts');
    expect(parseSync('program.ts', program).errors).toEqual([]);
    expect(program).toContain("// recorded.retriever('docs', theRetriever)");
    const fixture = made.read('the-test.ndjson');
    expect(fixture.trimEnd().split('\n')).toHaveLength(3);
    expect(fixture).not.toContain('secret-host');
    writeFileSync(join(made.cwd, 'test/replay/program.ts'), 'mine');
    const again = await cli(['make-test', 'app.ndjson', traceId(1), '--name', 'the-test'], { cwd: made.cwd });
    expect(again.stderr).toContain('the-test.test.ts is there already; --force replaces it');
    await cli(['make-test', 'app.ndjson', traceId(1), '--name', 'the-test', '--force'], { cwd: made.cwd });
    expect(made.read('program.ts')).toBe('mine');
  });

  it('redacts the lines again, unless they shall be as logged', async () => {
    const records = request(1, { 'gen_ai.input.messages': said('user', 'Write to ada@example.org.') });
    const made = await make(records);
    expect(made.read('the-test.ndjson')).toContain('[EMAIL_1]');
    expect(testOf(made)).toContain(
      '// Personal data in the lines is replaced: a placeholder in a recorded request is any text.',
    );
    expect((await make(records, [traceId(1), '--capture', 'full'])).read('the-test.ndjson')).toContain(
      'ada@example.org',
    );
  });

  it('of a disliked answer wants another one, or the correction', async () => {
    const down = score(1, 'thumbs', { 'gen_ai.evaluation.score.value': 0 });
    const disliked = testOf(await make([...request(1), down], ['--feedback', 'down']));
    expect(disliked).toContain("it('ask: gives another answer than the disliked one'");
    expect(disliked).toContain("expect(run.answer).not.toBe('Three months.');");
    const corrected = score(1, 'correction', { 'gen_ai.evaluation.explanation': "It's six." });
    expect(testOf(await make([...request(1), down, corrected], ['--feedback', 'down']))).toContain(
      "expect(run.answer).toBe('It\\'s six.');",
    );
  });

  it('of a request that failed wants its steps and an answer', async () => {
    const failed = { 'span.status': 'error', 'error.type': 'ParseError', 'error.message': 'no JSON' } as const;
    const text = testOf(await make(request(1, {}, { ...failed, 'spanline.output': undefined }), ['--failing', 'ask']));
    expect(text).toContain('// Recorded: ask failed first. ParseError: no JSON\n');
    expect(text).toContain("it('ask: ask does not fail again'");
    expect(text).toContain('expect.arrayContaining');
    expect(text).toContain('expect(run.answer).toBeDefined();');
  });

  it.each<[string, Partial<SpanRecord>, string]>([
    [
      'not written',
      { 'spanline.capture.mode': 'metadata', 'gen_ai.input.messages': undefined, 'gen_ai.output.messages': undefined },
      'its input was not written (capture mode "metadata"); --live model runs it for real',
    ],
    ['cut', { 'spanline.truncated': ['gen_ai.output.messages'] }, 'its output was cut to fit a limit'],
    ['lost', { 'gen_ai.output.messages': undefined }, 'its answer is on no line'],
    ['elsewhere', { 'gen_ai.input.messages': `[{"ref":"${spanId(7)}#i0"}]` }, 'its input refers to'],
  ])('writes nothing where content was %s, unless that part is live', async (_, fields, reason) => {
    const made = await make(request(1, fields));
    expect(made.code).toBe(1);
    expect(made.stdout.replaceAll(/\s+/g, ' ')).toContain(reason);
    expect(made.read('the-test.test.ts')).toBe('');
    const live = await make(request(1, fields), [traceId(1), '--live', 'model']);
    expect(testOf(live)).toContain("runTrace(recording, program, { live: ['model'] })");
  });

  it('is TypeScript whatever the log says', async () => {
    const odd = "x'); process.exit(1); //\n*/ \u2028 ${a} \\ ` \u202e";
    const failed = { 'span.status': 'error', 'error.type': odd, 'error.message': odd, 'span.name': odd } as const;
    const made = await make(request(1, failed, { 'span.name': odd, 'spanline.output': JSON.stringify(odd) }));
    const text = testOf(made);
    const { program } = parseSync('the-test.test.ts', text);
    expect(program.body.filter(({ type }) => type === 'ExpressionStatement')).toHaveLength(1);
    expect(text).not.toMatch(/[\u2028\u202e]/);
  });

  it('imports the program that is named', async () => {
    const text = testOf(await make(request(1), [traceId(1), '--program', 'src/ask.ts#ask'], { 'src/ask.ts': '' }));
    expect(text).toContain("import { ask as program } from '../../src/ask.ts';");
  });

  it.each<[string[], RegExp]>([
    [[], /id must be given/],
    [[traceId(1), '--live', 'all'], /--live must be a list of model, tools, retriever/],
    [[traceId(1), '--program', 'no.ts'], /there is no file no\.ts/],
    [[traceId(1), '--capture', 'metadata'], /--capture must be redacted or full/],
    [['--update'], /--update must be given without a source and an id/],
  ])('refuses %j', async (args, problem) => {
    const { code, stderr } = await make(request(1), args);
    expect(code).toBe(64);
    expect(stderr).toMatch(problem);
  });
});

describe('a trace of two programs', () => {
  it('makes a test of the one that --service names', async () => {
    const made = await make(withPage(request(1)), [traceId(1), '--service', 'api']);
    expect(made.code).toBe(0);
    const fixture = made.read('the-test.ndjson');
    expect(fixture.match(/"service.name":"api"/g)).toHaveLength(3);
    expect(fixture).not.toContain('"web"');
    expect(testOf(made)).toContain("it('ask: answers as it was recorded'");
  });

  it('has no program of another name', async () => {
    const made = await make(withPage(request(1)), [traceId(1), '--service', 'shop']);
    expect(made.code).toBe(64);
    expect(made.stderr).toContain('--service must be a program of this trace: api, web');
  });
});
