import type { SpanRecord } from '@spanline/record';
import type { TailOptions } from '../api/index.ts';
import type { CaptureReport } from '../capture/index.ts';
import type { LocalRoot } from '../trace/local-root.ts';
import type { Lines } from './lines.ts';
import type { Stats } from './stats.ts';

/** Why a trace was kept (`spanline.sample.reason`). */
type Reason =
  | 'error'
  | 'slow'
  | 'cost'
  | 'tokens'
  | 'label'
  | 'debug'
  | 'custom'
  | 'ratio'
  | 'overflow'
  | 'age'
  | 'shutdown'
  | 'late_error';

/** Holds the records of a trace back until its local root ends. */
export interface Tail {
  /** Takes a record in. The root's decides over all of them. */
  offer(local: LocalRoot, record: SpanRecord, report: CaptureReport): void;
  /** Writes everything that is held back. */
  drain(): void;
  stop(): void;
}

interface Held {
  readonly record: SpanRecord;
  readonly report: CaptureReport;
}

/** One trace that is held back. */
interface HeldTrace {
  readonly sinceMs: number;
  readonly records: Held[];
  bytes: number;
}

type Verdict = { keep: false } | { keep: true; reason: Reason; ratio: number };

const DEFAULTS = { maxTraces: 1000, maxBytes: 64 * 1024 * 1024, maxAgeSeconds: 120 } as const;
/** Keys, numbers and objects of a record beside its texts. */
const RECORD_BYTES = 2048;
const SWEEPS_PER_AGE = 4;
const DIGITS = 13;
const RANGE = 16 ** DIGITS;

/** A trace as the rules see it: its root with the roll-up, and whether anything in it failed or was labelled. */
export interface TraceSummary {
  readonly root: Readonly<SpanRecord>;
  readonly failed: boolean;
  readonly records: readonly Readonly<SpanRecord>[];
}

function hasLabel(
  records: readonly SpanRecord[],
  labels: Readonly<Record<string, string | number | boolean>>,
): boolean {
  return Object.entries(labels).some(([key, value]) => records.some((record) => record[`labels.${key}`] === value));
}

function ruleOf(summary: TraceSummary, options: TailOptions): Reason | undefined {
  const { root, failed, records } = summary;
  const tokens = (root['spanline.rollup.input_tokens'] ?? 0) + (root['spanline.rollup.output_tokens'] ?? 0);
  if (failed && options.errors !== false) return 'error';
  if (options.slowerThanMs !== undefined && (root.duration_ms ?? 0) > options.slowerThanMs) return 'slow';
  if (options.costAboveUsd !== undefined && (root['spanline.rollup.cost_usd'] ?? 0) > options.costAboveUsd)
    return 'cost';
  if (options.tokensAbove !== undefined && tokens > options.tokensAbove) return 'tokens';
  if (records.some((record) => record['spanline.capture.override'] !== undefined)) return 'debug';
  if (options.labels !== undefined && hasLabel(records, options.labels)) return 'label';
  return options.keep?.(summary) === true ? 'custom' : undefined;
}

function bytesOf(record: SpanRecord): number {
  let bytes = RECORD_BYTES;
  for (const key in record) {
    const value = (record as Record<string, unknown>)[key];
    if (typeof value === 'string') bytes += value.length;
  }
  return bytes;
}

/**
 * Tail sampling in process. Records are captured as always, held back per local root, and written or dropped when that root ends. What is held back is bounded in traces, bytes and age; beyond a
 * bound the oldest trace is written, never dropped.
 *
 * @param ratio - share of the traces that no rule keeps, by trace id
 */
export function createTail(options: TailOptions, ratio: number, lines: Lines, stats: Stats): Tail {
  const {
    maxTraces = DEFAULTS.maxTraces,
    maxBytes = DEFAULTS.maxBytes,
    maxAgeSeconds = DEFAULTS.maxAgeSeconds,
  } = options;
  const traces = new Map<LocalRoot, HeldTrace>();
  const verdicts = new WeakMap<LocalRoot, Verdict>();
  let bytes = 0;
  const timer = setInterval(sweep, (maxAgeSeconds * 1000) / SWEEPS_PER_AGE).unref();

  function judge(local: LocalRoot, records: readonly SpanRecord[], root: SpanRecord): Verdict {
    let reason: Reason | undefined;
    try {
      reason = ruleOf({ root, failed: local.failed, records }, options);
    } catch (error) {
      stats.internalError('sampling.tail.keep', error);
      reason = 'custom';
    }
    if (reason !== undefined) return { keep: true, reason, ratio: 1 };
    const chosen = Number.parseInt((root.trace_id ?? '').slice(-DIGITS), 16) / RANGE < ratio;
    return chosen ? { keep: true, reason: 'ratio', ratio } : { keep: false };
  }

  function write({ record, report }: Held, reason: Reason, kept: number): void {
    record['spanline.sample.ratio'] = kept;
    record['spanline.sample.reason'] = reason;
    lines.write(record, report);
  }

  function release(local: LocalRoot, verdict: Verdict): void {
    const trace = traces.get(local);
    verdicts.set(local, verdict);
    if (trace === undefined) return;
    traces.delete(local);
    bytes -= trace.bytes;
    for (const held of trace.records) {
      if (verdict.keep) write(held, verdict.reason, verdict.ratio);
      else stats.sampledOut();
    }
  }

  function isFull(): boolean {
    return traces.size > maxTraces || (bytes > maxBytes && traces.size > 0);
  }

  function releaseOldest(reason: Reason): void {
    const [oldest] = traces.keys();
    if (oldest !== undefined) release(oldest, { keep: true, reason, ratio: 1 });
  }

  function sweep(): void {
    const limit = performance.now() - maxAgeSeconds * 1000;
    for (const [local, trace] of traces) {
      if (trace.sinceMs > limit) return;
      release(local, { keep: true, reason: 'age', ratio: 1 });
    }
  }

  function hold(local: LocalRoot, held: Held): HeldTrace {
    const trace = traces.get(local) ?? { sinceMs: performance.now(), records: [], bytes: 0 };
    const size = bytesOf(held.record);
    trace.records.push(held);
    trace.bytes += size;
    bytes += size;
    traces.set(local, trace);
    return trace;
  }

  /** A trace that was decided on goes on: what belongs to a kept one is written, of a dropped one errors are. */
  function late(held: Held, verdict: Verdict): void {
    if (verdict.keep) write(held, verdict.reason, verdict.ratio);
    else if (held.record['span.status'] === 'error') write(held, 'late_error', 1);
    else stats.sampledOut();
  }

  return {
    offer(local, record, report): void {
      const decided = verdicts.get(local);
      const held = { record, report };
      if (decided !== undefined) return late(held, decided);
      const trace = hold(local, held);
      if (local.ended)
        release(
          local,
          judge(
            local,
            trace.records.map((entry) => entry.record),
            record,
          ),
        );
      while (isFull()) releaseOldest('overflow');
    },
    drain(): void {
      while (traces.size > 0) releaseOldest('shutdown');
    },
    stop: () => clearInterval(timer),
  };
}
