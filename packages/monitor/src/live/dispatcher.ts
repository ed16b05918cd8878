import type { Tracer } from '@spanline/core';
import { option, type Shape, SpanlineError } from '@spanline/record';
import type { Alert } from '../alerts/alert.ts';
import type { Channel } from '../alerts/channel.ts';
import { Delivery, type DeliveryStats } from '../channels/delivery.ts';
import type { Finding } from '../evaluation/evaluator.ts';
import type { ResolvedRule, Severity } from '../rules/types.ts';

/** Destinations of alerts, beside the log. */
export interface DispatchOptions {
  /** Channels by the name that rules use in `notifyChannel`. A function is a channel, too. */
  channels?: Readonly<Record<string, Channel | Channel['send']>>;
  /** A further channel for all alerts of a severity: `{ critical: 'pager' }`. */
  routes?: Readonly<Partial<Record<Severity, string>>>;
  /** Collects alerts for this many seconds into one message, 0 to 86400. @defaultValue 0 */
  digestSeconds?: number;
}

function isChannel(value: unknown): boolean {
  if (typeof value === 'function') return true;
  const { send, maxAlerts = 1 } = (value ?? {}) as Partial<Channel>;
  return typeof send === 'function' && Number.isInteger(maxAlerts) && maxAlerts >= 1;
}

const channel = option.like<Channel | Channel['send']>('a function, or an object { send, maxAlerts? }', isChannel);

/** Rules of {@link DispatchOptions}. */
export const DISPATCH_SHAPE: Shape<DispatchOptions> = {
  // The URL of a webhook may be given by mistake, and may be a key.
  channels: option.dictionary(option.secret(channel)),
  routes: option.object<Partial<Record<Severity, string>>>({ warning: option.string(), critical: option.string() }),
  digestSeconds: option.number({ min: 0, max: 86_400 }),
};

/** The value of `notifyChannel` for rules that write to the log only. */
const LOG = 'log';
const MAX_WARNINGS = 10;

function checkRoutes({ channels = {}, routes = {} }: DispatchOptions): void {
  const names = Object.keys(channels);
  for (const [severity, name] of Object.entries(routes)) {
    if (names.includes(name)) continue;
    const expected = `the name of a channel (${names.join(', ') || 'there is none'})`;
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: `routes.${severity}`, expected, got: name });
  }
}

/** Writes each alert to the log and hands it to the channels of its rule and severity. */
export class Dispatcher {
  readonly #tracer: Tracer;
  readonly #deliveries: ReadonlyMap<string, Delivery>;
  readonly #routes: Readonly<Partial<Record<Severity, string>>>;

  /**
   * @param options - checked by the caller with {@link DISPATCH_SHAPE}
   * @throws SpanlineError `ERR_INVALID_OPTION` for a route to a channel that does not exist
   */
  constructor(tracer: Tracer, rules: readonly ResolvedRule[], options: DispatchOptions) {
    const { channels = {}, routes = {}, digestSeconds = 0 } = options;
    checkRoutes(options);
    this.#tracer = tracer;
    this.#routes = routes;
    this.#deliveries = new Map(
      Object.entries(channels).map(([name, given]) => {
        const target: Channel = typeof given === 'function' ? { send: async (...args) => given(...args) } : given;
        const warn = (message: string): void =>
          tracer.logger.warn({ 'spanline.alert.channel': name }, `spanline: ${message}`);
        return [name, new Delivery(target, digestSeconds * 1000, warn)];
      }),
    );
    this.#warnOfMissing(rules);
  }

  /** Warns at the start: a misspelled channel would be silent until the night it is needed. */
  #warnOfMissing(rules: readonly ResolvedRule[]): void {
    if (this.#deliveries.size === 0) return;
    const missing = rules.filter(({ notifyChannel }) => notifyChannel !== LOG && !this.#deliveries.has(notifyChannel));
    const names = new Set(missing.map(({ notifyChannel }) => notifyChannel));
    for (const name of [...names].slice(0, MAX_WARNINGS)) {
      const count = missing.filter(({ notifyChannel }) => notifyChannel === name).length;
      const alerts = `the alerts of ${count} ${count === 1 ? 'rule' : 'rules'} are only logged`;
      this.#tracer.logger.warn(`spanline: no channel is named ${JSON.stringify(name)}: ${alerts}`);
    }
  }

  /** Counters by channel. */
  stats(): Record<string, DeliveryStats> {
    return Object.fromEntries([...this.#deliveries].map(([name, { stats }]) => [name, { ...stats }]));
  }

  dispatch({ alert, rule, isSent }: Finding): void {
    this.#write(alert);
    if (!isSent) return;
    for (const name of new Set([rule.notifyChannel, this.#routes[alert.severity]])) {
      if (name !== undefined) this.#deliveries.get(name)?.enqueue(alert);
    }
  }

  #write(alert: Alert): void {
    this.#tracer.alert({
      name: alert.name,
      event: alert.event,
      state: alert.state,
      severity: alert.severity,
      message: alert.message,
      metric: alert.metric,
      threshold: alert.threshold,
      comparison: alert.comparison,
      windowSeconds: alert.windowMinutes * 60,
      samples: alert.samples,
      traceIds: alert.traceIds,
      dedupKey: alert.key,
      ...(alert.value === undefined ? {} : { value: alert.value }),
      ...(alert.baseline === undefined ? {} : { baseline: alert.baseline }),
      ...(alert.step === undefined ? {} : { step: alert.step }),
      ...(alert.causes.length === 0
        ? {}
        : { causes: alert.causes.map(({ cause, evidence }) => `${cause}: ${evidence}`) }),
      ...(alert.command === '' ? {} : { command: alert.command }),
      ...(alert.suppressed === 0 ? {} : { suppressed: alert.suppressed }),
    });
  }

  /** Sends what is waiting. */
  async close(): Promise<void> {
    await Promise.all([...this.#deliveries.values()].map((delivery) => delivery.close()));
  }
}
