import type { Batch, Entry, Refused } from './batch.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { RetryTiming } from './gate.ts';
import { createGate, type Gate } from './gate.ts';
import { createLimiter } from './limiter.ts';
import type { ItemVerdict, Report, Sink, SinkStats, Verdict } from './types.ts';

/** What a delivery works with. */
export interface DeliveryParts {
  readonly sink: Sink;
  readonly timing: RetryTiming;
  readonly deadLetters: DeadLetters;
  readonly stats: SinkStats;
  readonly report: (report: Report) => void;
  /** No more requests; what is not stored then is sent by the next shipper. */
  readonly quit: AbortSignal;
  /** Ends the requests that are on their way. */
  readonly kill: AbortSignal;
}

/** Sees every line of a sink through. */
export interface Delivery {
  /** Resolves true when each line is stored or in the dead-letter file; false when `quit` fired first. */
  deliver(batch: Batch): Promise<boolean>;
  readonly gate: Gate;
}

/** Retry, split, refuse, pause: the same for every sink, by what its answers mean. */
export function createDelivery({ sink, timing, deadLetters, stats, report, quit, kill }: DeliveryParts): Delivery {
  const gate = createGate(timing);
  const limiter = createLimiter(sink.limits.concurrency);
  let everStored = false;

  function say(level: Report['level'], what: string, message: string, lines?: number): void {
    report({
      level,
      what,
      message: `${sink.name}: ${message}`,
      sink: sink.name,
      ...(lines === undefined ? {} : { lines }),
    });
  }

  async function sendOnce(entries: readonly Entry[], attempt: number): Promise<Verdict | undefined> {
    const leave = await limiter.enter();
    try {
      await gate.wait(quit);
      return quit.aborted ? undefined : await sink.send(entries, attempt, kill);
    } finally {
      leave();
    }
  }

  function onStored(lines: number): void {
    everStored ||= lines > 0;
    stats.stored += lines;
    limiter.accepted();
    if (gate.succeeded()) say('info', 'recovered', 'sends again');
    stats.state = gate.state;
  }

  function onFailed(reason: string, afterMs?: number): void {
    stats.retries++;
    if (gate.failed(reason, afterMs)) say('warn', 'retrying', `${reason}; lines wait in the spool`);
    stats.state = gate.state;
  }

  function onPaused(reason: string): void {
    stats.retries++;
    if (gate.paused(reason)) say('error', 'paused', `${reason}; lines wait in the spool until this is put right`);
    stats.state = gate.state;
  }

  async function refuse(lines: readonly Refused[]): Promise<boolean> {
    while (lines.length > 0) {
      try {
        deadLetters.put(lines);
        stats.rejected += lines.length;
        say('warn', 'rejected', `lines refused: ${lines[0]?.reason ?? ''}`, lines.length);
        break;
      } catch (error) {
        onFailed(`the dead-letter file cannot be written: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`);
        await gate.wait(quit);
        if (quit.aborted) return false;
      }
    }
    return true;
  }

  /** Takes the answer apart, line by line. @returns the lines to send again */
  function settleItems(entries: readonly Entry[], items: readonly ItemVerdict[], refused: Refused[]): Entry[] {
    const again: Entry[] = [];
    let stored = 0;
    let pause: string | undefined;
    let retry: string | undefined;
    for (const [index, entry] of entries.entries()) {
      const item = items[index] ?? { kind: 'retry', reason: 'the answer lacks an item' };
      if (item.kind === 'stored') stored++;
      else if (item.kind === 'reject') refused.push({ entry, reason: item.reason });
      else {
        again.push(entry);
        if (item.kind === 'pause') pause ??= item.reason;
        else retry ??= item.reason;
      }
    }
    if (again.length === 0) onStored(stored);
    else {
      everStored ||= stored > 0;
      stats.stored += stored;
      if (retry !== undefined) {
        limiter.throttled();
        onFailed(retry);
      } else onPaused(pause ?? '');
    }
    return again;
  }

  async function onPartial(entries: readonly Entry[], rejected: number, reason: string): Promise<boolean> {
    onStored(entries.length - rejected);
    const note = `${rejected} of the ${entries.length} lines of this request were refused: ${reason}`;
    const kept = await refuse(entries.map((entry) => ({ entry, reason: note })));
    stats.rejected -= entries.length - rejected;
    return kept;
  }

  /** Resolves when each entry is stored or in `refused`. */
  async function settle(entries: readonly Entry[], refused: Refused[]): Promise<boolean> {
    let pending = entries;
    for (let attempt = 0; pending.length > 0; attempt++) {
      const verdict = await sendOnce(pending, attempt);
      if (verdict === undefined || kill.aborted) return false;
      switch (verdict.kind) {
        case 'stored':
          onStored(pending.length);
          return true;
        case 'items':
          pending = settleItems(pending, verdict.items, refused);
          break;
        case 'partial':
          return onPartial(pending, verdict.rejected, verdict.reason);
        case 'retry':
          if (verdict.throttled === true) limiter.throttled();
          onFailed(verdict.reason, verdict.afterMs);
          break;
        case 'pause':
          onPaused(verdict.reason);
          break;
        case 'split': {
          const [only] = pending;
          if (pending.length === 1 && only !== undefined) {
            refused.push({ entry: only, reason: verdict.reason });
            return true;
          }
          const middle = Math.ceil(pending.length / 2);
          return (await settle(pending.slice(0, middle), refused)) && settle(pending.slice(middle), refused);
        }
      }
    }
    return true;
  }

  return {
    gate,
    async deliver({ entries, refused: unsendable }) {
      if (!(await refuse(unsendable))) return false;
      let pending: readonly Entry[] = entries;
      for (;;) {
        // A target that never took a line and refuses all of many is set up wrongly; its lines are not to blame.
        const isTrusted = everStored || entries.length === 1;
        const refused: Refused[] = [];
        if (!(await settle(pending, refused))) return false;
        if (isTrusted || refused.length === 0) {
          return refuse(refused);
        }
        if (!everStored) onPaused(`every line is refused: ${refused[0]?.reason ?? ''}`);
        pending = refused.map(({ entry }) => entry);
      }
    },
  };
}
