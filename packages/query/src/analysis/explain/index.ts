export { createAlertFinder, questionOfAlert } from './alert.ts';
export type { Relation, Subject } from './case.ts';
export type { Condition } from './columns.ts';
export { createExplainer } from './explain.ts';
export type { Cause, CauseSplit, Explanation, Part, UnknownName } from './explanation.ts';
export type { Limit } from './limit.ts';
export type { ExplainMeasure, ExplainQuestion } from './question.ts';
export { roleOf } from './facts.ts';
export { isRequest, stepOf, tokensOf } from './spans.ts';
