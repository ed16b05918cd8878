import { afterAll } from 'vitest';
import { createHarness, createJudge, describeEval } from 'vitest-evals';
/** Experiments as suites of vitest-evals. */
import { defaultTracer, type Tracer } from '@spanline/core';
import { checkOptions, option, type Shape, SpanlineError } from '@spanline/record';
import type { Dataset } from '../dataset/dataset.ts';
import type { DatasetItem } from '../dataset/item.ts';
import { readBaseline, writeBaseline } from '../experiment/baseline.ts';
import { type AllowedDifference, compareResults } from '../experiment/compare.ts';
import { type ExperimentResults, summarize } from '../experiment/results.ts';
import type { Feedback } from '../feedback/feedback.ts';
import { toHarnessResult } from './harness-run.ts';
import { createRecorder, type ItemRun, type Program } from './recorder.ts';
import { comparisonText, summaryText } from './tables.ts';

/** Options of {@link evaluate}. */
export interface EvaluateOptions {
  /** Items that the program runs on. */
  dataset: Dataset;
  /** Gets the input of an item, and returns its output. */
  program: Program;
  /** Scores of the output, as {@link feedback} describes them. `field.expected` is the right output. */
  evaluators: readonly Feedback[];
  /** Runs of each item, 1 to 100. @defaultValue 1 */
  repetitions?: number;
  /**
   * File with the results to compare with, to be committed. `SPANLINE_EVALS_UPDATE=1` writes it.
   *
   * @defaultValue none: nothing is compared
   */
  baseline?: string;
  /** Differences of the baseline beside the program that are meant. @defaultValue `[]` */
  allow?: readonly AllowedDifference[];
  /** The least mean of a score, by its name. @defaultValue none */
  minimum?: Readonly<Record<string, number>>;
  /** The tracer of the program, which writes its spans and scores. @defaultValue `defaultTracer()` */
  tracer?: Tracer;
}

const SHAPE: Shape<EvaluateOptions> = {
  dataset: option.required(option.like<Dataset>('a dataset', (value) => Array.isArray((value as Dataset).items))),
  program: option.required(option.callback<Program>()),
  evaluators: option.required(
    option.list(
      option.like<Feedback>('a feedback function', (value) => typeof (value as Feedback).evaluate === 'function'),
      'an array of feedback functions',
    ),
  ) as Shape<EvaluateOptions>['evaluators'],
  repetitions: option.number({ min: 1, max: 100, integer: true }),
  baseline: option.string(),
  allow: option.list(option.oneOf(['dataset', 'judges', 'models'])),
  minimum: option.dictionary(option.number()),
  tracer: option.like<Tracer>('a tracer', (value) => typeof (value as Tracer).onRecord === 'function'),
};

interface Input {
  readonly item: DatasetItem;
  readonly repetition: number;
}

const isUpdate = (): boolean => !['', '0', 'false'].includes(process.env['SPANLINE_EVALS_UPDATE'] ?? '');

/** Fails for scores below their least mean. */
function checkMinimum(results: ExperimentResults, minimum: Readonly<Record<string, number>>): void {
  const means = new Map(summarize(results).map(({ name, mean }) => [name, mean]));
  const low = Object.entries(minimum).filter(([name, least]) => !((means.get(name) ?? Number.NaN) >= least));
  if (low.length === 0) return;
  const found = low.map(
    ([name, least]) => `${name} is ${means.get(name)?.toFixed(3) ?? 'never scored'}, below ${least}`,
  );
  throw new Error(found.join('; '));
}

/** Compares with the baseline, or writes it. @returns text for the report */
function settle(results: ExperimentResults, { baseline, allow = [], minimum = {} }: EvaluateOptions): string {
  checkMinimum(results, minimum);
  if (baseline === undefined) return summaryText(summarize(results));
  if (isUpdate()) {
    writeBaseline(baseline, results);
    return `${summaryText(summarize(results))}\nwritten to ${baseline}`;
  }
  const before = readBaseline(baseline);
  if (before === undefined) {
    const expected = `a file: SPANLINE_EVALS_UPDATE=1 writes it`;
    throw new SpanlineError({ code: 'ERR_NO_BASELINE', option: baseline, expected });
  }
  const comparisons = compareResults(results, before, { allow });
  const text = comparisonText(comparisons);
  if (comparisons.some(({ verdict }) => verdict === 'worse')) throw new Error(`worse than the baseline\n${text}`);
  return text;
}

/**
 * Declares an experiment as a suite of vitest-evals: one test for each item and repetition, with its scores, and one
 * that compares all of them with the baseline. Its reporter and its GitHub action show them. A score that is lower than
 * that of the baseline by more than chance fails the run, so that vitest exits with 1.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`
 * @example
 * ```ts
 * import { dataset, feedback, field, groundedness } from '@spanline/evals';
 * import { evaluate } from '@spanline/evals/vitest';
 *
 * evaluate('answers', {
 *   dataset: await dataset.read('evals/questions.ndjson'),
 *   program: (question: string) => `An answer to ${question}`,
 *   evaluators: [
 *     feedback({ name: 'faithfulness', on: { answer: field.answer, documents: field.documents }, fn: groundedness() }),
 *   ],
 *   repetitions: 3,
 *   baseline: 'evals/answers.json',
 * });
 * ```
 */
export function evaluate(name: string, options: EvaluateOptions): void {
  checkOptions(SHAPE, options);
  const { dataset, evaluators, program, repetitions = 1 } = options;
  const { items, version } = dataset;
  const tracer = options.tracer ?? defaultTracer();
  const recorder = createRecorder({ name, version, tracer, evaluators, program });
  const runs = new Map<string, ItemRun>();
  const harness = createHarness<Input>({
    name,
    async run({ input: { item, repetition } }) {
      const run = await recorder.run(item, repetition);
      runs.set(`${item.id}\n${repetition}`, run);
      return toHarnessResult(item, repetition, run);
    },
  });
  const judges = evaluators.map(({ name: judge }) =>
    createJudge(judge, ({ input }) => {
      const { item, repetition } = input as Input;
      const score = runs.get(`${item.id}\n${repetition}`)?.scores.get(judge);
      const why = score?.['gen_ai.evaluation.explanation'] ?? score?.['spanline.evaluation.label'];
      return {
        score: score?.['gen_ai.evaluation.score.value'] ?? null,
        ...(why === undefined ? {} : { metadata: { rationale: why } }),
      };
    }),
  );
  describeEval(name, { harness, judges, judgeThreshold: null }, (it) => {
    for (let repetition = 1; repetition <= repetitions; repetition++) {
      for (const item of items) {
        it(repetitions === 1 ? item.id : `${item.id} #${repetition}`, async ({ run }) => {
          await run({ item, repetition });
        });
      }
    }
    it(options.baseline === undefined ? 'all items' : 'all items, compared with the baseline', async ({ annotate }) => {
      const missing = items.length * repetitions - runs.size;
      if (missing > 0) throw new Error(`${missing} of ${items.length * repetitions} runs failed or were left out`);
      await annotate(settle(recorder.results(), options));
    });
    afterAll(() => recorder.close());
  });
}
