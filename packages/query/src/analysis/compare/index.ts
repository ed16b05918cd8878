export { type AlignedStep, alignTraces, readAlignment } from './align.ts';
export type { ChangedInput } from './inputs.ts';
export { type ComparedFigure, type ComparedStep, compareSides, type Comparison } from './compare.ts';
export { changeOf, type FigureKind, figureKinds, type FigureUnit, type NamedFigure, Z95 } from './figure-kinds.ts';
export { createObservations, createSide, type Figure, type Observations, type Side } from './figures.ts';
export { difference, type Estimate, quantileFor, type Sample } from './intervals.ts';
