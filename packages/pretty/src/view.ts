import { isOwnError, type Placed, readableMessage, type SpanRecord, titleOf } from '@spanline/record';
import { boundOf, detailsOf } from './details.ts';
import type { CostBound } from './format.ts';
import { printable } from './printable.ts';
import type { Glyphs, Piece } from './style.ts';

/** The part of a span that the tree prints: short, and safe to print. It holds no prompts and no answers. */
export interface SpanView extends Placed {
  readonly traceId: string;
  readonly name: string;
  readonly type: string;
  readonly status: string;
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  readonly durationMs: number;
  /** True for the first span of its trace in this process. When it ends, this part of the trace is complete. */
  readonly localRoot: boolean;
  readonly late: boolean;
  readonly details: readonly Piece[];
  /** Type and message of an error that arose in this span; empty otherwise. */
  readonly error: string;
  /** Place in the application's code where the error arose; empty if unknown. */
  readonly frame: string;
  readonly requestId: string;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  readonly costUsd: number | undefined;
  /** How the bill may differ from the cost: of this span, or of all below it if it has a roll-up. */
  readonly costBound: CostBound;
  readonly firstTokenMs: number | undefined;
  readonly rollup: Rollup | undefined;
}

/** The sums on the line of a local root. */
interface Rollup {
  readonly spans: number;
  readonly open: number;
  readonly errors: number;
  readonly llmCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
}

const ID_LIMIT = 64;
const NAME_LIMIT = 400;
const PATH_LIMIT = 1000;
const ERROR_LIMIT = 600;
const STACK_LIMIT = 4000;
const FRAME_LIMIT = 300;

function startMs(record: SpanRecord): number {
  const start = record['event.start'];
  const fraction = start === undefined ? null : /\.(\d{1,9})Z?$/.exec(start.slice(0, ID_LIMIT));
  const whole = start === undefined ? Number.NaN : Date.parse(start.slice(0, 19) + 'Z');
  if (!Number.isNaN(whole)) return whole + (fraction === null ? 0 : Number(`0.${fraction[1]}`) * 1000);
  const end = Date.parse(record['@timestamp'] ?? '');
  return Number.isNaN(end) ? 0 : end - durationMs(record);
}

function durationMs(record: SpanRecord): number {
  const ms = record.duration_ms ?? (record['event.duration'] ?? 0) / 1e6;
  return ms > 0 ? ms : 0;
}

function errorText(record: SpanRecord): string {
  if (!isOwnError(record)) return '';
  const type = printable(record['error.type'], NAME_LIMIT) || 'error';
  const raw: unknown = record['error.message'];
  const message = printable(typeof raw === 'string' ? readableMessage(raw) : raw, ERROR_LIMIT);
  return message === '' ? type : `${type}: ${message}`;
}

/** The first stack frame that is neither Node's nor a dependency's. */
export function ownFrame(stack: string | undefined): string {
  const lines = stack?.slice(0, STACK_LIMIT).split('\n') ?? [];
  const frame = lines.find((line) => /^\s+at /.test(line) && !/node:|node_modules|<anonymous>$/.test(line));
  const text = frame?.trim().replace('file://', '').replace(`${process.cwd()}/`, '');
  return printable(text, FRAME_LIMIT);
}

function rollupBound(record: SpanRecord): CostBound {
  const reason = record['spanline.rollup.cost_reason'];
  if (reason === undefined) return boundOf(record);
  return reason === 'lower_bound' ? 'least' : 'about';
}

function rollupOf(record: SpanRecord): Rollup | undefined {
  const spans = record['spanline.rollup.spans'];
  if (spans === undefined) return undefined;
  return {
    spans,
    open: record['spanline.rollup.open'] ?? 0,
    errors: record['spanline.rollup.errors'] ?? 0,
    llmCalls: record['spanline.rollup.llm_calls'] ?? 0,
    inputTokens: record['spanline.rollup.input_tokens'] ?? 0,
    outputTokens: record['spanline.rollup.output_tokens'] ?? 0,
    costUsd: record['spanline.rollup.cost_usd'] ?? 0,
  };
}

/** The view of a canonical `span.end` record; `undefined` for a record without ids. */
export function viewOf(record: SpanRecord, glyphs: Glyphs): SpanView | undefined {
  const traceId = printable(record.trace_id, ID_LIMIT);
  const spanId = printable(record.span_id, ID_LIMIT);
  if (traceId === '' || spanId === '') return undefined;
  const parentId = printable(record.parent_span_id, ID_LIMIT) || undefined;
  const rollup = rollupOf(record);
  const foreignParent = record['spanline.parent.remote'] === true || rollup !== undefined;
  const first = record['gen_ai.response.time_to_first_chunk'];
  return {
    traceId,
    spanId,
    parentId,
    remoteParent: foreignParent,
    localRoot: parentId === undefined || foreignParent,
    start: printable(record['event.start'] ?? record['@timestamp'], ID_LIMIT),
    eventId: printable(record['event.id'], ID_LIMIT),
    name: printable(titleOf(record), NAME_LIMIT * 2).trim() || '(no name)',
    type: printable(record['span.type'], ID_LIMIT) || 'task',
    status: record['span.status'] ?? 'ok',
    path: printable(record['span.path'], PATH_LIMIT),
    startMs: startMs(record),
    durationMs: durationMs(record),
    late: record['spanline.late'] === true,
    details: detailsOf(record, glyphs),
    error: errorText(record),
    frame: record['span.status'] === 'error' ? ownFrame(record['error.stack']) : '',
    requestId: printable(record['http.request.id'], NAME_LIMIT),
    inputTokens: record['gen_ai.usage.input_tokens'],
    outputTokens: record['gen_ai.usage.output_tokens'],
    costUsd: record['spanline.cost.usd'],
    costBound: rollup === undefined ? boundOf(record) : rollupBound(record),
    firstTokenMs: first === undefined ? undefined : first * 1000,
    rollup,
  };
}
