/** Compares two experiments, item by item. */
import { checkOptions, option, type Shape, SpanlineError } from '@spanline/record';
import { bootstrapInterval, holm, type Interval, meanOf, signFlipTest } from '@spanline/record/statistics';
import { type ExperimentResults, itemMeans } from './results.ts';

/** Differences of two experiments that a comparison may have. */
export type AllowedDifference = 'dataset' | 'judges' | 'models';

/** Options of {@link compareResults}. */
export interface CompareOptions {
  /** Differences beside the program that are meant. @defaultValue `[]` */
  allow?: readonly AllowedDifference[];
  /** Differences are worse or better if their adjusted `p` is below it. @defaultValue 0.05 */
  level?: number;
}

const SHAPE: Shape<CompareOptions> = {
  allow: option.list<AllowedDifference>(option.oneOf(['dataset', 'judges', 'models'])),
  level: option.number({ min: 0, max: 1 }),
};

/** A score of an experiment beside that of its baseline. */
export interface ScoreComparison {
  readonly name: string;
  /** Items that both have. */
  readonly items: number;
  readonly mean: number;
  readonly baseline: number;
  readonly difference: number;
  /** Paired bootstrap interval of the difference, 95 %, over items. */
  readonly interval: Interval;
  /** Of a sign-flip permutation test over items, with Holm's correction for the number of scores. */
  readonly p: number;
  /** `unclear`: the difference may be chance. */
  readonly verdict: 'same' | 'better' | 'worse' | 'unclear';
}

const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));

function describeJudge(results: ExperimentResults, name: string): string {
  const judge = results.judges[name];
  if (judge === undefined) return 'none';
  return `${judge.source} with models ${list(judge.models)} and versions ${list(judge.versions ?? [])}`;
}

/** Differences that make a comparison one of other things than the program. */
function differences(now: ExperimentResults, before: ExperimentResults): { kind: AllowedDifference; text: string }[] {
  const found: { kind: AllowedDifference; text: string }[] = [];
  if (now.dataset !== before.dataset)
    found.push({
      kind: 'dataset',
      text: `the dataset is ${now.dataset.slice(0, 15)}…, was ${before.dataset.slice(0, 15)}…`,
    });
  const models = [now.models, before.models].map(list);
  if (models[0] !== models[1]) found.push({ kind: 'models', text: `the models are ${models[0]}, were ${models[1]}` });
  for (const name of new Set([...Object.keys(now.judges), ...Object.keys(before.judges)])) {
    const [judge, was] = [describeJudge(now, name), describeJudge(before, name)];
    if (judge !== was) found.push({ kind: 'judges', text: `the evaluator of ${name} is ${judge}, was ${was}` });
    const [items, old] = [now, before].map(({ scores }) => Object.keys(scores[name] ?? {}).length);
    if (items === 0 && old !== 0) found.push({ kind: 'judges', text: `${name} has no score, had ${old}` });
  }
  return found;
}

function verdictOf(differencesOfItems: readonly number[], p: number, level: number): ScoreComparison['verdict'] {
  if (differencesOfItems.every((difference) => difference === 0)) return 'same';
  if (p >= level) return 'unclear';
  return meanOf(differencesOfItems) < 0 ? 'worse' : 'better';
}

/**
 * Compares an experiment with an earlier one, paired by item.
 *
 * @throws SpanlineError `ERR_INCOMPARABLE` if dataset, models or judges differ, or no item has a score any more, and
 *   `allow` does not name it
 */
export function compareResults(
  now: ExperimentResults,
  before: ExperimentResults,
  options: CompareOptions = {},
): ScoreComparison[] {
  checkOptions(SHAPE, options);
  const { allow = [], level = 0.05 } = options;
  const refused = differences(now, before).filter(({ kind }) => !allow.includes(kind));
  if (refused.length > 0) {
    throw new SpanlineError({
      code: 'ERR_INCOMPARABLE',
      option: 'the baseline',
      expected: `of the same dataset, models and judges, or \`allow\` must name the difference: ${refused
        .map(({ text }) => text)
        .join('; ')}`,
    });
  }
  const pairs = Object.keys(now.scores).flatMap((name) => {
    const [means, old] = [itemMeans(now.scores[name] ?? {}), itemMeans(before.scores[name] ?? {})];
    const shared = [...means].flatMap(([id, mean]) => {
      const was = old.get(id);
      return was === undefined ? [] : [{ mean, was }];
    });
    return shared.length === 0 ? [] : [{ name, shared, changes: shared.map(({ mean, was }) => mean - was) }];
  });
  const ps = holm(pairs.map(({ changes }) => signFlipTest(changes)));
  return pairs.map(({ name, shared, changes }, index) => ({
    name,
    items: shared.length,
    mean: meanOf(shared.map(({ mean }) => mean)),
    baseline: meanOf(shared.map(({ was }) => was)),
    difference: meanOf(changes),
    interval: bootstrapInterval(changes),
    p: ps[index] ?? 1,
    verdict: verdictOf(changes, ps[index] ?? 1, level),
  }));
}
