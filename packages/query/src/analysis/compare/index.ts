export { type AlignedStep, alignTraces, type ChangedInput } from './align.ts';
export { type ComparedFigure, type ComparedStep, compareSides, type Comparison } from './compare.ts';
export { createSide, type Side } from './figures.ts';
export type { Estimate } from './intervals.ts';
