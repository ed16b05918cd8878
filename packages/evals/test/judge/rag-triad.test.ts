import { describe, expect, it } from 'vitest';
import { createTracer } from '@spanline/core';
import { memoryLog } from '@spanline/core/testing';
import {
  checkJudge,
  createEvals,
  higherScore,
  judge,
  type JudgeRequest,
  preference,
  ragTriad,
} from '../../src/index.ts';

const idOf = ({ user }: JudgeRequest): string => /<\w+-([0-9a-f]+)>/.exec(user)?.[1] ?? '';
const partOf = ({ user }: JudgeRequest, tag: string): string =>
  new RegExp(`<${tag}-\\w+>\\n([^]*?)\\n</${tag}`).exec(user)?.[1] ?? '';

const quiet = () => createTracer({ logger: memoryLog().logger, statsIntervalSeconds: 0 });

describe('ragTriad', () => {
  async function scoresOf(model?: (request: JudgeRequest) => string, budget?: number) {
    const log = memoryLog();
    const tracer = createTracer({ logger: log.logger, statsIntervalSeconds: 0 });
    const judged =
      model === undefined
        ? {}
        : { judge: { client: model, tracer, ...(budget === undefined ? {} : { budget, callUsd: 1 }) } };
    const evals = createEvals({ tracer, feedback: ragTriad(judged), onFailure: () => undefined });
    tracer.withSpan({ name: 'POST /ask', type: 'http' }, () => {
      const question = 'How long is the notice period in Berlin?';
      tracer.withSpan({ name: 'search', type: 'retriever', input: question }, (span) => {
        span.output([{ content: 'The notice period in Berlin is long: three months.' }]);
      });
      tracer.withSpan({ name: 'chat', type: 'llm', input: [{ role: 'user', content: question }] }, (span) => {
        span.output([{ role: 'assistant', content: 'The notice period in Berlin is three months.' }]);
      });
    });
    await evals.close();
    const scores = log.lines().filter((line) => line['event.name'] === 'gen_ai.evaluation.result');
    return Object.fromEntries(
      scores.map((line) => [
        line['gen_ai.evaluation.name'],
        [line['gen_ai.evaluation.score.value'], line['spanline.evaluation.source']],
      ]),
    );
  }

  it('scores by words', async () => {
    expect(await scoresOf()).toEqual({
      context_relevance: [1, 'code'],
      faithfulness: [1, 'code'],
      answer_relevance: [0.75, 'code'],
    });
  });

  it('scores by a model, which sees what each score needs', async () => {
    const scores = await scoresOf((request) => {
      const has = ['question', 'documents', 'answer'].filter((tag) => partOf(request, tag) !== '');
      const score = has.join() === 'question,documents' ? 9 : has.join() === 'documents,answer' ? 8 : 7;
      return `{"score":${score},"id":"${idOf(request)}"}`;
    });
    expect(scores).toEqual({
      context_relevance: [0.9, 'llm_judge'],
      faithfulness: [0.8, 'llm_judge'],
      answer_relevance: [0.7, 'llm_judge'],
    });
  });

  it('has one budget for the three', async () => {
    const scores = await scoresOf((request) => `{"score":1,"id":"${idOf(request)}"}`, 2);
    expect(Object.keys(scores)).toHaveLength(2);
  });
});

/** A model that prefers by a rule of its own. */
const preferring = (rule: (a: string, b: string) => string) =>
  preference({
    client: (request) =>
      `{"label":"${rule(partOf(request, 'answer_a'), partOf(request, 'answer_b'))}","reason":"So.","id":"${idOf(request)}"}`,
    rubric: 'The more helpful answer is better.',
    tracer: quiet(),
  });

const pairs = [
  { question: 'Why?', first: 'Because it rains.', second: 'No.', expected: 'first' as const },
  { question: 'When?', first: 'No.', second: 'At noon, at the station.', expected: 'second' as const },
  { first: 'Yes.', second: 'Yes, it is.', expected: 'first' as const },
];

describe('preference', () => {
  it('prefers what both orders prefer', async () => {
    const longest = preferring((a, b) => (a.length > b.length ? 'a' : 'b'));
    expect(await longest({ question: 'Why?', first: 'Because it rains.', second: 'No.' })).toEqual({
      value: 'first',
      orders: ['first', 'first'],
      explanation: 'So.',
      version: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
    expect(longest.stats()).toMatchObject({ judged: 2 });
  });
  it('is a tie if the orders disagree', async () => {
    const placed = preferring(() => 'a');
    expect(await placed({ first: 'x', second: 'y' })).toMatchObject({ value: 'tie', orders: ['first', 'second'] });
  });
  it('refuses labels and scales', () => {
    expect(() => preference({ client: () => '', rubric: 'x', labels: ['a', 'b'] } as never)).toThrow(
      /unknown option "labels"/,
    );
  });
});

describe('checkJudge', () => {
  it('finds a judge that prefers a place', async () => {
    const check = await checkJudge(
      preferring(() => 'a'),
      pairs,
    );
    expect(check).toMatchObject({
      pairs: 3,
      failed: 0,
      position: { disagreements: 3, share: 1, firstPlace: 1 },
      length: { longer: 0, shorter: 0, ties: 3, share: 0 },
      expected: { pairs: 3, same: 0, share: 0 },
    });
  });
  it('finds a judge that prefers the longer answer', async () => {
    const check = await checkJudge(
      preferring((a, b) => (a.length > b.length ? 'a' : 'b')),
      pairs,
    );
    expect(check).toMatchObject({
      position: { disagreements: 0, share: 0, firstPlace: 0.5 },
      length: { longer: 3, share: 1 },
      expected: { pairs: 3, same: 2 },
    });
  });
  it('counts judgements that failed in no figure', async () => {
    const check = await checkJudge(
      preferring(() => 'c'),
      pairs,
    );
    expect(check).toMatchObject({ failed: 6, position: { share: undefined }, length: { share: undefined } });
  });
  it('takes a judge that sees one answer', async () => {
    const byLength = judge({
      client: (request) => `{"score":${Math.min(10, partOf(request, 'answer').length / 10)},"id":"${idOf(request)}"}`,
      rubric: 'Is it long?',
      tracer: quiet(),
    });
    const check = await checkJudge(higherScore(byLength), pairs);
    expect(check).toMatchObject({ position: { share: 0 }, length: { longer: 3 }, expected: { same: 2 } });
  });
});
