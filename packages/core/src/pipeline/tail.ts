/** Tail sampling: records are held back per local root, and written or dropped when it ends. */
import type { SpanRecord } from '@spanline/record';
import type { TailOptions } from '../api/index.ts';
import type { CaptureReport } from '../capture/index.ts';
import type { LocalRoot } from '../trace/index.ts';
import type { Lines } from './lines.ts';
import type { Stats } from './stats.ts';
import { decideTail, type KeepReason, type TailDecision } from './tail-rules.ts';

/** The tail sampling of one tracer. */
export interface Tail {
  /** Takes a record. The record of the local root decides about all of them. */
  offer(localRoot: LocalRoot, record: SpanRecord, report: CaptureReport): void;
  /** Writes everything that is held back. */
  drain(): void;
  stop(): void;
}

interface HeldRecord {
  readonly record: SpanRecord;
  readonly report: CaptureReport;
}

interface HeldTrace {
  readonly sinceMs: number;
  readonly records: HeldRecord[];
  bytes: number;
  /** Set once the root has ended while evaluations wait. */
  root: SpanRecord | undefined;
}

const DEFAULTS = { maxTraces: 1000, maxBytes: 64 * 1024 * 1024, maxAgeSeconds: 120 } as const;
/** Size of a record without its texts: keys, numbers, objects. */
const RECORD_BYTES = 2048;
const SWEEPS_PER_AGE = 4;

function sizeOf(record: SpanRecord): number {
  const values: Readonly<Record<string, unknown>> = record;
  let bytes = RECORD_BYTES;
  for (const key in values) {
    const value = values[key];
    if (typeof value === 'string') bytes += value.length;
  }
  return bytes;
}

/**
 * Creates the tail sampling of one tracer. What it holds back is bounded in traces, bytes and age. Beyond a bound the
 * oldest trace is written, never dropped.
 *
 * @param ratio - share of the traces to keep among those that no rule keeps, by trace id
 */
export function createTail(options: TailOptions, ratio: number, lines: Lines, stats: Stats): Tail {
  const {
    maxTraces = DEFAULTS.maxTraces,
    maxBytes = DEFAULTS.maxBytes,
    maxAgeSeconds = DEFAULTS.maxAgeSeconds,
  } = options;
  const traces = new Map<LocalRoot, HeldTrace>();
  const decisions = new WeakMap<LocalRoot, TailDecision>();
  let bytes = 0;
  const timer = setInterval(releaseExpired, (maxAgeSeconds * 1000) / SWEEPS_PER_AGE).unref();

  function write({ record, report }: HeldRecord, reason: KeepReason, keptRatio: number): void {
    record['spanline.sample.ratio'] = keptRatio;
    record['spanline.sample.reason'] = reason;
    lines.write(record, report);
  }

  function release(localRoot: LocalRoot, decision: TailDecision): void {
    const trace = traces.get(localRoot);
    decisions.set(localRoot, decision);
    if (trace === undefined) return;
    traces.delete(localRoot);
    bytes -= trace.bytes;
    for (const held of trace.records) {
      if (decision.keep) write(held, decision.reason, decision.ratio);
      else stats.sampledOut();
    }
  }

  function releaseOldest(reason: KeepReason): void {
    const [oldest] = traces.keys();
    if (oldest !== undefined) release(oldest, { keep: true, reason, ratio: 1 });
  }

  function releaseExpired(): void {
    const limit = performance.now() - maxAgeSeconds * 1000;
    for (const [localRoot, trace] of traces) {
      if (trace.sinceMs > limit) return;
      release(localRoot, { keep: true, reason: 'age', ratio: 1 });
    }
  }

  function isOverLimit(): boolean {
    return traces.size > maxTraces || (bytes > maxBytes && traces.size > 0);
  }

  function hold(localRoot: LocalRoot, held: HeldRecord): HeldTrace {
    const trace = traces.get(localRoot) ?? { sinceMs: performance.now(), records: [], bytes: 0, root: undefined };
    const size = sizeOf(held.record);
    trace.records.push(held);
    trace.bytes += size;
    bytes += size;
    traces.set(localRoot, trace);
    return trace;
  }

  /** Writes a record of a trace that was decided on earlier. Of a dropped trace only errors are written. */
  function offerLate(held: HeldRecord, decision: TailDecision): void {
    if (decision.keep) write(held, decision.reason, decision.ratio);
    else if (held.record['span.status'] === 'error') write(held, 'late_error', 1);
    else stats.sampledOut();
  }

  function decide(localRoot: LocalRoot, { records }: HeldTrace, root: SpanRecord): TailDecision {
    if (localRoot.verdict?.isKept === true) return { keep: true, reason: 'score', ratio: 1 };
    const trace = { root, failed: localRoot.hasFailed, records: records.map(({ record }) => record) };
    return decideTail(trace, options, ratio, (error) => stats.internalError('sampling.tail.keep', error));
  }

  /** Decides on a trace whose root has ended. One that no rule keeps waits for its evaluations. */
  function settle(localRoot: LocalRoot, root: SpanRecord): void {
    const trace = traces.get(localRoot);
    if (trace === undefined) return;
    const decision = decide(localRoot, trace, root);
    const { verdict } = localRoot;
    if (!decision.keep && verdict !== undefined && verdict.waiting > 0) {
      trace.root = root;
      verdict.onDecided = () => settle(localRoot, root);
      return;
    }
    if (verdict !== undefined) verdict.onDecided = undefined;
    release(localRoot, decision);
  }

  return {
    offer(localRoot, record, report): void {
      const decision = decisions.get(localRoot);
      const held = { record, report };
      if (decision !== undefined) return offerLate(held, decision);
      const trace = hold(localRoot, held);
      if (localRoot.hasEnded) settle(localRoot, trace.root ?? record);
      while (isOverLimit()) releaseOldest('overflow');
    },
    drain(): void {
      while (traces.size > 0) releaseOldest('shutdown');
    },
    stop: () => clearInterval(timer),
  };
}
