/** What a recorder says about the judges of an experiment. */
import { expect, it, onTestFinished } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import { compareResults, type ExperimentResults, feedback, field, judge, type JudgeRequest } from '@spanline/evals';
import { createRecorder } from '../src/vitest/recorder.ts';

/** A model that likes everything. */
function likes({ user }: JudgeRequest): string {
  const [, id = ''] = /^<answer-(\w+)>/.exec(user) ?? [];
  return JSON.stringify({ reason: 'It is short.', score: 10, id });
}

/** An experiment of one item, judged by a client that is not traced. */
async function experiment(rubric: string, model = 'gpt-4o'): Promise<ExperimentResults> {
  const tracer = createTracer({ logger: memoryLog().logger, statsIntervalSeconds: 0 });
  const tone = judge({ client: likes, model, rubric, tracer });
  const recorder = createRecorder({
    name: 'answers',
    version: 'sha256:aa',
    tracer,
    // A judge that is called by a function of one's own is known all the same.
    evaluators: [
      feedback({
        name: 'tone',
        on: { answer: field.answer },
        fn: async (values, context) => tone(values, context),
        source: 'llm_judge',
      }),
    ],
    program: () => 'Yes.',
  });
  onTestFinished(() => recorder.close());
  await recorder.run({ id: 'one', input: 'Is it?' }, 1);
  return recorder.results();
}

it('knows the model and the rubric of a judge, and refuses to compare with another one', async () => {
  const before = await experiment('How polite is the answer?');
  expect(before.judges['tone']).toEqual({
    source: 'llm_judge',
    models: ['gpt-4o'],
    versions: [expect.stringMatching(/^[0-9a-f]{12}$/)],
  });
  expect(before.scores).toEqual({ tone: { one: [1] } });
  expect(compareResults(await experiment('How polite is the answer?'), before)[0]?.verdict).toBe('same');

  const [rubric, model] = [
    await experiment('How short is it?'),
    await experiment('How polite is the answer?', 'gpt-5'),
  ];
  expect(() => compareResults(rubric, before)).toThrow(
    /the evaluator of tone is llm_judge with models gpt-4o and versions \w{12}, was llm_judge with models gpt-4o/,
  );
  expect(() => compareResults(model, before)).toThrow(/with models gpt-5 .*, was llm_judge with models gpt-4o/);
  expect(compareResults(rubric, before, { allow: ['judges'] })).toHaveLength(1);
});
