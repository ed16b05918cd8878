export { type AlignedStep, alignTraces } from './align.ts';
export type { ChangedInput } from './inputs.ts';
export { type ComparedFigure, type ComparedStep, compareSides, type Comparison } from './compare.ts';
export { createSide, type Side } from './figures.ts';
export type { Estimate } from './intervals.ts';
