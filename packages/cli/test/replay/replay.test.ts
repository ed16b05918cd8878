/** `spanline replay`. */

import { describe, expect, it } from 'vitest';
import type { SpanRecord } from '@spanline/record';
import { lines, span, spanId, traceId } from '../../../query/test/support/logs.ts';
import { requests } from '../../../query/test/support/requests.ts';
import { cli, folderWith, type Outcome } from '../support/cli.ts';

const messages = (...texts: readonly (readonly [role: string, content: string])[]): string =>
  JSON.stringify(texts.map(([role, content]) => ({ role, parts: [{ type: 'text', content }] })));

/** A request of an agent: a search, a tool whose failure it survives, an answer. */
function agent(
  number: number,
  answer: string,
  tool: Partial<SpanRecord>,
  model: Partial<SpanRecord> = {},
): SpanRecord[] {
  const shared = { trace_id: traceId(number), 'spanline.capture.mode': 'full' };
  const id = (step: number): string => spanId(number * 100 + step);
  const below = { ...shared, parent_span_id: id(0) };
  return [
    span(0, {
      ...below,
      at: 10,
      span_id: id(1),
      'span.name': 'search',
      'span.type': 'retriever',
      'gen_ai.retrieval.query.text': 'Which contracts end?',
      'gen_ai.retrieval.documents': JSON.stringify([
        { id: 'contracts/7', content: 'The contract with Acme ends in May.' },
        { id: 'contracts/9', content: 'Leases renew themselves.' },
      ]),
      'spanline.retrieval.count': 2,
    }),
    span(0, {
      ...below,
      at: 30,
      ms: 200,
      span_id: id(2),
      'span.name': 'execute_tool lookup',
      'span.type': 'tool',
      'gen_ai.tool.name': 'lookup',
      'gen_ai.tool.call.arguments': '{"note":"The contract with Acme ends in May."}',
      ...tool,
    }),
    span(0, {
      ...below,
      at: 300,
      ms: 900,
      span_id: id(3),
      'span.name': 'chat gpt-4o',
      'span.type': 'llm',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.system_instructions': JSON.stringify([{ type: 'text', content: 'Answer from the documents.' }]),
      'gen_ai.input.messages': messages(['user', 'The contract with Acme ends in May.\nWhich contracts end?']),
      'gen_ai.output.messages': messages(['assistant', answer]),
      ...model,
    }),
    span(0, {
      ...shared,
      at: 0,
      ms: 1300,
      span_id: id(0),
      'span.name': 'ask',
      'span.type': 'agent',
      'spanline.input': JSON.stringify('Which contracts end?'),
      'spanline.output': JSON.stringify(answer),
    }),
  ];
}

const FAILED = { 'span.status': 'error', 'error.type': 'TimeoutError', 'error.message': 'no answer' } as const;
const found = { 'gen_ai.tool.call.result': JSON.stringify('May 31') };
const bad = agent(1, 'The one with Acme.', FAILED);
const good = agent(2, 'Acme: May 31.', found);
const down: SpanRecord = {
  '@timestamp': '2026-11-23T12:00:00.000Z',
  'event.name': 'gen_ai.evaluation.result',
  trace_id: traceId(2),
  'gen_ai.evaluation.name': 'thumbs',
  'gen_ai.evaluation.score.value': 0,
  'spanline.evaluation.source': 'user',
};

const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');

function replay(args: string[], records: readonly object[] = [...bad, ...good, down]): Promise<Outcome> {
  return cli(['replay', 'app.ndjson', ...args], { cwd: folderWith({ 'app.ndjson': lines(...records) }) });
}

