import type { Tracer } from '@spanline/core';
import type { Alert } from '../alerts/alert.ts';
import type { Channel } from '../alerts/channel.ts';
import { type AddressedMessage, Ledger, type Message } from '../alerts/ledger.ts';
import { Delivery, type DeliveryStats } from '../channels/delivery.ts';
import type { IsQuiet } from '../evaluation/advance.ts';
import type { Finding } from '../evaluation/evaluator.ts';
import type { ResolvedRule } from '../rules/types.ts';
import { checkRoutes, type DispatchOptions } from './dispatch-options.ts';
import type { Journal } from './journal.ts';
import { RetryPause } from './retry-pause.ts';

/** The value of `notifyChannel` for rules that write to the log only. */
const LOG = 'log';
const MAX_WARNINGS = 10;

/** Parts of a {@link Dispatcher}. */
export interface DispatcherParts {
  readonly tracer: Tracer;
  readonly rules: readonly ResolvedRule[];
  /** Checked by the caller with {@link DISPATCH_SHAPE}. */
  readonly options: DispatchOptions;
  readonly clock: { now(): number };
  readonly isQuiet: IsQuiet;
  /** Called when the ledger changes. */
  readonly onChange: () => void;
  /** {@link Dispatcher.ledger} of an earlier process. */
  readonly remembered?: unknown;
  /** Keeps the changes of the ledger. */
  readonly journal: Journal;
  /** This process, if it shares the ledger with others. */
  readonly replica?: string | undefined;
}

/** The processes that share a ledger. */
export interface Fellows {
  /** Whether the process that sends an alert is gone. */
  isGone(replica: string | undefined): boolean;
  /** Whether another process sees an incident. */
  isSeen(incidentKey: string): boolean;
}

/** Nobody shares the ledger: what is in it is from the last process. */
const NOBODY: Fellows = { isGone: () => true, isSeen: () => false };

