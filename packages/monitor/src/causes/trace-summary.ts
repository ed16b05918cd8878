import { createHash } from 'node:crypto';
import { hasLimitReason } from '@spanline/record';
import type { Measurement } from '../metrics/measurement.ts';
import type { ReadRecord } from '../metrics/read-record.ts';

const MAX_STEPS = 50;
const MAX_MODELS = 50;
const MAX_TOOL_CALLS = 100;
const MAX_LABEL_LENGTH = 80;

/** Maxima over the spans of one name. */
export interface StepSummary {
  readonly name: string;
  durationMs: number;
  tokens: number;
}

/** A tool call, with the number of times it was made. */
interface ToolCallSummary {
  /** Tool and arguments, shortened. */
  readonly label: string;
  count: number;
}

/** Data of a trace that explains alerts, in bounded space. */
export interface TraceSummary {
  /** Time of the last record. */
  epochMs: number;
  /** An exemplar refers to the summary, so that the object cannot be recycled. */
  isHeld: boolean;
  /** Duration of the longest request. */
  durationMs: number;
  /** One entry for each name. The root is not a step. */
  readonly steps: StepSummary[];
  readonly models: string[];
  /** By a hash of tool and arguments. */
  toolCalls: Map<string, ToolCallSummary> | undefined;
  /** Most documents that a retriever returned. */
  documents: number | undefined;
  /** Most input tokens of a call. */
  inputTokens: number;
  /** Answers that ended at their length limit. */
  truncatedAnswers: number;
  /** Largest share of an answer that repeats itself. */
  repeatRatio: number;
  injections: number;
  /** Highest score of an injection. */
  injectionScore: number | undefined;
  slowest: { readonly name: string; readonly selfMs: number } | undefined;
  /** Step and type of the first error. */
  failure: { readonly step: string; readonly type: string } | undefined;
}

/**
 * @param recycled - summary of a forgotten trace, whose object is used again: objects that live for minutes are the
 *   most expensive ones to collect
 */
export function createSummary(epochMs: number, recycled?: TraceSummary): TraceSummary {
  const summary: TraceSummary = recycled ?? {
    epochMs,
    isHeld: false,
    durationMs: 0,
    steps: [],
    models: [],
    toolCalls: undefined,
    documents: undefined,
    inputTokens: 0,
    truncatedAnswers: 0,
    repeatRatio: 0,
    injections: 0,
    injectionScore: undefined,
    slowest: undefined,
    failure: undefined,
  };
  if (recycled === undefined) return summary;
  summary.epochMs = epochMs;
  summary.steps.length = summary.models.length = 0;
  summary.durationMs = summary.inputTokens = summary.truncatedAnswers = summary.repeatRatio = summary.injections = 0;
  summary.toolCalls = summary.documents = summary.injectionScore = summary.slowest = summary.failure = undefined;
  return summary;
}

/** Adds a record to the summary of its trace. */
export function addToSummary(summary: TraceSummary, record: ReadRecord, measurement: Measurement): void {
  if (measurement.isSafetyEvent && measurement.adds('promptInjections')) {
    summary.injections++;
    const score = measurement.evaluation?.value;
    if (score !== undefined) summary.injectionScore = Math.max(summary.injectionScore ?? 0, score);
  }
  if (!measurement.isSpan) return;
  const slowest = record['spanline.rollup.slowest.name'];
  if (slowest !== undefined) {
    summary.slowest = { name: slowest, selfMs: record['spanline.rollup.slowest.self_ms'] ?? 0 };
  }
  if (measurement.failed && record['spanline.error.propagated'] !== true) {
    summary.failure ??= { step: record['span.name'] ?? '', type: record['error.type'] ?? 'an error' };
  }
  if (measurement.isRequest) summary.durationMs = Math.max(summary.durationMs, measurement.durationMs);
  else addStep(summary, record, measurement);
  switch (record['span.type']) {
    case 'llm':
      addModelCall(summary, record);
      break;
    case 'tool':
      addToolCall(summary, record);
      break;
    case 'retriever':
      summary.documents = Math.max(summary.documents ?? 0, record['spanline.retrieval.count'] ?? 0);
      break;
    default:
      break;
  }
}

/** The model that answered, or the one that was asked for. */
export function modelOf(record: ReadRecord): string | undefined {
  return record['gen_ai.response.model'] ?? record['gen_ai.request.model'];
}

function addModelCall(summary: TraceSummary, record: ReadRecord): void {
  summary.inputTokens = Math.max(summary.inputTokens, record['gen_ai.usage.input_tokens'] ?? 0);
  if (hasLimitReason(record['gen_ai.response.finish_reasons'])) summary.truncatedAnswers++;
  summary.repeatRatio = Math.max(summary.repeatRatio, record['spanline.llm.repeat_ratio'] ?? 0);
  const model = modelOf(record);
  const { models } = summary;
  if (model !== undefined && models.length < MAX_MODELS && !models.includes(model)) models.push(model);
}

/** Keeps a hash and a short copy of the arguments. A slice of the string would keep the whole of it in memory. */
function addToolCall(summary: TraceSummary, record: ReadRecord): void {
  const call = `${record['gen_ai.tool.name'] ?? record['span.name']} ${record['gen_ai.tool.call.arguments'] ?? ''}`;
  const calls = (summary.toolCalls ??= new Map<string, ToolCallSummary>());
  const key = createHash('sha1').update(call).digest('base64');
  const known = calls.get(key);
  if (known !== undefined) known.count++;
  else if (calls.size < MAX_TOOL_CALLS) {
    const start = Buffer.from(call.slice(0, MAX_LABEL_LENGTH)).toString();
    calls.set(key, { label: call.length > MAX_LABEL_LENGTH ? `${start}…` : start, count: 1 });
  }
}

function addStep({ steps }: TraceSummary, record: ReadRecord, { durationMs }: Measurement): void {
  const name = record['span.name'] ?? '';
  const tokens = (record['gen_ai.usage.input_tokens'] ?? 0) + (record['gen_ai.usage.output_tokens'] ?? 0);
  for (const step of steps) {
    if (step.name !== name) continue;
    step.durationMs = Math.max(step.durationMs, durationMs);
    step.tokens = Math.max(step.tokens, tokens);
    return;
  }
  if (steps.length < MAX_STEPS) steps.push({ name, durationMs, tokens });
}

/** The trace's step of this name. */
export function stepOf({ steps }: TraceSummary, name: string): StepSummary | undefined {
  return steps.find((step) => step.name === name);
}
