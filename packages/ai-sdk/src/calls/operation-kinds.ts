/** How operations start and end, by the SDK's name of them. */

import type { Span, SpanAttributes } from '@spanline/core';
import { enterAgent, failuresBelow, isObject, list, number, type Props, props, text } from '@spanline/instrumentation';
import { MODEL_FAILURE } from '../objects/answer.ts';
import type { Hidden } from '../objects/hidden.ts';
import { questionOf } from '../objects/messages.ts';
import { requestAttributes } from '../objects/request.ts';
import { spanOptions, type Tracing } from '../tracing.ts';
import { describeDecision, startDecision } from './decision.ts';
import { embeddingFacts, type OperationPlace, rankedDocuments, rankingFacts, startEmbedding } from './steps.ts';

/** Operations that start and end alike. */
export interface OperationKind {
  /** Its model calls are not run inside of the telemetry's hook. Events report them. */
  readonly reportsCalls?: true;
  start(tracing: Tracing, operationId: string, event: Props, place: OperationPlace): Span;
  /** Sets the facts and the content of an operation that came to its end. */
  describe(span: Span, event: Props, hidden: Hidden): void;
}

/** The SDK's class of agents tags the requests that it makes. */
const AGENT = /\bai-sdk-agent\//;

/** True for a call that offers tools, and for one of an agent's class. */
function hasAgent(operationId: string, { tools, headers }: Props): boolean {
  if (operationId === 'ai.workflowAgent.stream') return true;
  if (Array.isArray(tools) ? tools.length > 0 : isObject(tools) && Object.keys(tools).length > 0) return true;
  const agent = text(props(headers)['user-agent']);
  return agent !== undefined && AGENT.test(agent);
}

/** A call that may ask a model several times. */
const STEPS: OperationKind = {
  start(tracing, operationId, event, { hidden, ...place }) {
    const agentName = text(event['functionId']);
    const { guard } = tracing;
    const isAgent = guard('request', hasAgent, operationId, event) ?? false;
    const name = isAgent ? `invoke_agent ${agentName ?? 'agent'}` : (agentName ?? operationId.slice('ai.'.length));
    const attributes: SpanAttributes | undefined = isAgent ? { 'gen_ai.agent.name': agentName } : undefined;
    const type = isAgent ? 'agent' : 'chain';
    const span = tracing.tracer.startSpan(spanOptions(tracing, { name, type, attributes, ...place }));
    if (isAgent && agentName !== undefined) enterAgent(span, agentName);
    return hidden.inputs ? span : span.input(guard('messages', questionOf, event));
  },

  /** An answer that broke off has the provider's error. */
  describe(span, { text: answer, object, finishReason }, hidden) {
    if (!hidden.outputs) span.output(object ?? answer);
    if (finishReason !== 'error') return;
    const failure = failuresBelow(span).at(-1);
    span.fail(failure?.error ?? MODEL_FAILURE);
  },
};

/** A request for one vector. */
const EMBEDDING: OperationKind = {
  start: (tracing, _operationId, event, place) => startEmbedding(tracing, event, place),
  describe(span, event) {
    span.set(embeddingFacts(event));
  },
};

/** A request to rank documents. */
const RANKING: OperationKind = {
  start(tracing, _operationId, event, { hidden, ...place }) {
    const { topN, documents, query } = event;
    const attributes: SpanAttributes = {
      ...requestAttributes(event),
      'gen_ai.retrieval.top_k': number(topN),
      'spanline.rerank.input_count': list(documents).length,
    };
    const name = `rerank ${attributes['gen_ai.request.model'] ?? 'model'}`;
    const span = tracing.tracer.startSpan(spanOptions(tracing, { name, type: 'reranker', attributes, ...place }));
    return hidden.inputs ? span : span.input(query);
  },
  describe(span, event, hidden) {
    span.set(rankingFacts(event));
    if (!hidden.outputs) span.output(rankedDocuments(event));
  },
};

/** Questions that a model decides. */
const DECISION: OperationKind = {
  start: (tracing, _operationId, event, place) => startDecision(tracing, event, place),
  describe: describeDecision,
};

/** Other operations have no span. */
export const OPERATION_KINDS: ReadonlyMap<string, OperationKind> = new Map([
  ...['generateText', 'streamText', 'generateObject', 'streamObject', 'embedMany'].map(
    (name) => [`ai.${name}`, STEPS] as const,
  ),
  ['ai.workflowAgent.stream', { ...STEPS, reportsCalls: true }],
  ['ai.embed', EMBEDDING],
  ['ai.rerank', RANKING],
  ['ai.decide', DECISION],
]);
