export { type AlignedStep, alignTraces } from './align.ts';
export type { ChangedInput } from './inputs.ts';
export { type ComparedFigure, type ComparedStep, compareSides, type Comparison } from './compare.ts';
export { createObservations, createSide, type Observations, type Side } from './figures.ts';
export {
  difference,
  type Estimate,
  estimateMean,
  estimateQuantile,
  estimateShare,
  quantileFor,
  type Sample,
} from './intervals.ts';
