export { createEvals, type Evals, type EvalsOptions, type EvalsStats } from './live/create-evals.ts';
export { citations } from './evaluators/citations.ts';
export { groundedness, type GroundednessOptions } from './evaluators/groundedness.ts';
export { promptInjection, type Texts } from './evaluators/injection/prompt-injection.ts';
export {
  jsonValidity,
  type JsonValidityOptions,
  type SchemaResult,
  type StandardSchema,
} from './evaluators/json-validity.ts';
export { leakage, type LeakageOptions } from './evaluators/leakage.ts';
export { lengthStop } from './evaluators/length-stop.ts';
export { refusal } from './evaluators/refusal.ts';
export { repetition } from './evaluators/repetition.ts';
export { toolLoop, type ToolLoopOptions } from './evaluators/tool-loop.ts';
export {
  type EvaluatorContext,
  feedback,
  type Feedback,
  type FeedbackOptions,
  type Fields,
  type Values,
} from './feedback/feedback.ts';
export type { EvaluatorResult, ForeignResult, Verdict } from './feedback/verdict.ts';
export {
  type EvaluationRow,
  type LoggedEvaluations,
  SpanEvaluations,
  type SpanEvaluationsOptions,
} from './late/span-evaluations.ts';
export type { EvaluatedSpan } from './subject/evaluated-span.ts';
export { attribute, field, type Field, label, type ToolCall } from './subject/fields.ts';
export type { Subject } from './subject/open-traces.ts';
export type { SpanContent } from './subject/span-content.ts';
