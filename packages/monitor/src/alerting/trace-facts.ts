import type { SpanRecord } from '@spanline/core';

const MAX_TRACES = 2000;
const MAX_STEPS = 50;
const MAX_TOOL_CALLS = 100;
const MAX_MODELS = 200;

/** What is remembered of a trace, to tell why an alert fired. */
export interface TraceFacts {
  epochMs: number;
  /** Longest duration of each step, in milliseconds. */
  readonly steps: Map<string, number>;
  /** How often a tool was called with the same arguments. */
  readonly toolCalls: Map<string, number>;
  /** Most documents that a retriever gave. */
  retrieved: number | undefined;
  inputTokens: number;
  /** Answers that were cut off by the limit of their length. */
  cutOff: number;
  /** Greatest share of an answer that repeats itself. */
  repeats: number;
  slowest: { readonly name: string; readonly ms: number } | undefined;
}

/** The last two thousand traces, and the models that answered. */
export class RecentTraces {
  readonly #traces = new Map<string, TraceFacts>();
  readonly #models = new Map<string, number>();

  get(traceId: string): TraceFacts | undefined {
    return this.#traces.get(traceId);
  }

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

  add(record: Readonly<SpanRecord>, epochMs: number): void {
    const { trace_id: traceId, 'span.name': name } = record;
    if (traceId === undefined || name === undefined) return;
    const facts = this.#of(traceId, epochMs);
    facts.epochMs = epochMs;
    const longest = Math.max(facts.steps.get(name) ?? 0, record.duration_ms ?? 0);
    if (facts.steps.size < MAX_STEPS || facts.steps.has(name)) facts.steps.set(name, longest);
    const slowest = record['spanline.rollup.slowest.name'];
    if (slowest !== undefined) facts.slowest = { name: slowest, ms: record['spanline.rollup.slowest.self_ms'] ?? 0 };
    this.#addByType(facts, record, epochMs);
  }

  #addByType(facts: TraceFacts, record: Readonly<SpanRecord>, epochMs: number): void {
    switch (record['span.type']) {
      case 'llm': {
        facts.inputTokens = Math.max(facts.inputTokens, record['gen_ai.usage.input_tokens'] ?? 0);
        if (record['gen_ai.response.finish_reasons']?.includes('length') === true) facts.cutOff++;
        facts.repeats = Math.max(facts.repeats, record['spanline.llm.repeat_ratio'] ?? 0);
        const model = record['gen_ai.response.model'] ?? record['gen_ai.request.model'];
        if (model !== undefined && !this.#models.has(model) && this.#models.size < MAX_MODELS) {
          this.#models.set(model, epochMs);
        }
        break;
      }
      case 'tool': {
        const call = `${record['gen_ai.tool.name'] ?? record['span.name']} ${String(record['gen_ai.tool.call.arguments'] ?? '')}`;
        if (facts.toolCalls.size < MAX_TOOL_CALLS || facts.toolCalls.has(call)) {
          facts.toolCalls.set(call, (facts.toolCalls.get(call) ?? 0) + 1);
        }
        break;
      }
      case 'retriever':
        facts.retrieved = Math.max(facts.retrieved ?? 0, record['spanline.retrieval.count'] ?? 0);
        break;
      default:
        break;
    }
  }

  #of(traceId: string, epochMs: number): TraceFacts {
    let facts = this.#traces.get(traceId);
    if (facts === undefined) {
      facts = {
        epochMs,
        steps: new Map(),
        toolCalls: new Map(),
        retrieved: undefined,
        inputTokens: 0,
        cutOff: 0,
        repeats: 0,
        slowest: undefined,
      };
      this.#traces.set(traceId, facts);
      if (this.#traces.size > MAX_TRACES) {
        const [oldest] = this.#traces.keys();
        if (oldest !== undefined) this.#traces.delete(oldest);
      }
    }
    return facts;
  }
}
