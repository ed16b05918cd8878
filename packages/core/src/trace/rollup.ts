import type { SpanRecord, SpanType } from '@spanline/record';

/** What one ended span adds to the roll-up of its local root. */
export interface RollupEntry {
  readonly name: string;
  readonly type: SpanType;
  readonly durationMs: number;
  readonly selfMs: number;
  /** False for the local root: it is what the steps add up to, not one of them. */
  readonly isStep: boolean;
  /** An error that arose in this span, not one that passed through. */
  readonly failed: boolean;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  readonly costUsd: number | undefined;
}

/** Sums over the spans below one local root, as of the moment they are read. Parents' own numbers never enter twice: only billed calls carry usage. */
export interface Rollup {
  /** Spans started, the root included. */
  spans: number;
  /** Spans started and not ended, the root excluded. */
  open: number;
  add(entry: RollupEntry): void;
  /** Writes `spanline.rollup.*`. */
  writeTo(record: SpanRecord): void;
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/** An empty roll-up. */
export function createRollup(): Rollup {
  let errors = 0;
  let llmCalls = 0;
  let llmMs = 0;
  let inputTokens = 0;
  let outputTokens = 0;
  let tokensKnown = false;
  let costUsd: number | undefined;
  let slowest: { name: string; selfMs: number } | undefined;
  let top: { name: string; tokens: number } | undefined;
  return {
    spans: 0,
    open: 0,
    add(entry: RollupEntry): void {
      if (entry.failed) errors++;
      if (entry.type === 'llm') {
        llmCalls++;
        llmMs += entry.durationMs;
      }
      if (entry.isStep && entry.selfMs > (slowest?.selfMs ?? -1)) slowest = { name: entry.name, selfMs: entry.selfMs };
      if (entry.inputTokens !== undefined || entry.outputTokens !== undefined) {
        tokensKnown = true;
        inputTokens += entry.inputTokens ?? 0;
        outputTokens += entry.outputTokens ?? 0;
        const tokens = (entry.inputTokens ?? 0) + (entry.outputTokens ?? 0);
        if (top === undefined || tokens > top.tokens) top = { name: entry.name, tokens };
      }
      if (entry.costUsd !== undefined) costUsd = (costUsd ?? 0) + entry.costUsd;
    },
    writeTo(record: SpanRecord): void {
      record['spanline.rollup.spans'] = this.spans;
      record['spanline.rollup.open'] = this.open;
      record['spanline.rollup.errors'] = errors;
      record['spanline.rollup.llm_calls'] = llmCalls;
      if (llmCalls > 0) record['spanline.rollup.llm_ms'] = round(llmMs, 3);
      if (tokensKnown) {
        record['spanline.rollup.input_tokens'] = inputTokens;
        record['spanline.rollup.output_tokens'] = outputTokens;
      }
      if (costUsd !== undefined) record['spanline.rollup.cost_usd'] = round(costUsd, 10);
      if (slowest !== undefined) {
        record['spanline.rollup.slowest.name'] = slowest.name;
        record['spanline.rollup.slowest.self_ms'] = round(slowest.selfMs, 3);
      }
      if (top !== undefined) {
        record['spanline.rollup.tokens_top.name'] = top.name;
        record['spanline.rollup.tokens_top.tokens'] = top.tokens;
      }
    },
  };
}
