/** Compares two logs, or one log before and after a time: per step, with intervals of the differences. */

import { changeOf, type FigureKind, figureKinds, type NamedFigure, Z95 } from './figure-kinds.ts';
import { type Side, type StepFigures } from './figures.ts';
import { difference, type Estimate, quantileFor } from './intervals.ts';

/** A figure of one side. */
interface ComparedValue extends Estimate {
  /** The value is a lower bound: the cost of some calls is not known. */
  readonly isLeast?: true;
}

/** A figure on both sides. */
export interface ComparedFigure extends NamedFigure {
  readonly before: ComparedValue;
  readonly after: ComparedValue;
  /** `after` − `before`, with its interval of 95 %. A mean of one trace has no interval. */
  readonly difference: Estimate;
  /**
   * The interval of the difference leaves 0 out, also when it is widened for the number of comparisons (Bonferroni): at
   * most one answer in twenty has a change that is none. A lower bound shows no fall, nor a rise from it.
   */
  readonly isChange: boolean;
  /** A change to more errors, time, tokens or cost, or to a lower score. */
  readonly isWorse: boolean;
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

const countOf = (figures: StepFigures | undefined): number => figures?.get('durationMs')?.values.length ?? 0;

function compareFigure(kind: FigureKind, before: StepFigures, after: StepFigures, strict: number): ComparedFigure[] {
  const [one, other] = [before.get(kind.of), after.get(kind.of)];
  if (one === undefined || other === undefined) return [];
  const estimates = (z: number): [Estimate, Estimate] | undefined => {
    const [from, to] = [kind.estimate(one, z), kind.estimate(other, z)];
    return from === undefined || to === undefined ? undefined : [from, to];
  };
  const [usual, wide] = [estimates(Z95), estimates(strict)];
  if (usual === undefined || wide === undefined) return [];
  const { figure, title, unit } = kind;
  const apart = difference(...usual);
  return [
    {
      figure,
      title,
      unit,
      before: usual[0],
      after: usual[1],
      difference: apart,
      ...changeOf(kind, difference(...wide)),
    },
  ];
}

const atLeast = (value: ComparedValue): ComparedValue => ({ ...value, isLeast: true });

/** The cost of all requests, where that of some calls is not known. */
function withLowerBounds(figure: ComparedFigure, { before, after }: Comparison['unknownCosts']): ComparedFigure {
  if (figure.unit !== 'usd') return figure;
  const [isRise, isFall] = [figure.difference.value > 0, figure.difference.value < 0];
  const isKnown = !(isRise && before > 0) && !(isFall && after > 0);
  return {
    ...figure,
    before: before > 0 ? atLeast(figure.before) : figure.before,
    after: after > 0 ? atLeast(figure.after) : figure.after,
    isChange: figure.isChange && isKnown,
    isWorse: figure.isWorse && isKnown,
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
    return { step, one, other, kinds: figureKinds(one).filter(({ of }) => other.has(of)) };
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
