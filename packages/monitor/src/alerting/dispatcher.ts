import { SpanlineError, type Tracer } from '@spanline/core';
import { optionsOf } from '../options.ts';
import type { ResolvedRule, Severity } from '../rules/types.ts';
import { Delivery, type DeliveryStats } from './delivery.ts';
import type { Finding } from './evaluator.ts';
import type { Alert, Channel } from './types.ts';

/** Where alerts go, beside the log. */
export interface DispatchOptions {
  /** By the name that rules say in `notifyChannel`; a function is a channel, too. What a rule tells `log` stands in the log only, as all else does as well. */
  channels?: Readonly<Record<string, Channel | Channel['send']>>;
  /** A channel that alerts of a severity go to as well: `{ critical: 'pager' }`. */
  routes?: Readonly<Partial<Record<Severity, string>>>;
  /** Alerts that become due together, within so many seconds, are one message. @defaultValue 0 */
  digestSeconds?: number;
}

/** What a rule says in `notifyChannel` to be told in the log only. */
const LOG = 'log';

function toChannel([name, given]: [name: string, given: Channel | Channel['send']]): [name: string, channel: Channel] {
  if (typeof given === 'function') return [name, { send: async (alerts, signal) => given(alerts, signal) }];
  if (typeof (given as { send?: unknown } | null)?.send === 'function') return [name, given];
  const expected = 'a channel or a function';
  throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: `channels.${name}`, expected, got: given });
}

function checkRoutes(routes: object, channels: object): void {
  for (const [severity, name] of Object.entries(routes)) {
    const isKnown = severity === 'warning' || severity === 'critical';
    if (isKnown && Object.hasOwn(channels, String(name))) continue;
    const expected = isKnown
      ? `the name of a channel (${Object.keys(channels).join(', ') || 'none is given'})`
      : "'warning' or 'critical'";
    throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: `routes.${severity}`, expected, got: name });
  }
}

/** Writes each alert to the log, and sends it where it belongs. */
export class Dispatcher {
  readonly #tracer: Tracer;
  readonly #deliveries: ReadonlyMap<string, Delivery>;
  readonly #routes: Readonly<Partial<Record<Severity, string>>>;

  /** @throws SpanlineError `ERR_INVALID_OPTION` */
  constructor(tracer: Tracer, rules: readonly ResolvedRule[], options: DispatchOptions) {
    const { channels = {}, routes = {}, digestSeconds = 0 } = options;
    checkRoutes(optionsOf(routes, 'routes'), optionsOf(channels, 'channels'));
    if (typeof digestSeconds !== 'number' || !(digestSeconds >= 0 && digestSeconds <= 86_400)) {
      const expected = 'seconds, 0 to 86400';
      throw new SpanlineError({ code: 'ERR_INVALID_OPTION', option: 'digestSeconds', expected, got: digestSeconds });
    }
    this.#tracer = tracer;
    this.#routes = routes;
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
    this.#nameMissing(rules);
  }

  /** A channel that is spelled wrongly would be silent until the night it is needed. */
  #nameMissing(rules: readonly ResolvedRule[]): void {
    if (this.#deliveries.size === 0) return;
    const missing = rules.filter(({ notifyChannel: name }) => name !== LOG && !this.#deliveries.has(name));
    const names = [...new Set(missing.map(({ notifyChannel }) => notifyChannel))].slice(0, 10);
    for (const name of names) {
      const told = missing.filter(({ notifyChannel }) => notifyChannel === name).length;
      this.#tracer.logger.warn(
        `spanline: no channel is named ${JSON.stringify(name)}: what ${told} ${told === 1 ? 'rule tells' : 'rules tell'} it stands in the log only`,
      );
    }
  }

  /** What became of messages, by channel. */
  stats(): Record<string, DeliveryStats> {
    return Object.fromEntries([...this.#deliveries].map(([name, { stats }]) => [name, { ...stats }]));
  }

  /** Writes an alert, and sends it where its rule lets it. */
  tell({ alert, rule, isSent }: Finding): void {
    this.#write(alert);
    if (!isSent) return;
    for (const delivery of this.#deliveriesOf(rule.notifyChannel, alert.severity)) delivery.take(alert);
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
