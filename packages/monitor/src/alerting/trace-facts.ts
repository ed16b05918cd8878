import { createHash } from 'node:crypto';
import type { Delta } from '../metrics/delta.ts';
import type { ReadRecord } from '../metrics/read-record.ts';
import { TraceSample } from './trace-sample.ts';

/** At forty traces a second the last two minutes. */
const MAX_TRACES = 5000;
const MAX_STEPS = 50;
const MAX_TOOL_CALLS = 100;
const MAX_MODELS = 200;
const MAX_SHOWN = 80;

/** What a step of a trace took, at most. */
export interface StepFacts {
  readonly name: string;
  ms: number;
  tokens: number;
}

/** A call of a tool that may have been made more than once. */
export interface ToolCallFacts {
  /** Tool and arguments, as far as they are shown. */
  readonly shown: string;
  times: number;
}

/** What is remembered of a trace, to tell why an alert fired. */
export interface TraceFacts {
  epochMs: number;
  /** Something beside the last traces refers to it. */
  isHeld: boolean;
  /** Of the longest request. */
  ms: number;
  /** One entry a name; the root is none. */
  readonly steps: StepFacts[];
  readonly models: string[];
  /** By what tells calls apart: tool and arguments. */
  toolCalls: Map<string, ToolCallFacts> | undefined;
  /** Most documents that a retriever gave. */
  retrieved: number | undefined;
  inputTokens: number;
  /** Answers that were cut off by the limit of their length. */
  cutOff: number;
  /** Greatest share of an answer that repeats itself. */
  repeats: number;
  /** Prompt injections that were found, and the highest score of one. */
  injections: number;
  injectionScore: number | undefined;
  slowest: { readonly name: string; readonly ms: number } | undefined;
  /** Where an error first arose, and its type. */
  failure: { readonly step: string; readonly type: string } | undefined;
}

/** @param used - facts of a trace that is forgotten; its object is used again, since what lives for a while and dies is what a collector of garbage is worst at */
function noFacts(epochMs: number, used?: TraceFacts): TraceFacts {
  const facts: TraceFacts = used ?? {
    epochMs,
    isHeld: false,
    ms: 0,
    steps: [],
    models: [],
    toolCalls: undefined,
    retrieved: undefined,
    inputTokens: 0,
    cutOff: 0,
    repeats: 0,
    injections: 0,
    injectionScore: undefined,
    slowest: undefined,
    failure: undefined,
  };
  facts.epochMs = epochMs;
  facts.steps.length = facts.models.length = 0;
  facts.ms = facts.inputTokens = facts.cutOff = facts.repeats = facts.injections = 0;
  facts.toolCalls = facts.retrieved = facts.injectionScore = facts.slowest = facts.failure = undefined;
  return facts;
}

/** The last traces, of a busy service a sample of them, and the models that answered. */
export class RecentTraces {
  readonly #traces = new Map<string, TraceFacts>();
  /** Ids in the order in which they came, in a circle: the first key of a map is slow to find where many before it were deleted. */
  readonly #order: string[] = [];
  readonly #sample = new TraceSample();
  #next = 0;
  readonly #models = new Map<string, number>();

