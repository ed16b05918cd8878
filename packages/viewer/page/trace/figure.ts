/** The content of the figure of a trace: a label for each span, all times in one unit, and an axis that ends at a round time. */

import type { SpanRow, TraceAnswer } from '../../src/contract/index.ts';
import { formatCount } from '../format.ts';
import { ticksOf } from './axis.ts';

/** Spans of a figure at most. */
const MAX_ROWS = 100;
const TICKS = 6;

/** A unit of time. */
interface Unit {
  readonly name: 'ms' | 's';
  readonly format: (ms: number) => string;
}

/** `1180`, `0.85`: up to three digits behind the point where they are needed. */
const plain = (value: number): string => String(Number(value.toFixed(Math.abs(value) < 10 ? 3 : 1)));

const MILLISECONDS: Unit = { name: 'ms', format: plain };
const SECONDS: Unit = { name: 's', format: (ms) => plain(ms / 1000) };
/** A trace of at least so many milliseconds is shown in seconds. */
const LONG_MS = 10_000;

export interface Figure {
  readonly rows: readonly { readonly span: SpanRow; readonly label: string }[];
  readonly ticks: readonly number[];
  /** End of the axis. */
  readonly endMs: number;
  readonly unit: Unit;
  /** Spans that are left out. */
  readonly more: number;
}

/** `llm_generate (870 ms) [gpt-4o, 1420 tokens]`. */
function labelOf({ name, durationMs, model, inputTokens, outputTokens }: SpanRow, unit: Unit): string {
  const tokens =
    inputTokens === undefined && outputTokens === undefined
      ? undefined
      : `${formatCount((inputTokens ?? 0) + (outputTokens ?? 0))} tokens`;
  const facts = [model, tokens].filter((fact) => fact !== undefined && fact !== '');
  return `${name} (${unit.format(durationMs)} ${unit.name})${facts.length === 0 ? '' : ` [${facts.join(', ')}]`}`;
}

export function figureOf({ spans, durationMs }: Pick<TraceAnswer, 'spans' | 'durationMs'>): Figure {
  const unit = durationMs >= LONG_MS ? SECONDS : MILLISECONDS;
  const shown = spans.slice(0, MAX_ROWS);
  const [first = 0, second = 1] = ticksOf({ fromMs: 0, toMs: Math.max(durationMs, 0.01) }, TICKS);
  const step = second - first;
  const count = Math.max(1, Math.ceil(durationMs / step - 1e-9));
  return {
    rows: shown.map((span) => ({ span, label: labelOf(span, unit) })),
    ticks: Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(6))),
    endMs: count * step,
    unit,
    more: spans.length - shown.length,
  };
}
