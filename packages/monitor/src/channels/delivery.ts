import { AsyncResource } from 'node:async_hooks';
import { type Backoff, backoffMs } from '@spanline/remote';
import type { Alert } from '../alerts/alert.ts';
import { type Channel, ChannelError } from '../alerts/channel.ts';

const MAX_WAITING = 1000;
const ATTEMPT_MS = 10_000;
const BACKOFF: Backoff = { minMs: 1000, maxMs: 60_000 };
/** An older alert is no longer news. It is in the log. */
const MAX_AGE_MS = 3_600_000;
const FAILURES_TO_OPEN = 5;
/** Pause between attempts while the circuit breaker is open. */
const OPEN_MS = 60_000;
const MAX_RETRY_AFTER_MS = 600_000;

/** Counters of a channel. */
export interface DeliveryStats {
  /** Alerts that were delivered. */
  sent: number;
  /** Attempts that failed. */
  failed: number;
  /** Alerts that were dropped: after an hour of failures, a permanent failure, or with too many alerts waiting. */
  lost: number;
}

interface Failure {
  readonly message: string;
  readonly isPermanent: boolean;
  readonly retryAfterMs: number | undefined;
}

/**
 * Describes a failure for the log. It uses the message of a `ChannelError` only (of any copy of this package): that of
 * another error may contain a URL, which may be a key.
 */
function toFailure(error: unknown): Failure {
  const { name, code, message, isPermanent, retryAfterMs } = (error ?? {}) as Record<string, unknown>;
  if (typeof isPermanent === 'boolean') {
    const wait = typeof retryAfterMs === 'number' ? retryAfterMs : undefined;
    return { message: String(message), isPermanent, retryAfterMs: wait };
  }
  const known = [name, code].filter((part) => typeof part === 'string' && /^\w{1,50}$/.test(part));
  const text = `the channel threw ${known.join(' ') || 'something'}`;
  return { message: text, isPermanent: false, retryAfterMs: undefined };
}

/**
 * The queue of one channel. It sends one message at a time, in order, so that a channel that hangs delays only itself:
 *
 * - A failed message is retried with growing pauses, and after five failures in a row once a minute, for an hour.
 * - At most 1000 alerts wait. Beyond that, the oldest is dropped.
 */
export class Delivery {
  readonly #channel: Channel;
  readonly #digestMs: number;
  readonly #warn: (message: string) => void;
  readonly #waiting: Alert[] = [];
  /** Sends outside of the request whose span caused the alert, so that its context does not leak into the message. */
  readonly #outside = new AsyncResource('SpanlineDelivery');
  #failures = 0;
  #isClosing = false;
  #pause: { timer: NodeJS.Timeout; end: () => void } | undefined;
  #running: Promise<void> | undefined;
  readonly stats: DeliveryStats = { sent: 0, failed: 0, lost: 0 };

  /** @param digestMs - time for which alerts are collected into one message */
  constructor(channel: Channel, digestMs: number, warn: (message: string) => void) {
    this.#channel = channel;
    this.#digestMs = digestMs;
    this.#warn = warn;
  }

  /** Queues an alert. Never throws, never waits. */
  enqueue(alert: Alert): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#waiting.shift();
      this.#drop(1, 'too many alerts are waiting');
    }
    this.#waiting.push(alert);
    this.#running ??= this.#outside.runInAsyncScope(() => this.#run());
  }

  #drop(count: number, reason: string): void {
    this.stats.lost += count;
    this.#warn(`${count} ${count === 1 ? 'alert was' : 'alerts were'} not sent: ${reason}`);
  }

  /** Ends early when the queue is closed. */
  #sleep(ms: number): Promise<void> {
    if (ms <= 0 || this.#isClosing) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(this.#pause?.timer);
        this.#pause = undefined;
        resolve();
      };
      this.#pause = { timer: setTimeout(end, ms).unref(), end };
    });
  }

  async #run(): Promise<void> {
    const { maxAlerts = MAX_WAITING } = this.#channel;
    let isRest = false;
    while (this.#waiting.length > 0) {
      if (!isRest) await this.#sleep(this.#digestMs);
      const batch = this.#waiting.splice(0, maxAlerts);
      isRest = this.#waiting.length > 0;
      await this.#deliver(batch);
    }
    this.#running = undefined;
  }

  async #deliver(batch: readonly Alert[]): Promise<void> {
    const started = performance.now();
    for (let attempt = 1; ; attempt++) {
      const failure = await this.#attempt(batch);
      if (failure === undefined) {
        this.stats.sent += batch.length;
        return;
      }
      const openMs = this.#failures >= FAILURES_TO_OPEN ? OPEN_MS : 0;
      const askedMs = Math.min(failure.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
      const pauseMs = Math.max(backoffMs(attempt, BACKOFF), openMs, askedMs);
      const isTooLate = performance.now() - started + pauseMs > MAX_AGE_MS;
      if (failure.isPermanent || isTooLate || this.#isClosing) {
        this.#drop(batch.length, failure.message);
        return;
      }
      await this.#sleep(pauseMs);
    }
  }

  /** @returns the failure, if any */
  async #attempt(batch: readonly Alert[]): Promise<Failure | undefined> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(new ChannelError('no answer in time')), ATTEMPT_MS).unref();
    const timedOut = new Promise<never>((_resolve, reject) => {
      limit.signal.addEventListener('abort', () => reject(limit.signal.reason as Error), { once: true });
    });
    timedOut.catch(() => undefined);
    try {
      await Promise.race([this.#channel.send(batch, limit.signal), timedOut]);
      this.#failures = 0;
      return undefined;
    } catch (error) {
      this.#failures++;
      this.stats.failed++;
      return toFailure(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends what is waiting, without retries. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#pause?.end();
    await this.#running;
  }
}