  /** Traces since a moment. */
  since(epochMs: number): TraceFacts[] {
    return [...this.#traces.values()].filter((facts) => facts.epochMs >= epochMs);
  }

  /** Models that answered first after a moment, where others had answered before. */
  newModels(epochMs: number): string[] {
    const models = [...this.#models];
    if (!models.some(([, first]) => first < epochMs)) return [];
    return models.filter(([, first]) => first >= epochMs).map(([model]) => model);
  }

  /** All traces but these. */
  except(traces: readonly TraceFacts[]): TraceFacts[] {
    const left = new Set(traces);
    return [...this.#traces.values()].filter((facts) => !left.has(facts));
  }

  /** @returns what is known of its trace; `undefined` where that is not looked at */
  add(record: ReadRecord, delta: Delta): TraceFacts | undefined {
    const { trace_id: traceId } = record;
    if (traceId === undefined) return undefined;
    if (delta.isRequest) this.#sample.count(delta.epochMs);
    // What is dangerous is rare, and looked at in any case.
    const isDangerous = delta.adds('promptInjections') || delta.adds('safetyTriggers');
    if (!this.#sample.has(traceId) && !isDangerous) return undefined;
    const facts = this.#of(traceId, delta.epochMs);
    facts.epochMs = delta.epochMs;
    if (delta.adds('promptInjections')) {
      facts.injections++;
      const score = delta.score?.value;
      if (score !== undefined) facts.injectionScore = Math.max(facts.injectionScore ?? 0, score);
    }
    if (!delta.isSpan) return facts;
    const slowest = record['spanline.rollup.slowest.name'];
    if (slowest !== undefined) facts.slowest = { name: slowest, ms: record['spanline.rollup.slowest.self_ms'] ?? 0 };
    if (delta.failed && record['spanline.error.propagated'] !== true) {
      facts.failure ??= { step: record['span.name'] ?? '', type: record['error.type'] ?? 'an error' };
    }
    if (delta.isRequest) facts.ms = Math.max(facts.ms, delta.durationMs);
    else addStep(facts, record, delta);
    this.#addByType(facts, record, delta.epochMs);
    return facts;
  }

  #addByType(facts: TraceFacts, record: ReadRecord, epochMs: number): void {
    switch (record['span.type']) {
      case 'llm': {
        facts.inputTokens = Math.max(facts.inputTokens, record['gen_ai.usage.input_tokens'] ?? 0);
        if (record['gen_ai.response.finish_reasons']?.includes('length') === true) facts.cutOff++;
        facts.repeats = Math.max(facts.repeats, record['spanline.llm.repeat_ratio'] ?? 0);
        const model = record['gen_ai.response.model'] ?? record['gen_ai.request.model'];
        if (model !== undefined) this.#addModel(facts, model, epochMs);
        break;
      }
      case 'tool': {
        addToolCall(
          facts,
          `${record['gen_ai.tool.name'] ?? record['span.name']} ${record['gen_ai.tool.call.arguments'] ?? ''}`,
        );
        break;
      }
      case 'retriever':
        facts.retrieved = Math.max(facts.retrieved ?? 0, record['spanline.retrieval.count'] ?? 0);
        break;
      default:
        break;
    }
  }

  #addModel({ models }: TraceFacts, model: string, epochMs: number): void {
    if (models.length < MAX_STEPS && !models.includes(model)) models.push(model);
    if (!this.#models.has(model) && this.#models.size < MAX_MODELS) this.#models.set(model, epochMs);
  }

  #of(traceId: string, epochMs: number): TraceFacts {
    let facts = this.#traces.get(traceId);
    if (facts !== undefined) return facts;
    const forgotten = this.#order[this.#next];
    const used = forgotten === undefined ? undefined : this.#traces.get(forgotten);
    if (forgotten !== undefined) this.#traces.delete(forgotten);
    this.#order[this.#next] = traceId;
    this.#next = (this.#next + 1) % MAX_TRACES;
    this.#traces.set(traceId, (facts = noFacts(epochMs, used?.isHeld === true ? undefined : used)));
    return facts;
  }
}

/** Arguments may be long, and are not kept: not even as the part of a string that keeps the whole of it. */
function addToolCall(facts: TraceFacts, call: string): void {
  const calls = (facts.toolCalls ??= new Map<string, ToolCallFacts>());
  const key = createHash('sha1').update(call).digest('base64');
  const known = calls.get(key);
  if (known !== undefined) known.times++;
  else if (calls.size < MAX_TOOL_CALLS) {
    const isLong = call.length > MAX_SHOWN;
    const shown = Buffer.from(call.slice(0, MAX_SHOWN)).toString();
    calls.set(key, { shown: isLong ? `${shown}…` : shown, times: 1 });
  }
}

function addStep({ steps }: TraceFacts, record: ReadRecord, { durationMs }: Delta): void {
  const name = record['span.name'] ?? '';
  const tokens = (record['gen_ai.usage.input_tokens'] ?? 0) + (record['gen_ai.usage.output_tokens'] ?? 0);
  for (const step of steps) {
    if (step.name !== name) continue;
    step.ms = Math.max(step.ms, durationMs);
    step.tokens = Math.max(step.tokens, tokens);
    return;
  }
  if (steps.length < MAX_STEPS) steps.push({ name, ms: durationMs, tokens });
}

/** What a trace's step of that name took. */
export function stepOf({ steps }: TraceFacts, name: string): StepFacts | undefined {
  return steps.find((step) => step.name === name);
}
