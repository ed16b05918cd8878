import type { Report, SinkStats } from '../contracts/report.ts';
import type { ItemResult, SendResult, Sink } from '../contracts/sink.ts';
import { type Batch, BatchEntry, type Rejected } from './batch.ts';
import type { DeadLetters } from './dead-letters.ts';
import { createLimiter } from './limiter.ts';
import { createRetryGate, type RetryTiming } from './retry-gate.ts';

/** Collaborators of a delivery. */
export interface DeliveryParts {
  readonly name: string;
  readonly sink: Sink;
  readonly timing: RetryTiming;
  readonly deadLetters: DeadLetters;
  readonly stats: SinkStats;
  readonly report: (report: Report) => void;
  /** The target is known to store lines, so that those that it refuses are to blame. */
  readonly isTrusted: boolean;
  /** Aborts when no more requests may be sent. What is not stored by then is sent by the next shipper. */
  readonly quit: AbortSignal;
  /** Aborts the requests that are under way. */
  readonly kill: AbortSignal;
}

/** Sends batches to one sink until every line is settled. */
export interface Delivery {
  /** Resolves true once each line is stored or in the dead-letter file; false when `quit` aborted first. */
  deliver(batch: Batch): Promise<boolean>;
}

const MAX_WARNINGS = 20;
const MAX_WARNING = 200;

/** Reason and place of the first line. */
function describeFirst([first]: readonly Rejected[]): string {
  return first === undefined ? '' : `${first.reason} (${first.entry.file}, byte ${first.entry.offset})`;
}

/** Creates the delivery of a sink. It retries, splits, rejects and pauses, as the results of the sink demand. */
export function createDelivery(parts: DeliveryParts): Delivery {
  const { name, sink, timing, deadLetters, stats, report, quit, kill } = parts;
  const gate = createRetryGate(timing);
  const limiter = createLimiter(sink.limits.concurrency);
  const warnings = new Set<string>();
  let hasEverStored = parts.isTrusted;

  function notify(level: Report['level'], what: string, message: string, lines?: number): void {
    report({ level, what, message: `${name}: ${message}`, sink: name, ...(lines === undefined ? {} : { lines }) });
  }

  async function sendOnce(entries: readonly BatchEntry[], attempt: number): Promise<SendResult | undefined> {
    const free = await limiter.enter();
    try {
      await gate.wait(quit);
      if (quit.aborted) return undefined;
      return await sink.send({ entries, attempt, signal: kill, body: () => BatchEntry.join(entries) });
    } finally {
      free();
    }
  }

  function onStored(lines: number): void {
    hasEverStored ||= lines > 0;
    stats.stored += lines;
    limiter.accepted();
    if (gate.succeeded()) notify('info', 'recovered', 'the target accepts requests again');
    stats.state = gate.state;
  }

  /** A target that warns warns with each request. */
  function onWarning(warning: string): void {
    const message = warning.replaceAll(/\p{Cc}+/gu, ' ').slice(0, MAX_WARNING);
    if (warnings.size >= MAX_WARNINGS || warnings.has(message)) return;
    warnings.add(message);
    notify('warn', 'warned', `lines were stored with a warning: ${message}`);
  }

  function onFailed(reason: string, afterMs?: number): void {
    stats.retries++;
    if (gate.failed(reason, afterMs)) notify('warn', 'retrying', `${reason}; lines wait in the spool`);
    stats.state = gate.state;
  }

  function onPaused(reason: string): void {
    stats.retries++;
    if (gate.paused(reason)) notify('error', 'paused', `${reason}; lines wait in the spool until this is fixed`);
    stats.state = gate.state;
  }

  /** Writes lines to the dead-letter file, and keeps trying. @returns false when `quit` aborted first */
  async function reject(lines: readonly Rejected[]): Promise<boolean> {
    while (lines.length > 0) {
      try {
        deadLetters.put(lines);
        stats.rejected += lines.length;
        notify('warn', 'rejected', `lines refused: ${describeFirst(lines)}`, lines.length);
        break;
      } catch (error) {
        onFailed(`the dead-letter file cannot be written: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`);
        await gate.wait(quit);
        if (quit.aborted) return false;
      }
    }
    return true;
  }

  /** Applies the results line by line. @returns the lines to send again */
  function settleItems(
    entries: readonly BatchEntry[],
    items: readonly ItemResult[],
    rejected: Rejected[],
  ): BatchEntry[] {
    const again: BatchEntry[] = [];
    let stored = 0;
    let pause: string | undefined;
    let retry: string | undefined;
    for (const [index, entry] of entries.entries()) {
      const item = items[index] ?? { kind: 'retry', reason: 'the response lacks an item' };
      if (item.kind === 'stored') stored++;
      else if (item.kind === 'reject') rejected.push({ entry, reason: item.reason });
      else {
        again.push(entry);
        if (item.kind === 'pause') pause ??= item.reason;
        else retry ??= item.reason;
      }
    }
    if (again.length === 0) onStored(stored);
    else {
      hasEverStored ||= stored > 0;
      stats.stored += stored;
      if (retry !== undefined) {
        limiter.throttled();
        onFailed(retry);
      } else onPaused(pause ?? '');
    }
    return again;
  }

  async function onPartial(entries: readonly BatchEntry[], refused: number, reason: string): Promise<boolean> {
    onStored(entries.length - refused);
    const note = `${refused} of the ${entries.length} lines of this request were refused: ${reason}`;
    const isKept = await reject(entries.map((entry) => ({ entry, reason: note })));
    stats.rejected -= entries.length - refused;
    return isKept;
  }

  /** Resolves true once each entry is stored or in `rejected`. */
  async function settle(entries: readonly BatchEntry[], rejected: Rejected[]): Promise<boolean> {
    let pending = entries;
    for (let attempt = 0; pending.length > 0; attempt++) {
      const result = await sendOnce(pending, attempt);
      if (result === undefined || kill.aborted) return false;
      switch (result.kind) {
        case 'stored':
          onStored(pending.length);
          if (result.warning !== undefined) onWarning(result.warning);
          return true;
        case 'items':
          pending = settleItems(pending, result.items, rejected);
          break;
        case 'partial':
          return onPartial(pending, result.rejected, result.reason);
        case 'retry':
          if (result.throttled === true) limiter.throttled();
          onFailed(result.reason, result.afterMs);
          break;
        case 'pause':
          onPaused(result.reason);
          break;
        case 'split': {
          const [only] = pending;
          if (pending.length === 1 && only !== undefined) {
            rejected.push({ entry: only, reason: result.reason });
            return true;
          }
          const middle = Math.ceil(pending.length / 2);
          return (await settle(pending.slice(0, middle), rejected)) && settle(pending.slice(middle), rejected);
        }
        default:
          onFailed('the sink returned an unknown result');
      }
    }
    return true;
  }

  return {
    async deliver({ entries, rejected: unsendable }) {
      if (!(await reject(unsendable))) return false;
      let pending: readonly BatchEntry[] = entries;
      for (;;) {
        // A target that never stored a line and refuses all of many is set up wrongly; the lines are not to blame.
        const isTrusted = hasEverStored || entries.length === 1;
        const rejected: Rejected[] = [];
        if (!(await settle(pending, rejected))) return false;
        if (isTrusted || rejected.length === 0) return reject(rejected);
        if (!hasEverStored) onPaused(`every line is refused: ${rejected[0]?.reason ?? ''}`);
        pending = rejected.map(({ entry }) => entry);
      }
    },
  };
}