describe('spanline replay', () => {
  it('steps through the chain, and names the step that failed first and where its input came from', async () => {
    const { code, stdout, stderr } = await replay([traceId(1)]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('asked     Which contracts end?\nanswered  The one with Acme.\n');
    expect(stdout).toMatch(
      /1 {2}retriever search {2}\+10 ms .*\ngot +Which contracts end\?\n(?:with .*\n)?gave +2 documents: contracts\/7, contracts\/9\n/,
    );
    expect(stdout).toMatch(/3 {2}llm chat gpt-4o .*\ngot +2 messages, the last: user: The contract/);
    const [, end = ''] = stdout.split('Failed first: ');
    expect(flat(end)).toMatch(
      /^step 2, tool execute_tool lookup TimeoutError: no answer\. The request went on without it\./,
    );
    expect(flat(end)).toContain('which came from step 1, retriever search: 1 of 2 pieces');
  });

  it('shows one step with its content in full', async () => {
    const { stdout } = await replay([traceId(1), '--at', '3']);
    expect(stdout).toContain(
      '  system:\n  Answer from the documents.\n\n  user:\n  The contract with Acme ends in May.\n',
    );
    const { code, stderr } = await replay([traceId(1), '--at', '4']);
    expect({ code, stderr }).toEqual({
      code: 64,
      stderr: 'spanline replay: ERR_INVALID_OPTION: --at must be a number from 1 to 3\n',
    });
  });

  it('shows where a second trace parts', async () => {
    const { stdout } = await replay([traceId(1), traceId(2)]);
    expect(stdout).toMatch(/^They part at step 2, tool execute_tool lookup: it got the same and ended otherwise\n/);
    expect(stdout).toMatch(/gave, second +May 31\n/);
    expect(stdout).toContain('step 3, llm chat gpt-4o: it got the same and gave something else');
    expect((await replay([traceId(1), traceId(1)])).stdout).toBe(
      'The traces are alike: 3 steps got, gave and ended the same.\n',
    );
    const { stdout: json } = await replay([traceId(1), traceId(2), '--json']);
    const { divergences } = JSON.parse(json) as { divergences: { what: string; before: { number: number } }[] };
    expect(divergences.map(({ what, before }) => [what, before.number])).toEqual([
      ['ended', 2],
      ['gave', 3],
    ]);
  });

  it('tells a step that got something else from one that is missing', async () => {
    const other = agent(3, 'The one with Acme.', FAILED, { 'gen_ai.request.temperature': 1 }).filter(
      (record) => record['span.name'] !== 'search',
    );
    const { stdout } = await replay([traceId(1), traceId(3)], [...bad, ...other]);
    expect(stdout).toMatch(/^They part at step 1, retriever search: only the first trace has it\n/);
    expect(stdout).toMatch(
      /chat gpt-4o: it got something else\ngen_ai\.request\.temperature, first +\(nothing\)\n.*second +1\n/,
    );
  });

  it('finds the trace by a failing step, and the condition under which it fails', async () => {
    const log = requests(240, 12, (random, number) => {
      const isBad = number % 12 === 5;
      return { documents: isBad ? 46 : 12, rerankMs: (isBad ? 5000 : 100) + random() * 20, isFailed: isBad };
    });
    const { stdout } = await replay(['--failing', 'rerank'], log);
    const [, end = ''] = stdout.split('Failed first: ');
    expect(flat(end)).toMatch(/reranker rerank .*which came from step 1, retriever search: 46 of 46 pieces/);
    expect(end).toMatch(
      /in this log +search: more than 20 documents \(20 of 20 bad traces, 0 of 220 others\)\nhere +search: 46 documents/,
    );
  });

  it('finds the trace that a user disliked, and says so if none is bad', async () => {
    const { stdout } = await replay(['--feedback', 'down']);
    expect(stdout).toContain('answered  Acme: May 31.\n');
    expect(stdout).toContain('No step went wrong.\n');
    expect((await replay(['--feedback', 'up'])).stderr).toBe(
      'spanline replay: ERR_INVALID_OPTION: no user said up in these lines\n',
    );
  });

  it('says what the lines do not have', async () => {
    const hidden = bad.map((record) => {
      const { 'gen_ai.input.messages': _, 'gen_ai.output.messages': __, ...rest } = record;
      return record['span.type'] === 'llm'
        ? { ...rest, 'spanline.capture.mode': 'metadata' }
        : record['span.type'] === 'tool'
          ? { ...record, 'spanline.truncated': ['gen_ai.tool.call.arguments'], 'spanline.redactions': 1 }
          : record;
    });
    const { stdout } = await replay([traceId(1)], hidden);
    expect(stdout).toContain('missing  its output was not written (capture mode "metadata")\n');
    expect(stdout).toMatch(/missing +its input was cut to fit a limit/);
    expect(stdout).toMatch(/redacted +1 value was replaced by a placeholder\n/);
  });

  it.each<[string[], RegExp]>([
    [[], /id must be given: of a trace, request or span; or --alert, --feedback, --failing/],
    [['nothing'], /no line has the id "nothing"; spanline ls lists traces/],
    [['--feedback', 'sideways'], /--feedback must be up or down/],
    [['--alert', 'x'], /no alert has the id or the name "x"/],
    [['--alert', 'x', '--failing', 'y'], /--alert, --feedback and the measures must be given alone/],
  ])('refuses %j', async (args, problem) => {
    const { code, stderr } = await replay(args);
    expect(code).toBe(64);
    expect(stderr).toMatch(problem);
  });

  it('survives lines that are broken: circles, no times, no names, odd content', async () => {
    const odd = bad.map(({ 'event.start': _, '@timestamp': __, duration_ms: ___, ...rest }, index) => ({
      ...rest,
      parent_span_id: spanId(100 + ((index + 1) % 4)),
      'gen_ai.input.messages': '[{"role":"user","parts":"\\u001b[31m"},null,{"ref":"x#i0"}]',
      'gen_ai.retrieval.documents': '[null,3]',
    }));
    const { code, stdout } = await replay([traceId(1)], odd);
    expect(code).toBe(0);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('TimeoutError: no answer');
  });
});
