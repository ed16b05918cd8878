/** Tools, embeddings and rankings inside of an operation. */

import type { Span, SpanAttributes, SpanOptions } from '@spanline/core';
import { list, normalizeUsage, number, type Props, props, text, usageAttributes } from '@spanline/instrumentation';
import { type Hidden, shownError, SHOWN } from '../objects/hidden.ts';
import { requestAttributes } from '../objects/request.ts';
import { spanOptions, type Tracing } from '../tracing.ts';

/** The SDK's id of a step. One that is no text has none. */
export const stepId = (id: unknown): string => text(id) ?? '';

/** The operation that tools run in. */
export interface ToolPlace {
  readonly span: Span;
  readonly hidden: Hidden;
  /** Open spans by the SDK's id. */
  steps: Map<string, Span> | undefined;
  readonly caller: { check(): void } | undefined;
}

/** Starts the span of a tool that the SDK runs. */
export function startTool(tracing: Tracing, place: ToolPlace, event: Props, startTime?: number): Span {
  const { span: parent, hidden } = place;
  const { toolCallId, toolName, input } = props(event['toolCall']);
  const name = text(toolName) ?? 'tool';
  const attributes: SpanAttributes = {
    'gen_ai.tool.name': name,
    'gen_ai.tool.type': 'function',
    'gen_ai.tool.call.id': text(toolCallId),
  };
  const options = { name: `execute_tool ${name}`, type: 'tool', parent, startTime, attributes } as const;
  const span = tracing.tracer.startSpan(spanOptions(tracing, options));
  if (!hidden.inputs) span.input(input);
  (place.steps ??= new Map()).set(stepId(toolCallId), span);
  return span;
}

/** The result of a tool. */
export interface ToolResult {
  readonly output?: unknown;
  readonly failure?: { readonly error: unknown } | undefined;
}

/** Ends the span of a tool. */
export function endTool(place: ToolPlace, toolCallId: string, result: ToolResult, endTime?: number): void {
  const { hidden, steps, caller } = place;
  const span = steps?.get(toolCallId);
  steps?.delete(toolCallId);
  if (span === undefined) return;
  if (result.failure !== undefined) span.fail(shownError(result.failure.error, hidden));
  else if (!hidden.outputs) span.output(result.output);
  span.end({ endTime });
  caller?.check();
}

/** Where and when a span starts, and what the application keeps from it. */
export interface StepPlace extends Pick<SpanOptions, 'parent' | 'startTime'> {
  readonly hidden?: Hidden;
}

/** The same of an operation. */
export type OperationPlace = StepPlace & { readonly hidden: Hidden };

/** Starts the span of one request for vectors. */
export function startEmbedding(tracing: Tracing, request: Props, { hidden = SHOWN, ...place }: StepPlace = {}): Span {
  const { value, values = [value] } = request;
  const attributes: SpanAttributes = {
    ...requestAttributes(request),
    'spanline.embeddings.input_count': list(values).length,
    'spanline.input': hidden.inputs ? undefined : values,
  };
  const name = `embeddings ${attributes['gen_ai.request.model'] ?? 'model'}`;
  return tracing.tracer.startSpan(spanOptions(tracing, { name, type: 'embedding', attributes, ...place }));
}

/** The facts of an answer with vectors. The vectors are never recorded. */
export function embeddingFacts(event: Props): SpanAttributes {
  const { embedding, embeddings, usage, providerMetadata, response, modelId, provider } = event;
  const vector = list(embedding ?? list(embeddings)[0]);
  const model = text(props(response)['modelId']) ?? text(modelId);
  const found = normalizeUsage({ usage, providerMetadata }, { provider: text(provider), model });
  return {
    ...(found === undefined ? {} : usageAttributes(found)),
    'gen_ai.embeddings.dimension.count': vector.length === 0 ? undefined : vector.length,
  };
}

/** The facts of an answer of a reranker. */
export function rankingFacts({ ranking, response, modelId }: Props): SpanAttributes {
  const { body, modelId: answered } = props(response);
  const usage = normalizeUsage(body, { model: text(modelId) });
  return {
    'gen_ai.response.model': text(answered),
    'spanline.retrieval.count': list(ranking).length,
    ...(usage === undefined ? {} : usageAttributes(usage)),
  };
}

/** The ranked documents, best first. */
export function rankedDocuments({ ranking }: Props): unknown[] {
  return list(ranking).map((entry) => {
    const { originalIndex, index, score, relevanceScore, document } = props(entry);
    const content = typeof document === 'string' || document === undefined ? document : JSON.stringify(document);
    return { id: String(originalIndex ?? index), score: number(score ?? relevanceScore), content };
  });
}
