export {
  type Cause,
  type CauseSplit,
  type Condition,
  createAlertFinder,
  createExplainer,
  type ExplainMeasure,
  type ExplainQuestion,
  type Explanation,
  type Limit,
  type Part,
  questionOfAlert,
  type Relation,
  type Subject,
} from './explain/index.ts';
export { type CostRow, type Costs, costsOf } from './costs.ts';
export { type ErrorExample, type ErrorGroup, type ErrorGroups, errorGroups, fingerprintOf } from './errors.ts';
export { type ScoreGroup, type Scores, scoresOf } from './scores.ts';
export { type Session, type Sessions, sessionsOf } from './sessions.ts';
export {
  type AlignedStep,
  alignTraces,
  type ChangedInput,
  type ComparedFigure,
  type ComparedStep,
  compareSides,
  type Comparison,
  createSide,
  type Estimate,
  type Side,
} from './compare/index.ts';