/**
 * Writes each alert to the log and sends it to the channels of its rule and severity. What a channel gave up is still
 * owed: it is sent, as it is by then, when the channel works again.
 */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #deliveries = new Map<string, Delivery>();
  readonly #retries = new Map<string, RetryPause>();
  readonly #rules: ReadonlyMap<string, ResolvedRule>;
  readonly ledger: Ledger;
  #isResumed = false;

  /** @throws SpanlineError `ERR_INVALID_OPTION` for a route to a channel that does not exist */
  constructor(parts: DispatcherParts) {
    const { tracer, rules, options, clock, onChange, replica } = parts;
    const { channels = {}, digestSeconds = 0 } = options;
    checkRoutes(options);
    this.#parts = parts;
    this.#rules = new Map(rules.map((rule) => [rule.name, rule]));
    this.ledger = new Ledger((alert) => this.#audienceOf(alert), onChange, replica);
    this.ledger.load(parts.remembered);
    for (const [name, given] of Object.entries(channels)) {
      const channel: Channel = typeof given === 'function' ? { send: async (...args) => given(...args) } : given;
      this.#retries.set(name, new RetryPause());
      const delivery = new Delivery({
        channel,
        digestMs: digestSeconds * 1000,
        clock,
        warn: (message) => tracer.logger.warn({ 'spanline.alert.channel': name }, `spanline: ${message}`),
        isNews: (message) => this.ledger.isNews({ ...message, channel: name }),
        onSettled: (message, hasArrived) => this.#settle({ ...message, channel: name }, hasArrived),
      });
      this.#deliveries.set(name, delivery);
    }
    this.#warnOfMissing(rules);
  }

  #audienceOf({ name, severity }: Alert): string[] {
    const names = new Set([this.#rules.get(name)?.notifyChannel, this.#parts.options.routes?.[severity]]);
    return [...names].filter((channel) => channel !== undefined && this.#deliveries.has(channel)) as string[];
  }

  #settle(message: AddressedMessage, hasArrived: boolean): void {
    const retry = this.#retries.get(message.channel);
    if (hasArrived) retry?.end();
    else retry?.extend(this.#parts.clock.now());
    this.#parts.journal.note(() => this.ledger.settle(message, hasArrived));
  }

  /** Warns at the start: a misspelled channel would be silent until the night it is needed. */
  #warnOfMissing(rules: readonly ResolvedRule[]): void {
    if (this.#deliveries.size === 0) return;
    const missing = rules.filter(({ notifyChannel }) => notifyChannel !== LOG && !this.#deliveries.has(notifyChannel));
    const names = new Set(missing.map(({ notifyChannel }) => notifyChannel));
    for (const name of [...names].slice(0, MAX_WARNINGS)) {
      const count = missing.filter(({ notifyChannel }) => notifyChannel === name).length;
      const alerts = `the alerts of ${count} ${count === 1 ? 'rule' : 'rules'} are only logged`;
      this.#parts.tracer.logger.warn(`spanline: no channel is named ${JSON.stringify(name)}: ${alerts}`);
    }
  }

  /** Counters by channel. */
  stats(): Record<string, DeliveryStats> {
    return Object.fromEntries([...this.#deliveries].map(([name, { stats }]) => [name, { ...stats }]));
  }

  dispatch(finding: Finding): void {
    const { key, alert, kind } = finding;
    const { journal } = this.#parts;
    if (kind === 'refreshed') {
      journal.decide(() => this.ledger.refresh(finding));
      return;
    }
    this.#write(alert);
    if (kind === 'sent') this.#publish(finding);
    else if (alert.event === 'recovered') journal.decide(() => this.ledger.withdraw(key));
  }

  #publish(message: Message): void {
    const channels = this.#parts.journal.decide(() => this.ledger.publish(message));
    for (const channel of channels) this.#enqueue({ ...message, channel });
  }

  #enqueue(message: AddressedMessage): void {
    this.#parts.journal.afterwards(() => this.#deliveries.get(message.channel)?.enqueue(message));
  }

  /** Alerts that people are owed, and that can be sent now: all of them, or those of one key. */
  due(key?: string): AddressedMessage[] {
    const { clock, isQuiet } = this.#parts;
    const now = clock.now();
    return this.ledger
      .owed(key)
      .filter(
        ({ channel, alert }) => this.#retries.get(channel)?.isOver(now) === true && !isQuiet(now, alert.severity),
      );
  }

  /** Sends what a channel gave up, as it is by now. */
  catchUp(): void {
    const now = this.#parts.clock.now();
    for (const delivery of this.#deliveries.values()) delivery.wake(now);
    for (const message of this.due()) {
      this.#parts.journal.decide(() => this.ledger.resend(message));
      this.#enqueue(message);
    }
  }

  /** Takes up what the last process left. */
  resume(): void {
    if (this.#isResumed) return;
    this.#isResumed = true;
    this.takeUp(NOBODY);
  }

  /** Sends what processes that are gone had on their way, and the end of incidents whose rule is gone. */
  takeUp({ isGone, isSeen }: Fellows): void {
    const { journal, clock } = this.#parts;
    for (const message of this.ledger.waiting()) {
      const delivery = this.#deliveries.get(message.channel);
      const isOwn = message.by === this.#parts.replica;
      if (isOwn ? delivery?.has(message) === true : !isGone(message.by)) continue;
      if (delivery === undefined) {
        journal.decide(() => this.ledger.settle(message, false));
      } else {
        journal.decide(() => this.ledger.takeOver(message));
        this.#enqueue(message);
      }
    }
    for (const { key, alert } of this.ledger.open()) {
      if (this.#rules.has(alert.name) || isSeen(key)) continue;
      const message = `${alert.name} has ended: the rule is no longer there`;
      const end: Alert = { ...alert, event: 'recovered', state: 'OK', message, value: undefined, at: clock.now() };
      this.#write(end);
      this.#publish({ key, alert: end });
    }
  }

  #write(alert: Alert): void {
    this.#parts.journal.afterwards(() => this.#log(alert));
  }

  #log(alert: Alert): void {
    this.#parts.tracer.alert({
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
