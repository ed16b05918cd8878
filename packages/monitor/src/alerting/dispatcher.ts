import { SpanlineError, type Tracer } from '@spanline/core';
import type { Severity } from '../rules/types.ts';
import { Delivery, type DeliveryStats } from './delivery.ts';
import type { Finding } from './evaluator.ts';
import { createQuietHours, type QuietHours } from './quiet-hours.ts';
import type { Alert, Channel } from './types.ts';

/** Where alerts go, beside the log. */
export interface DispatchOptions {
  /** By the name that rules say in `notifyChannel`; a function is a channel, too. What a rule sends to a name that is not here, `log` for instance, stands in the log only. */
  channels?: Readonly<Record<string, Channel | Channel['send']>>;
  /** A channel that alerts of a severity go to as well: `{ critical: 'pager' }`. */
  routes?: Readonly<Partial<Record<Severity, string>>>;
  quietHours?: QuietHours;
  /** Alerts that become due together, within so many seconds, are one message. @defaultValue 0 */
  digestSeconds?: number;
}

function toChannel([name, given]: [name: string, given: Channel | Channel['send']]): [name: string, channel: Channel] {
  if (typeof given === 'function') return [name, { send: async (alerts, signal) => given(alerts, signal) }];
  if (typeof (given as { send?: unknown } | null)?.send === 'function') return [name, given];
  const expected = 'a channel or a function';
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: `channels.${name}`, expected, got: given });
}

function checkRoutes({ channels = {}, routes = {} }: DispatchOptions): void {
  for (const [severity, name] of Object.entries(routes)) {
    const isKnown = severity === 'warning' || severity === 'critical';
    if (isKnown && Object.hasOwn(channels, name)) continue;
    const expected = `one of ${Object.keys(channels).join(', ')}`;
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: `routes.${severity}`, expected, got: name });
  }
}

/** Writes each alert to the log, and sends it where it belongs. */
export class Dispatcher {
  readonly #tracer: Tracer;
  readonly #deliveries: ReadonlyMap<string, Delivery>;
  readonly #routes: Readonly<Partial<Record<Severity, string>>>;
  readonly #isQuiet: (epochMs: number, severity: Severity) => boolean;
  /** Alerts of each incident that quiet hours held back. */
  readonly #heldBack = new Map<string, number>();

  /** @throws SpanlineError `ERR_INVALID_OPTION` */
  constructor(tracer: Tracer, options: DispatchOptions) {
    checkRoutes(options);
    const { channels = {}, routes = {}, digestSeconds = 0 } = options;
    if (typeof digestSeconds !== 'number' || !(digestSeconds >= 0 && digestSeconds <= 86_400)) {
      const expected = 'seconds, 0 to 86400';
      throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'digestSeconds', expected, got: digestSeconds });
    }
    this.#tracer = tracer;
    this.#routes = routes;
    this.#isQuiet = createQuietHours(options.quietHours);
    this.#deliveries = new Map(
      Object.entries(channels)
        .map(toChannel)
        .map(([name, channel]) => [
          name,
          new Delivery(channel, digestSeconds * 1000, (message) =>
            tracer.logger.warn({ 'spanline.alert.channel': name }, `spanline: ${message}`),
          ),
        ]),
    );
  }

  /** What became of messages, by channel. */
  stats(): Record<string, DeliveryStats> {
    return Object.fromEntries([...this.#deliveries].map(([name, { stats }]) => [name, { ...stats }]));
  }

  /** Tells an alert. @returns it, as it was told */
  tell({ alert, rule, isSent }: Finding): Alert {
    const deliveries = isSent ? this.#deliveriesOf(rule.notifyChannel, alert.severity) : [];
    const isQuiet = deliveries.length > 0 && this.#isQuiet(alert.at, alert.severity);
    const before = this.#heldBack.get(alert.key) ?? 0;
    if (isQuiet) this.#heldBack.set(alert.key, before + 1);
    else if (deliveries.length > 0) this.#heldBack.delete(alert.key);
    const told = isQuiet || before === 0 ? alert : { ...alert, suppressed: alert.suppressed + before };
    this.#write(told);
    if (!isQuiet) for (const delivery of deliveries) delivery.take(told);
    return told;
  }

  #deliveriesOf(channel: string, severity: Severity): Delivery[] {
    const names = new Set([channel, this.#routes[severity]]);
    return [...names].flatMap((name) => (name === undefined ? [] : (this.#deliveries.get(name) ?? [])));
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

  /** Sends what waits. */
  async close(): Promise<void> {
    await Promise.all([...this.#deliveries.values()].map((delivery) => delivery.close()));
  }
}
