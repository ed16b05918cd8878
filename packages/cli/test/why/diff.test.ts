/** `spanline diff`. */

import { describe, expect, it } from 'vitest';
import { lines, spanId, traceId } from '../../../query/test/support/logs.ts';
import { requests } from '../../../query/test/support/requests.ts';
import { cli, folderWith, type Outcome } from '../support/cli.ts';

const before = requests(120, 31, (random) => ({ rerankMs: 100 + random() * 20, model: 'gpt-4o' }));
const after = requests(120, 32, (random) => ({ rerankMs: 300 + random() * 20, model: 'gpt-4o-mini' }));

function diff(args: string[]): Promise<Outcome> {
  const files = { 'a.ndjson': lines(...before), 'b.ndjson': lines(...after), 'bad.ndjson': 'no JSON\n' };
  return cli(['diff', ...args], { cwd: folderWith(files) });
}

describe('spanline diff of two logs', () => {
  it('shows the figures that changed, with intervals', async () => {
    const { code, stdout, stderr } = await diff(['a.ndjson', 'b.ndjson']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^120 traces before, 120 after\. \d of \d+ figures changed\. --all shows the others\.\n/);
    expect(stdout).toMatch(/rerank +p50 +1\d\d ms +3\d\d ms +\+(?:19|20)\d ms +\+\d+ ms to \+\d+ ms/);
    expect(stdout).not.toContain('search');
    expect((await diff(['a.ndjson', 'b.ndjson', '--all'])).stdout).toMatch(/search +p95/);
  });

  it('takes a filter, and one log before and after a time', async () => {
    const rerank = await diff(['a.ndjson', 'b.ndjson', 'step:rerank', '--json']);
    expect(JSON.parse(rerank.stdout)).toMatchObject({
      before: 120,
      steps: [{ step: 'rerank', before: 120, after: 120 }],
    });
    const split = await diff(['a.ndjson', '--before', '2026-11-23T09:29:30Z', '--after', '2026-11-23T10:00', '--json']);
    expect(JSON.parse(split.stdout)).toMatchObject({ before: 30, after: 60 });
  });

  it('says that one trace is too few for an interval', async () => {
    const { stdout } = await diff(['a.ndjson', '--before', '2026-11-23T09:00:30Z', '--all', 'exists:cost']);
    expect(stdout).toMatch(/^1 trace before/);
    expect(stdout).toMatch(/cost .* too few traces/);
    expect(stdout).not.toMatch(/NaN|Infinity|∞/);
  });

  it('marks costs that are lower bounds', async () => {
    const unknown = before.flatMap((record) => {
      if (record['span.type'] !== 'llm') return [record];
      const { 'spanline.cost.usd': _cost, ...rest } = record;
      return [record, { ...rest, 'span.name': 'chat x', 'spanline.cost.reason': 'unknown_model' }];
    });
    const cwd = folderWith({ 'a.ndjson': lines(...before), 'b.ndjson': lines(...unknown) });
    const { stdout } = await cli(['diff', 'a.ndjson', 'b.ndjson', '--all'], { cwd });
    expect(stdout).toMatch(/\(requests\) +cost +\$[\d.]+ +≥\$[\d.]+/);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      '≥: the cost of a model call is not known in 0 requests before and 120 after.',
    );
    expect((await diff(['a.ndjson', 'b.ndjson', '--all'])).stdout).not.toContain('≥');
  });

  it('exits with 1 where a side is empty, and says what was not read', async () => {
    const { code, stdout, stderr } = await diff(['a.ndjson', 'bad.ndjson']);
    expect(code).toBe(1);
    expect(stdout).toContain('Nothing to compare: 120 traces before, 0 after.');
    expect(stderr).toContain('1 line was left out (1 no JSON)');
  });
});

describe('spanline diff of two traces', () => {
  it('shows their steps next to each other, and the inputs that differ', async () => {
    const { code, stdout } = await diff(['a.ndjson', traceId(1), traceId(2)]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/step +before +after +inputs that differ\nPOST \/ask +1\.\d+ s +1\.\d+ s/);
    expect(stdout).toMatch(/\n {2}rerank +1\d\d ms +1\d\d ms/);
    expect(stdout).toMatch(/rerank\ninput +before +after\n/);
    const { stdout: json } = await diff(['a.ndjson', spanId(1), 'req-1', '--json']);
    expect((JSON.parse(json) as { step: string }[]).map(({ step }) => step)).toContain('chat');
  });

  it.each([
    [['a.ndjson', traceId(1), traceId(9999)], /no line has the id/],
    [['a.ndjson', traceId(1)], /two sources, two traces, or --before must be given/],
    [['a.ndjson', 'b.ndjson', 'bad.ndjson'], /two sources/],
    [['a.ndjson', '--before', 'soon'], /ERR_INVALID/],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await diff(args);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toMatch(message);
  });
});
