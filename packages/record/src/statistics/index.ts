export { type ChangePoint, changePoint, isDrift, LEAST_SERIES } from './change-point.ts';
export {
  hasQuantileInterval,
  hypergeometricTails,
  type Interval,
  logFactorials,
  normalQuantile,
  randomNumbers,
  studentFactor,
  wilson,
} from './intervals.ts';
export { bootstrapInterval, meanOf, type Resampling, signFlipTest } from './resampling.ts';
export {
  chiSquare,
  countsOf,
  holm,
  kolmogorovSmirnov,
  kolmogorovSmirnovOfCounts,
  type TestResult,
} from './two-sample.ts';
