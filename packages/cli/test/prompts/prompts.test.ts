/** Figures of prompts by version, and the import of prompts. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openPrompts } from '@spanline/prompts';
import type { SpanRecord } from '@spanline/record';
import { randomNumbers } from '@spanline/record/statistics';
import { lines, span, spanId, traceId } from '../../../query/test/support/logs.ts';
import { cli, folderWith } from '../support/cli.ts';

interface Version {
  readonly version: string;
  readonly ms: number;
  readonly score: number;
  readonly costUsd: number;
}

/** Traces of a prompt, each a framework's call around the one of the client, and a score. */
function traces(from: number, count: number, { version, ms, score, costUsd }: Version): object[] {
  const random = randomNumbers(from);
  return Array.from({ length: count }, (_, index): object[] => {
    const at = from + index;
    const call: Partial<SpanRecord> = {
      trace_id: traceId(at),
      'span.type': 'llm',
      'gen_ai.prompt.name': 'answer',
      'gen_ai.prompt.version': version,
      'spanline.prompt.template_sha256': version.repeat(64),
    };
    const inner = {
      'span.name': 'chat m',
      'spanline.cost.usd': costUsd,
      'gen_ai.usage.input_tokens': 90 + (index % 3),
    };
    return [
      span(2 * at + 1, {
        at: at * 1000,
        ms: ms * (0.9 + random() * 0.2),
        ...call,
        ...inner,
        parent_span_id: spanId(2 * at),
      }),
      span(2 * at, { at: at * 1000, ms: ms * 1.5, ...call, 'span.name': 'chat' }),
      {
        '@timestamp': new Date(at * 1000).toISOString(),
        level: 'info',
        message: 'score',
        'event.name': 'gen_ai.evaluation.result',
        'spanline.schema': '1.0',
        trace_id: traceId(at),
        'gen_ai.evaluation.name': 'faithfulness',
        'gen_ai.evaluation.score.value': Math.min(1, score + (random() - 0.5) * 0.2),
      },
    ];
  }).flat();
}

const GOOD: Version = { version: '1', ms: 100, score: 0.9, costUsd: 0.001 };
const app = (...logs: object[][]): string => folderWith({ 'app.ndjson': lines(...logs.flat()) });

describe('spanline prompts', () => {
  it('prints each version with intervals, and fails the gate where the newest one is worse', async () => {
    const cwd = app(traces(1, 60, GOOD), traces(100, 60, { version: '2', ms: 100, score: 0.6, costUsd: 0.002 }));
    const { code, stdout } = await cli(['prompts', 'app.ndjson'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^answer +1 +60 /m);
    expect(stdout).toMatch(/^● +answer +1 → 2 +cost +\$0\.001 +\$0\.002 /m);
    const gate = await cli(['prompts', 'app.ndjson', '--gate', '--json'], { cwd });
    const { versions, changes } = JSON.parse(gate.stdout) as {
      versions: { version: string; calls: number; share: number; costUsd: number; figures: object[] }[];
      changes: { figure: string; isChange: boolean; isWorse: boolean }[];
    };
    // The call of the framework is not counted beside the one of its client.
    expect(versions).toMatchObject([
      { version: '1', calls: 60, share: 0.5, unknownCosts: 0 },
      { version: '2', calls: 60, share: 0.5 },
    ]);
    expect(versions[0]?.costUsd).toBeCloseTo(0.06, 9);
    expect(changes.filter(({ isWorse }) => isWorse).map(({ figure }) => figure)).toEqual(['cost_usd', 'faithfulness']);
    expect(gate.code).toBe(1);
  });

  it('passes the gate where nothing changed, or where the newest version is better', async () => {
    const cwd = app(traces(1, 60, GOOD), traces(100, 60, { ...GOOD, version: '2', score: 0.9, costUsd: 0.0005 }));
    expect((await cli(['prompts', 'app.ndjson', '--gate'], { cwd })).code).toBe(0);
    const same = await cli(['prompts', 'app.ndjson', '--gate'], {
      cwd: app(traces(1, 40, GOOD), traces(90, 40, { ...GOOD, version: '2' })),
    });
    expect(same).toMatchObject({ code: 0, stdout: expect.stringContaining('do not differ') as string });
    // One trace has no interval, so that it cannot be compared.
    const few = await cli(['prompts', 'app.ndjson', '--gate'], {
      cwd: app(traces(1, 1, GOOD), traces(9, 1, { ...GOOD, version: '2', costUsd: 1 })),
    });
    expect(few).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Too few traces for 5 of 6 comparisons: the gate passes them.') as string,
    });
    expect(few.stdout).not.toContain('●');
    const first = await cli(['prompts', 'app.ndjson', '--gate'], { cwd: app(traces(1, 9, GOOD)) });
    expect(first.stdout).toContain('The gate has compared nothing');
  });

  it('tells a text that changed without its version, and a log without prompts', async () => {
    const changed = traces(50, 1, GOOD).map((line) => ({ ...line, 'spanline.prompt.template_sha256': 'f'.repeat(64) }));
    const { stdout } = await cli(['prompts', 'app.ndjson'], { cwd: app(traces(1, 3, GOOD), changed) });
    expect(stdout).toContain('1 · 2 texts');
    const none = await cli(['prompts', 'app.ndjson'], { cwd: app([span(1, {})]) });
    expect(none).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('No model call names its prompt') as string,
    });
  });
});

