import { AsyncResource } from 'node:async_hooks';
import { type Backoff, backoffMs } from '@spanline/remote';
import type { Alert } from '../alerts/alert.ts';
import { type Channel, ChannelError } from '../alerts/channel.ts';
import { isSameAlert, type Message } from '../alerts/ledger.ts';

const MAX_WAITING = 1000;
const ATTEMPT_MS = 10_000;
const BACKOFF: Backoff = { minMs: 1000, maxMs: 60_000 };
/** An older alert is no longer news. A new one says what holds by then. */
const MAX_AGE_MS = 3_600_000;
const FAILURES_TO_OPEN = 5;
/** Pause between attempts while the circuit breaker is open. */
const OPEN_MS = 60_000;
const LONGEST_PAUSE_MS = 600_000;

/** Counters of a channel. */
export interface DeliveryStats {
  /** Alerts that were delivered. */
  sent: number;
  /** Attempts that failed. */
  failed: number;
  /**
   * Alerts that were given up: after an hour of failures, a permanent failure, or with too many alerts waiting. A new
   * one says later what still holds.
   */
  lost: number;
}

interface Failure {
  readonly message: string;
  /** There was no answer: the message may have arrived. */
  readonly isUnsure?: boolean;
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

/** Parts of a {@link Delivery}. */
export interface DeliveryParts {
  readonly channel: Channel;
  /** Time for which alerts are collected into one message. */
  readonly digestMs: number;
  readonly clock: { now(): number };
  readonly warn: (message: string) => void;
  /** False for the end of an incident whose start did not arrive. */
  readonly isNews: (message: Message) => boolean;
  /** Called when an alert arrived, or was given up. */
  readonly onSettled: (message: Message, hasArrived: boolean) => void;
}

/**
 * The queue of one channel. It sends one message at a time, in order, so that a channel that hangs delays only itself:
 *
 * - A failed message is retried with growing pauses, and after five failures in a row once a minute, for an hour.
 * - At most 1000 alerts wait. Beyond that, the oldest is given up.
 * - A message that was sent without an answer may have arrived. It is not given up before there is an answer, so that
 *   nobody is left with an incident whose end is not reported.
 * - The end of an incident is left out if its start was given up.
 */
export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #waiting: Message[] = [];
  /** Sends outside of the request whose span caused the alert, so that its context does not leak into the message. */
  readonly #outside = new AsyncResource('SpanlineDelivery');
  #sending: readonly Message[] = [];
  #failures = 0;
  #isClosing = false;
  #pause: { timer: NodeJS.Timeout; until: number; end: () => void } | undefined;
  #running: Promise<void> | undefined;
  readonly stats: DeliveryStats = { sent: 0, failed: 0, lost: 0 };

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  /** Queues an alert. Never throws, never waits. */
  enqueue(message: Message): void {
    if (this.#waiting.length >= MAX_WAITING) this.#giveUp(this.#waiting.splice(0, 1), 'too many alerts are waiting');
    this.#waiting.push(message);
    this.#running ??= this.#outside.runInAsyncScope(() => this.#run());
  }

  /** Whether an alert is in the queue, or is being sent. */
  has({ alert }: Message): boolean {
    return [...this.#sending, ...this.#waiting].some((other) => isSameAlert(other.alert, alert));
  }

  /** @param isUnsure - the next process sends it again */
  #giveUp(batch: readonly Message[], reason: string, isUnsure = false): void {
    this.stats.lost += batch.length;
    this.#parts.warn(`${batch.length} ${batch.length === 1 ? 'alert was' : 'alerts were'} not sent: ${reason}`);
    if (isUnsure) return;
    for (const message of batch) this.#parts.onSettled(message, false);
  }

  /** Ends a pause that is over by the clock: timers stand still while the machine is suspended. */
  wake(now: number): void {
    if (this.#pause !== undefined && now >= this.#pause.until) this.#pause.end();
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
      this.#pause = { timer: setTimeout(end, ms).unref(), until: this.#parts.clock.now() + ms, end };
    });
  }

  async #run(): Promise<void> {
    const { channel, digestMs } = this.#parts;
    let isRest = false;
    while (this.#waiting.length > 0) {
      if (!isRest) await this.#sleep(digestMs);
      const batch = this.#newsOf(this.#waiting.splice(0, channel.maxAlerts ?? MAX_WAITING));
      isRest = this.#waiting.length > 0;
      this.#sending = batch;
      if (batch.length > 0) await this.#deliver(batch);
      this.#sending = [];
    }
    this.#running = undefined;
  }

  #newsOf(batch: readonly Message[]): Message[] {
    const started = new Set<string>();
    return batch.filter((message) => {
      if (message.alert.state !== 'OK') started.add(message.key);
      const isNews = started.has(message.key) || this.#parts.isNews(message);
      if (!isNews) this.#parts.onSettled(message, false);
      return isNews;
    });
  }

  async #deliver(batch: readonly Message[]): Promise<void> {
    const started = performance.now();
    let isUnsure = false;
    for (let attempt = 1; ; attempt++) {
      const failure = await this.#attempt(batch.map(({ alert }) => alert));
      if (failure === undefined) {
        this.stats.sent += batch.length;
        for (const message of batch) this.#parts.onSettled(message, true);
        return;
      }
      isUnsure ||= failure.isUnsure === true;
      const isFinal = failure.isPermanent && !isUnsure;
      const openMs = this.#failures >= FAILURES_TO_OPEN ? OPEN_MS : 0;
      const askedMs = failure.isPermanent ? LONGEST_PAUSE_MS : Math.min(failure.retryAfterMs ?? 0, LONGEST_PAUSE_MS);
      const pauseMs = Math.max(backoffMs(attempt, BACKOFF), openMs, askedMs);
      const isTooLate = !isUnsure && performance.now() - started + pauseMs > MAX_AGE_MS;
      if (isFinal || isTooLate || this.#isClosing) {
        this.#giveUp(batch, failure.message, isUnsure);
        return;
      }
      await this.#sleep(pauseMs);
    }
  }

  /** @returns the failure, if any */
  async #attempt(alerts: readonly Alert[]): Promise<Failure | undefined> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(new ChannelError('no answer in time')), ATTEMPT_MS).unref();
    const timedOut = new Promise<never>((_resolve, reject) => {
      limit.signal.addEventListener('abort', () => reject(limit.signal.reason as Error), { once: true });
    });
    timedOut.catch(() => undefined);
    try {
      await Promise.race([this.#parts.channel.send(alerts, limit.signal), timedOut]);
      this.#failures = 0;
      return undefined;
    } catch (error) {
      this.#failures++;
      this.stats.failed++;
      return { ...toFailure(error), isUnsure: limit.signal.aborted };
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
