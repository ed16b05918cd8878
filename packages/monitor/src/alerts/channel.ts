import type { Alert } from './alert.ts';

/**
 * A destination for alerts. Implement it to send alerts anywhere; the monitor queues, retries and rate-limits.
 *
 * @example
 * ```ts
 * import { type Channel, ChannelError } from '@spanline/monitor';
 *
 * const teams: Channel = {
 *   async send(alerts, signal) {
 *     const text = alerts.map(({ message }) => message).join('\n');
 *     const { ok, status } = await fetch('https://example.com/hook', { method: 'POST', body: text, signal });
 *     if (!ok) throw new ChannelError(`status ${status}`, { isPermanent: status === 404 });
 *   },
 * };
 * ```
 */
export interface Channel {
  /** Most alerts in one message, an integer of at least 1. @defaultValue all that are waiting, up to 1000 */
  readonly maxAlerts?: number;
  /**
   * Sends one message with one or more alerts. It rejects if the message was not delivered, and the monitor then
   * retries. To stop the retries, reject with a {@link ChannelError} that has `isPermanent`.
   *
   * @param signal - aborts after 10 seconds, when the attempt has failed
   */
  send(alerts: readonly Alert[], signal: AbortSignal): Promise<void>;
}

/**
 * Thrown by a channel that could not deliver. The monitor writes its message to the log, so it must not contain keys or
 * URLs. Of any other error, the monitor logs only the name and the code.
 */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';
  /** A retry cannot succeed. */
  readonly isPermanent: boolean;
  /** The pause that the server asked for. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { isPermanent?: boolean; retryAfterMs?: number | undefined } = {}) {
    super(message);
    this.isPermanent = options.isPermanent ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}
