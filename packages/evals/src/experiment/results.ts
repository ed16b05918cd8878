/** Results of an experiment, as its baseline keeps them. */
import { bootstrapInterval, type Interval, meanOf } from '@spanline/record/statistics';

/** The evaluator behind a score. Scores of different ones are not compared. */
export interface JudgeIdentity {
  readonly source: 'code' | 'llm_judge';
  /** Models that the judge called, in order. */
  readonly models: readonly string[];
  /** Versions that the evaluator gave its scores under, in order: the hash of a judge's rubric. */
  readonly versions?: readonly string[];
}

/** Results of an experiment: a program on the items of a dataset. */
export interface ExperimentResults {
  readonly experiment: string;
  /** Version of the dataset. */
  readonly dataset: string;
  /** Models that the program called, in order. */
  readonly models: readonly string[];
  readonly judges: Readonly<Record<string, JudgeIdentity>>;
  /** Scores by name and item, one for each repetition. */
  readonly scores: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
}

/** A score over all items. */
export interface ScoreSummary {
  readonly name: string;
  readonly items: number;
  readonly runs: number;
  /** Mean over items, of each item's mean. */
  readonly mean: number;
  /** Bootstrap interval of 95 %, over items. */
  readonly interval: Interval;
}

/** The mean of each item. Repetitions of an item depend on each other, so that an item counts once. */
export function itemMeans(byItem: Readonly<Record<string, readonly number[]>>): ReadonlyMap<string, number> {
  return new Map(Object.entries(byItem).flatMap(([id, values]) => (values.length > 0 ? [[id, meanOf(values)]] : [])));
}

/** The scores of an experiment by name. */
export function summarize({ scores }: ExperimentResults): ScoreSummary[] {
  return Object.entries(scores).map(([name, byItem]) => {
    const means = [...itemMeans(byItem).values()];
    const runs = Object.values(byItem).reduce((sum, values) => sum + values.length, 0);
    return { name, items: means.length, runs, mean: meanOf(means), interval: bootstrapInterval(means) };
  });
}
