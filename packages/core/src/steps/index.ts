export { type LlmAnswer, llmSpan, type LlmSpanOptions } from './llm.ts';
export { rerankSpan, type RerankSpanOptions, retrieverSpan, type RetrieverSpanOptions } from './retrieval.ts';
export type { StepOptions } from './step.ts';
export { toolSpan, type ToolSpanOptions } from './tool.ts';
