/** Compares two logs, or one log before and after a time: per step, with intervals of the differences. */

import { type Figure, type Side, type StepFigures } from './figures.ts';
import {
  difference,
  type Estimate,
  estimateMean,
  estimateQuantile,
  estimateShare,
  quantileFor,
  type Sample,
} from './intervals.ts';

/** A figure of one side. */
interface ComparedValue extends Estimate {
  /** The value is a lower bound: the cost of some calls is not known. */
  readonly isLeast?: true;
}

/** A figure on both sides. */
export interface ComparedFigure {
  /** `p50_ms`, `p95_ms`, `error_rate`, `tokens`, `cost_usd`, or the name of a score. */
  readonly figure: string;
  /** The unit that tells how a value is written. */
  readonly unit: 'ms' | 'share' | 'tokens' | 'usd' | 'score';
  readonly before: ComparedValue;
  readonly after: ComparedValue;
  /** `after` − `before`, with its interval of 95 %. A mean of one trace has no interval. */
  readonly difference: Estimate;
  /**
   * The interval of the difference leaves 0 out, also when it is widened for the number of comparisons (Bonferroni): at
   * most one answer in twenty has a change that is none. A lower bound shows no fall, nor a rise from it.
   */
  readonly isChange: boolean;
}

/** A step on both sides. */
export interface ComparedStep {
  /** Name of the step; `undefined` for all requests. */
  readonly step: string | undefined;
  /** Number of spans, or of requests. */
  readonly before: number;
  readonly after: number;
  /** Figures that both sides have. */
  readonly figures: readonly ComparedFigure[];
}

/** A comparison. */
export interface Comparison {
  /** Number of traces. */
  readonly before: number;
  readonly after: number;
  /** Requests of each side with a model call whose cost is not known: the cost of all requests is a lower bound. */
  readonly unknownCosts: { readonly before: number; readonly after: number };
  /** All requests first, then steps by their names. */
  readonly steps: readonly ComparedStep[];
  /** Number of figures that were compared. */
  readonly compared: number;
}

const Z95 = 1.959_963_985;

interface FigureKind {
  readonly figure: string;
  readonly unit: ComparedFigure['unit'];
  readonly of: Figure;
  estimate(sample: Sample, z: number): Estimate | undefined;
}

const KINDS: readonly FigureKind[] = [
  { figure: 'p50_ms', unit: 'ms', of: 'durationMs', estimate: (sample, z) => estimateQuantile(sample, 0.5, z) },
  { figure: 'p95_ms', unit: 'ms', of: 'durationMs', estimate: (sample, z) => estimateQuantile(sample, 0.95, z) },
  { figure: 'error_rate', unit: 'share', of: 'error', estimate: estimateShare },
  { figure: 'tokens', unit: 'tokens', of: 'tokens', estimate: estimateMean },
  { figure: 'cost_usd', unit: 'usd', of: 'costUsd', estimate: estimateMean },
];

/** The kinds of figures that both sides of a step have. */
function kindsOf(before: StepFigures, after: StepFigures): FigureKind[] {
  const scores = [...before.keys()].filter((figure) => figure.startsWith('score '));
  const kinds = scores.toSorted().map((of): FigureKind => ({
    figure: of.slice('score '.length),
    unit: 'score',
    of,
    estimate: estimateMean,
  }));
  return [...KINDS, ...kinds].filter(({ of }) => before.has(of) && after.has(of));
}

const countOf = (figures: StepFigures | undefined): number => figures?.get('durationMs')?.values.length ?? 0;

function leavesOutZero({ low = 0, high = 0 }: Estimate): boolean {
  return low > 0 || high < 0;
}

function compareFigure(kind: FigureKind, before: StepFigures, after: StepFigures, strict: number): ComparedFigure[] {
  const [one, other] = [before.get(kind.of), after.get(kind.of)];
  if (one === undefined || other === undefined) return [];
  const estimates = (z: number): [Estimate, Estimate] | undefined => {
    const [from, to] = [kind.estimate(one, z), kind.estimate(other, z)];
    return from === undefined || to === undefined ? undefined : [from, to];
  };
  const [usual, wide] = [estimates(Z95), estimates(strict)];
  if (usual === undefined || wide === undefined) return [];
  const { figure, unit } = kind;
  const apart = difference(...usual);
  return [
    {
      figure,
      unit,
      before: usual[0],
      after: usual[1],
      difference: apart,
      isChange: leavesOutZero(difference(...wide)),
    },
  ];
}

const atLeast = (value: ComparedValue): ComparedValue => ({ ...value, isLeast: true });

/** The cost of all requests, where that of some calls is not known. */
function withLowerBounds(figure: ComparedFigure, { before, after }: Comparison['unknownCosts']): ComparedFigure {
  if (figure.unit !== 'usd') return figure;
  const [isRise, isFall] = [figure.difference.value > 0, figure.difference.value < 0];
  return {
    ...figure,
    before: before > 0 ? atLeast(figure.before) : figure.before,
    after: after > 0 ? atLeast(figure.after) : figure.after,
    isChange: figure.isChange && !(isRise && before > 0) && !(isFall && after > 0),
  };
}

/** Compares two sides. */
export function compareSides(before: Side, after: Side): Comparison {
  const none: StepFigures = new Map();
  const all = new Set([...before.steps.keys(), ...after.steps.keys()]);
  const steps = [...all].filter((step) => step !== undefined).toSorted();
  const names = all.has(undefined) ? [undefined, ...steps] : steps;
  const pairs = names.map((step) => {
    const [one, other] = [before.steps.get(step) ?? none, after.steps.get(step) ?? none];
    return { step, one, other, kinds: kindsOf(one, other) };
  });
  const compared = pairs.reduce((sum, { kinds }) => sum + kinds.length, 0);
  const strict = quantileFor(compared);
  const unknownCosts = { before: before.unknownCosts, after: after.unknownCosts };
  return {
    before: before.traces,
    after: after.traces,
    unknownCosts,
    compared,
    steps: pairs.map(({ step, one, other, kinds }) => {
      const figures = kinds.flatMap((kind) => compareFigure(kind, one, other, strict));
      return {
        step,
        before: countOf(one),
        after: countOf(other),
        figures: step === undefined ? figures.map((figure) => withLowerBounds(figure, unknownCosts)) : figures,
      };
    }),
  };
}
