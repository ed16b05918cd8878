/** Mastra's types of spans: type, name and facts at the start, and facts at the end. */

import type { Span, SpanAttributes, SpanType } from '@spanline/core';
import { number, type Props, props, providerOf, text } from '@spanline/instrumentation';
import { requestFacts } from './model-call.ts';
import type { MastraSpan } from './objects.ts';

/** The start of a span. */
export interface SpanStart {
  readonly type: SpanType;
  readonly name: string;
  readonly attributes: SpanAttributes;
}

const entityOf = ({ entityName, entityId }: MastraSpan, otherwise: string): string =>
  text(entityName) ?? text(entityId) ?? otherwise;

/** Mastra calls a step `workflow step: 'look-up'`; its entity is the workflow. */
const stepOf = ({ name }: MastraSpan): string => /'(?<id>.+)'$/.exec(name)?.groups?.['id'] ?? name;

const task = ({ name }: MastraSpan): SpanStart => ({ type: 'task', name, attributes: {} });

/** The start of a span whose facts cannot be read. */
export const plainStart = ({ name, type }: MastraSpan): SpanStart => ({
  type: 'task',
  name: text(name) ?? type,
  attributes: {},
});

function agent(source: MastraSpan): SpanStart {
  const name = entityOf(source, 'agent');
  const attributes: SpanAttributes = { 'gen_ai.agent.name': name, 'gen_ai.agent.id': text(source.entityId) };
  return { type: 'agent', name: `invoke_agent ${name}`, attributes };
}

function tool(source: MastraSpan, facts: Props): SpanStart {
  const name = entityOf(source, 'tool');
  return {
    type: 'tool',
    name: `execute_tool ${name}`,
    attributes: {
      'gen_ai.tool.name': name,
      'gen_ai.tool.type': 'function',
      'gen_ai.tool.call.id': text(facts['toolCallId']),
      'gen_ai.tool.description': text(facts['toolDescription']),
    },
  };
}

/** A model call. The name of the model comes last, because it may be unknown. */
function modelCall(_source: MastraSpan, facts: Props): SpanStart {
  const attributes = requestFacts(facts);
  return { type: 'llm', name: `chat ${attributes['gen_ai.request.model'] ?? 'model'}`, attributes };
}

function embedding(_source: MastraSpan, { model, provider, dimensions }: Props): SpanStart {
  const name = text(model);
  return {
    type: 'embedding',
    name: `embeddings ${name ?? 'model'}`,
    attributes: {
      'gen_ai.provider.name': providerOf({ id: text(provider), model: name }),
      'gen_ai.request.model': name,
      'gen_ai.embeddings.dimension.count': number(dimensions),
    },
  };
}

function vectorOperation(source: MastraSpan, { operation, indexName, topK }: Props): SpanStart {
  if (operation !== 'query') return task(source);
  const index = text(indexName);
  return {
    type: 'retriever',
    name: `retrieval ${index ?? 'index'}`,
    attributes: { 'gen_ai.data_source.id': index, 'gen_ai.retrieval.top_k': number(topK) },
  };
}

const STARTS: Readonly<Record<string, (source: MastraSpan, facts: Props) => SpanStart>> = {
  agent_run: agent,
  workflow_run: (source) => ({ type: 'chain', name: entityOf(source, source.name), attributes: {} }),
  workflow_step: (source) => ({ type: 'task', name: stepOf(source), attributes: {} }),
  model_generation: modelCall,
  model_step: modelCall,
  model_inference: modelCall,
  classifier_evaluation: (source, facts) => modelCall(source, { ...facts, model: facts['modelId'] }),
  tool_call: tool,
  client_tool_call: tool,
  provider_tool_call: tool,
  mcp_tool_call: tool,
  rag_embedding: embedding,
  rag_vector_operation: vectorOperation,
  rag_action: (source, { action }) => (action === 'rerank' ? { ...task(source), type: 'reranker' } : task(source)),
};

/**
 * The start of a span. A type that is not known is a task of its name.
 *
 * @param request - attributes of the generation around a model call: its tools, its server
 */
export function startOf(source: MastraSpan, request: unknown): SpanStart {
  const start = Object.hasOwn(STARTS, source.type) ? STARTS[source.type] : undefined;
  return (start ?? task)(source, { ...props(request), ...props(source.attributes) });
}

/** A processor that stops a run is a guardrail. */
function tripwire(span: Span, source: MastraSpan, { tripwireAbort }: Props): void {
  if (tripwireAbort === undefined) return;
  const reason = text(props(tripwireAbort)['reason']);
  span.set({ 'spanline.guardrail.name': entityOf(source, source.name), 'spanline.guardrail.action': 'block' });
  if (reason !== undefined) span.label('tripwire', reason);
}

const WORKFLOW_STATES: ReadonlySet<unknown> = new Set(['suspended', 'paused', 'waiting', 'bailed', 'tripwire']);

/** Sets the facts that are known at the end of a span, besides content and usage. */
export function describeEnd(span: Span, source: MastraSpan): void {
  const facts = props(source.attributes);
  const { status, mcpServer, conditionCount, selectedSteps } = facts;
  if (WORKFLOW_STATES.has(status)) span.label('workflow_status', String(status));
  if (text(mcpServer) !== undefined) span.label('mcp_server', String(mcpServer));
  if (conditionCount !== undefined && Array.isArray(selectedSteps)) span.label('selected', selectedSteps.join(', '));
  tripwire(span, source, facts);
}
