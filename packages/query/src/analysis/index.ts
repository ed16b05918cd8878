export {
  type Chain,
  chainOf,
  type ChainStep,
  type Divergence,
  divergencesOf,
  readChain,
  readDivergences,
  type TwoChains,
  type InputSource,
  sourcesOf,
} from './chain/index.ts';
export {
  type Cause,
  type CauseSplit,
  type Condition,
  createAlertFinder,
  describeInputs,
  describeSubject,
  createExplainer,
  type ExplainMeasure,
  type ExplainQuestion,
  type Explanation,
  type Limit,
  type Part,
  questionOfAlert,
  type Relation,
  type Spread,
  type Subject,
  type UnknownName,
} from './explain/index.ts';
export {
  bySeverity,
  createExaminer,
  type Examination,
  type FaultPlace,
  type FindPersonalData,
  type Finding,
  type Severity,
} from './doctor/index.ts';
export { type Agreement, agreementOf } from './agreement.ts';
export { CALLS, costsOf } from './costs.ts';
export {
  ERROR_KEYS,
  type ErrorExample,
  type ErrorGroup,
  type ErrorGroups,
  errorGroups,
  FAILED,
  fingerprintOf,
} from './errors.ts';
export { type PromptChange, type PromptFigure, type Prompts, promptsOf, type PromptVersion } from './prompts/index.ts';
export { type ScoreGroup, type Scores, scoresOf } from './scores.ts';
export { type Session, type Sessions, sessionsOf } from './sessions.ts';
export {
  type AlignedStep,
  alignTraces,
  readAlignment,
  type ChangedInput,
  type ComparedFigure,
  type ComparedStep,
  compareSides,
  type Comparison,
  createSide,
  type Estimate,
  type FigureUnit,
  type NamedFigure,
  type Side,
} from './compare/index.ts';
export {
  type Drift,
  DRIFT_FIELDS,
  DRIFT_LEVEL,
  type DriftField,
  driftOf,
  type DriftOptions,
  type DriftRow,
} from './drift/index.ts';
export {
  bisect,
  type BisectedMove,
  type Bisection,
  type BisectOptions,
  MOVE_LEVEL,
  type Setting,
  type SettingChange,
} from './bisect/index.ts';