describe('spanline prompts import', () => {
  const langfuse = (name: string, version: number, prompt: unknown, labels: string[] = []): object => ({
    name,
    version,
    prompt,
    labels,
  });

  it('writes files that openPrompts reads, and keeps those that exist', async () => {
    const cwd = folderWith({
      'export.json': JSON.stringify([
        langfuse('answer', 1, 'One {{x}}\n\n', ['production']),
        langfuse('answer', 2, [{ role: 'user', content: 'Two {{x}}' }], ['latest']),
        langfuse('../../evil name', 1, 'Text'),
        langfuse('broken', 1, '{{#if x}}'),
      ]),
    });
    const dry = await cli(['prompts', 'import', 'export.json', '--dry-run'], { cwd });
    expect(dry.stdout).toContain(join('prompts', 'answer', '1.md'));
    expect(existsSync(join(cwd, 'prompts'))).toBe(false);
    const { code, stdout, stderr } = await cli(['prompts', 'import', 'export.json'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^left out: "broken 1": \{\{ must be followed by the name of a variable/);
    expect(stdout.split('\n').filter((line) => line.includes('..'))).toEqual([]);
    const prompts = openPrompts({ dir: join(cwd, 'prompts'), environment: 'production' });
    expect(prompts.list().map(({ name, version }) => [name, version])).toEqual([
      ['answer', '1'],
      ['answer', '2'],
      ['../../evil name', '1'],
    ]);
    expect(prompts.get('answer').format({ x: '!' })).toBe('One !\n\n');
    const again = await cli(['prompts', 'import', 'export.json'], { cwd });
    expect(again.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('kept '))).toEqual([]);
    expect(readFileSync(join(cwd, 'prompts/environments.yaml'), 'utf8')).toBe('production:\n  answer: "1"\n');
  });

  it.each([
    [[], 64, /must be followed by a file, langfuse or langsmith/],
    [['nothing.json'], 64, /nothing\.json must be a file of JSON/],
    [['langfuse'], 2, /there is no public key \(LANGFUSE_PUBLIC_KEY\)/],
    [['langsmith', '--forec'], 64, /did you mean "--force"/],
  ])('says what is wrong with %j', async (args, code, problem) => {
    const answer = await cli(['prompts', 'import', ...args], { cwd: folderWith({}) });
    expect(answer).toMatchObject({ code, stderr: expect.stringMatching(problem) as string });
  });
});
