import { AsyncResource } from 'node:async_hooks';
import { type Backoff, backoffMs } from '@spanline/remote';
import { ChannelError } from '../channels/channel-error.ts';
import type { Alert, Channel } from './types.ts';

const MAX_WAITING = 1000;
const ATTEMPT_MS = 10_000;
const BACKOFF: Backoff = { minMs: 1000, maxMs: 60_000 };
/** What is older is no news; the log has it. */
const GIVE_UP_MS = 3_600_000;
const FAILURES_TO_OPEN = 5;
const OPEN_MS = 60_000;
const LONGEST_WAIT_MS = 600_000;

/** What became of messages to a channel. */
export interface DeliveryStats {
  /** Alerts that arrived. */
  sent: number;
  /** Attempts that failed. */
  failed: number;
  /** Alerts that were given up: an hour of failures, a refusal for good, or too many waiting. */
  lost: number;
}

/** Why an attempt failed. */
interface ChannelFailure {
  readonly message: string;
  readonly isPermanent: boolean;
  readonly retryAfterMs: number | undefined;
}

/** A `ChannelError` says what may be said; the message of any other error may hold a URL, which is a key. */
function failureOf(error: unknown): ChannelFailure {
  const { name, code, message, isPermanent, retryAfterMs } = (error ?? {}) as Record<string, unknown>;
  if (typeof isPermanent === 'boolean') {
    const wait = typeof retryAfterMs === 'number' ? retryAfterMs : undefined;
    return { message: String(message), isPermanent, retryAfterMs: wait };
  }
  const known = [name, code].filter((part) => typeof part === 'string' && /^\w{1,50}$/.test(part));
  return {
    message: `the channel threw ${known.join(' ') || 'something'}`,
    isPermanent: false,
    retryAfterMs: undefined,
  };
}

/**
 * Sends to one channel, in order and one at a time, so that a channel that hangs delays itself alone. What fails is repeated with growing pauses; after five failures in a row it is tried once a minute, for an hour. At most a thousand
 * alerts wait.
 */
export class Delivery {
  readonly #channel: Channel;
  readonly #digestMs: number;
  readonly #complain: (message: string) => void;
  readonly #stop = new AbortController();
  readonly #waiting: Alert[] = [];
  /** Messages are sent in the context of the start, and not in that of the request whose span brought the alert about. */
  readonly #outside = new AsyncResource('SpanlineDelivery');
  #failures = 0;
  #sleep: { timer: NodeJS.Timeout; wake: () => void } | undefined;
  #work: Promise<void> | undefined;
  readonly stats: DeliveryStats = { sent: 0, failed: 0, lost: 0 };

  /** @param digestMs - how long messages are gathered before they are sent as one */
  constructor(channel: Channel, digestMs: number, complain: (message: string) => void) {
    this.#channel = channel;
    this.#digestMs = digestMs;
    this.#complain = complain;
  }

  /** Takes an alert; never throws and never waits. */
  take(alert: Alert): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#waiting.shift();
      this.#lose(1, 'too many alerts wait');
    }
    this.#waiting.push(alert);
    this.#work ??= this.#outside.runInAsyncScope(() => this.#run());
  }

  #lose(count: number, why: string): void {
    this.stats.lost += count;
    this.#complain(`${count} ${count === 1 ? 'alert was' : 'alerts were'} not sent: ${why}`);
  }

  #pause(ms: number): Promise<void> {
    if (ms <= 0 || this.#stop.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(this.#sleep?.timer);
        this.#sleep = undefined;
        resolve();
      };
      this.#sleep = { timer: setTimeout(wake, ms).unref(), wake };
    });
  }

  async #run(): Promise<void> {
    const most = this.#channel.maxAlerts ?? MAX_WAITING;
    let isRest = false;
    while (this.#waiting.length > 0) {
      if (!isRest) await this.#pause(this.#digestMs);
      const batch = this.#waiting.splice(0, most);
      isRest = this.#waiting.length > 0;
      await this.#deliver(batch);
    }
    this.#work = undefined;
  }

  async #deliver(batch: readonly Alert[]): Promise<void> {
    const started = performance.now();
    for (let attempt = 1; ; attempt++) {
      const failure = await this.#attempt(batch);
      if (failure === undefined) {
        this.stats.sent += batch.length;
        return;
      }
      const open = this.#failures >= FAILURES_TO_OPEN ? OPEN_MS : 0;
      const pauseMs = Math.max(backoffMs(attempt, BACKOFF), open, Math.min(failure.retryAfterMs ?? 0, LONGEST_WAIT_MS));
      const isTooLate = performance.now() - started + pauseMs > GIVE_UP_MS;
      if (failure.isPermanent || isTooLate || this.#stop.signal.aborted) {
        this.#lose(batch.length, failure.message);
        return;
      }
      await this.#pause(pauseMs);
    }
  }

  /** @returns why it failed */
  async #attempt(batch: readonly Alert[]): Promise<ChannelFailure | undefined> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(new ChannelError('no answer in time')), ATTEMPT_MS).unref();
    const gone = new Promise<never>((_resolve, reject) => {
      limit.signal.addEventListener('abort', () => reject(limit.signal.reason as Error), { once: true });
    });
    gone.catch(() => undefined);
    try {
      await Promise.race([this.#channel.send(batch, limit.signal), gone]);
      this.#failures = 0;
      return undefined;
    } catch (error) {
      this.#failures++;
      this.stats.failed++;
      return failureOf(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends what waits, once, and gives up what fails. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#sleep?.wake();
    await this.#work;
  }
}
