export { guardClient } from './clients/guard-client.ts';
export { createGuards, type Guards } from './create-guards.ts';
export { guardMiddleware, type GuardMiddleware } from './frameworks/ai-sdk.ts';
export { guardExpress, type GuardExpressOptions, type GuardHandler } from './frameworks/express.ts';
export { guardChatModel } from './frameworks/langchain.ts';
export { type AgentGuard, guardAgent, guardChain } from './frameworks/langchain-agent.ts';
export { guardLLM } from './frameworks/llamaindex.ts';
export type { GuardStats, GuardVerdict, UseGuardsOptions } from './guards/engine.ts';
export {
  blockInput,
  type BlockInputOptions,
  blockOutput,
  type BlockOutputOptions,
  type Guard,
  type RedactedMatch,
  redactOutput,
  type RedactOutputOptions,
  type Role,
} from './guards/guard.ts';
export {
  GuardError,
  type GuardFailure,
  type GuardReason,
  type GuardStage,
  isGuardError,
} from './guards/guard-error.ts';
export {
  detectors,
  type DetectorsOptions,
  evaluator,
  type EvaluatorInput,
  type EvaluatorOptions,
  type Found,
  literals,
  type LiteralsOptions,
  type MatchContext,
  type Matcher,
  pattern,
  type PatternOptions,
  type Rule,
  type Step,
} from './rules/index.ts';
