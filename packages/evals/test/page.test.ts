import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { expect, it, onTestFinished } from 'vitest';
import { createTracer, setDefaultTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { SpanEvaluations } from '../src/index.ts';

/** Runs the program of a page that contains a text, with the names that it imports. */
function runProgram(page: string, part: string, names: Readonly<Record<string, unknown>>): void {
  const [program] = [...page.matchAll(/```ts\n([^]*?)```/g)]
    .map(([, code = '']) => code)
    .filter((code) => code.includes(part));
  if (program === undefined) throw new Error(`no program has ${part}`);
  const body = program.replaceAll(/^import .*$/gm, '');
  runInNewContext(body, { ...names });
}

it('the program of docs/evals.md writes the scores of a notebook', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/evals.md'), 'utf8');
  const log = memoryLog();
  setDefaultTracer(createTracer({ logger: log.logger, statsIntervalSeconds: 0 }));
  onTestFinished(() => setDefaultTracer(undefined));
  const shown: unknown[] = [];
  runProgram(page, 'new SpanEvaluations', { SpanEvaluations, console: { table: (rows: unknown) => shown.push(rows) } });
  expect(shown).toMatchObject([
    [
      { score: 1, label: 'hallucinated' },
      { score: 0, label: 'factual' },
    ],
  ]);
  const scores = log.lines().filter((line) => line['event.name'] === 'gen_ai.evaluation.result');
  expect(scores).toMatchObject([
    { span_id: 'a7bdd4eb4d93c92d', 'gen_ai.evaluation.name': 'hallucination', 'gen_ai.evaluation.score.value': 1 },
    { span_id: '00f067aa0ba902b7', 'gen_ai.evaluation.name': 'hallucination', 'gen_ai.evaluation.score.value': 0 },
  ]);
});
