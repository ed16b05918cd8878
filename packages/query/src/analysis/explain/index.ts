export { createAlertFinder, questionOfAlert } from './alert.ts';
export type { Relation, Subject } from './case.ts';
export type { Condition } from './columns.ts';
export { type Cause, type CauseSplit, createExplainer, type Explanation, type Part } from './explain.ts';
export type { Limit } from './limit.ts';
export type { ExplainMeasure, ExplainQuestion } from './question.ts';
export { roleOf } from './facts.ts';
export { isRequest, stepOf, tokensOf } from './spans.ts';
