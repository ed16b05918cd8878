export {
  createEvals,
  type Evals,
  type EvalsOptions,
  type EvalsStats,
  type EvaluatorFailure,
} from './live/create-evals.ts';
export { citations } from './evaluators/citations.ts';
export { claimGroundedness, type ClaimGroundednessOptions } from './evaluators/claim-groundedness.ts';
export { groundedness, type GroundednessOptions } from './evaluators/groundedness.ts';
export { promptInjection } from './evaluators/injection/prompt-injection.ts';
export { jailbreak } from './evaluators/jailbreak/jailbreak.ts';
export {
  jsonValidity,
  type JsonValidityOptions,
  type SchemaResult,
  type StandardSchema,
} from './evaluators/json-validity.ts';
export { leakage, type LeakageOptions } from './evaluators/leakage.ts';
export { languageMismatch } from './evaluators/language-mismatch.ts';
export { lengthStop } from './evaluators/length-stop.ts';
export { refusal } from './evaluators/refusal.ts';
export { answerRelevance, contextRelevance } from './evaluators/relevance.ts';
export { repetition } from './evaluators/repetition.ts';
export type { Texts } from './evaluators/texts.ts';
export { toxicity } from './evaluators/toxicity/toxicity.ts';
export { toolLoop, type ToolLoopOptions } from './evaluators/tool-loop.ts';
export {
  type EvaluatorContext,
  feedback,
  type Feedback,
  type FeedbackOptions,
  type Fields,
  type Values,
} from './feedback/feedback.ts';
export type { KeepOptions } from './feedback/keep.ts';
export type { EvaluatorResult, ForeignResult, Verdict } from './feedback/verdict.ts';
export type { Complete, JudgeAnswer, JudgeRequest } from './judge/clients/complete.ts';
export type {
  AiSdkModel,
  AnthropicClient,
  JudgeClient,
  LangChainModel,
  OpenAiClient,
} from './judge/clients/connect.ts';
export { judgeBudget, type JudgeBudget, type JudgeBudgetOptions, type JudgeBudgetStore } from './judge/budget.ts';
export { checkJudge, type CheckedPair, type JudgeCheck } from './judge/check-judge.ts';
export { JudgeError, type JudgeErrorCode } from './judge/judge-error.ts';
export { judge } from './judge/judge.ts';
export type { Judge, JudgeModelOptions, JudgeOptions, JudgeStats } from './judge/judge-options.ts';
export {
  type AnswerPair,
  higherScore,
  type Prefer,
  preference,
  type PreferenceJudge,
  type PreferenceOptions,
  type PreferenceVerdict,
  type Preferred,
} from './judge/preference.ts';
export type { JudgeExample } from './judge/prompt.ts';
export type { LabelScale, NumberScale } from './judge/scale.ts';
export { type ScoreCost, scoreCosts } from './late/score-costs.ts';
export { type ScoredTrace, scoreTrace, type ScoreTraceOptions, type TraceScore } from './late/score-trace.ts';
export {
  type EvaluationRow,
  type LoggedEvaluations,
  SpanEvaluations,
  type SpanEvaluationsOptions,
} from './late/span-evaluations.ts';
export { dataset, type Dataset, type FromTracesOptions, type ReadDatasetOptions } from './dataset/dataset.ts';
export { type DatasetItem, datasetSchema, type ItemScore } from './dataset/item.ts';
export { readBaseline } from './experiment/baseline.ts';
export {
  type AllowedDifference,
  compareResults,
  type CompareOptions,
  type ScoreComparison,
} from './experiment/compare.ts';
export { type ExperimentResults, type JudgeIdentity, type ScoreSummary, summarize } from './experiment/results.ts';
export type { EvaluatedSpan } from './subject/evaluated-span.ts';
export { attribute, field, type Field, label, type ToolCall } from './subject/fields.ts';
export type { Subject } from './subject/open-traces.ts';
export type { SpanContent } from './subject/span-content.ts';
export { ragTriad, type RagTriadOptions } from './rag-triad.ts';
