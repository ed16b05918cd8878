import type { Alert } from './alert.ts';
import { type LedgerEntry, type LedgerJson, ledgerJson, readLedger, type ChannelStatus } from './ledger-json.ts';

/** An alert of a rule. */
export interface Message {
  /** Key of the rule, or of the rule and its step. */
  readonly key: string;
  readonly alert: Alert;
}

/** An alert for a channel. */
export interface AddressedMessage extends Message {
  readonly channel: string;
}

const NOTHING_SENT: ChannelStatus = { state: 'OK', waiting: [] };

const isAware = ({ state, waiting }: ChannelStatus): boolean => state !== 'OK' || waiting.length > 0;

/** Whether two objects are the same alert: a ledger that was loaded has other objects. */
export function isSameAlert(one: Alert, other: Alert): boolean {
  return one === other || (one.key === other.key && one.event === other.event && one.at === other.at);
}

/**
 * Keeps the knowledge of people, for each incident and channel: the alerts that arrived, not those that were handed
 * over. From that follows what they are owed. The end of an incident goes to those who know of its start. If replicas
 * share the ledger, the alerts that are on their way to a channel are all with one of them, so that they arrive in
 * order.
 */
export class Ledger {
  readonly #entries = new Map<string, LedgerEntry>();
  readonly #audienceOf: (alert: Alert) => readonly string[];
  readonly #onChange: () => void;
  readonly #replica: string | undefined;

  /**
   * @param audienceOf - the channels that exist, of those that an alert goes to
   * @param replica - the process that has this ledger, if replicas share it
   */
  constructor(audienceOf: (alert: Alert) => readonly string[], onChange: () => void, replica?: string) {
    this.#audienceOf = audienceOf;
    this.#onChange = onChange;
    this.#replica = replica;
  }

  /** Makes an alert the one to know, and puts it on its way. @returns the channels that it goes to */
  publish({ key, alert }: Message): string[] {
    const entry = this.#entries.get(key) ?? {
      message: alert,
      isWithdrawn: false,
      channels: new Map<string, ChannelStatus>(),
    };
    entry.message = alert;
    entry.isWithdrawn = false;
    const isEnd = alert.state === 'OK';
    const aware = [...entry.channels].filter(([, status]) => isAware(status)).map(([channel]) => channel);
    const audience = isEnd ? aware : this.#audienceOf(alert);
    const begun = audience.filter((channel) => this.#begin(entry, channel, alert));
    if (audience.length > 0) this.#entries.set(key, entry);
    this.#changed(key, entry);
    return begun;
  }

  /** Brings the alert to know up to date, for channels that it has not reached. */
  refresh({ key, alert }: Message): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.message = alert;
    this.#changed(key, entry);
  }

  /** Says that an incident is over. Those who do not know of it need not hear of it any more. */
  withdraw(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.isWithdrawn = true;
    this.#changed(key, entry);
  }

  /** The alerts to know that have not reached a channel, and are not on their way: all of them, or those of one key. */
  owed(only?: string): AddressedMessage[] {
    const entries = only === undefined ? [...this.#entries] : [[only, this.#entries.get(only)] as const];
    return entries.flatMap(([key, entry]) =>
      entry === undefined ? [] : this.#lacking(entry).map((channel) => ({ key, channel, alert: entry.message })),
    );
  }

  #lacking({ message, isWithdrawn, channels }: LedgerEntry): string[] {
    const audience = message.state === 'OK' ? [...channels.keys()] : isWithdrawn ? [] : this.#audienceOf(message);
    return audience.filter((channel) => {
      const { state, waiting } = channels.get(channel) ?? NOTHING_SENT;
      return waiting.length === 0 && state !== message.state;
    });
  }

  /** Puts an owed alert on its way. */
  resend({ key, channel, alert }: AddressedMessage): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#begin(entry, channel, alert);
    this.#changed(key, entry);
  }

  /** Takes over the alerts to a channel that another replica had on their way. */
  takeOver({ key, channel }: AddressedMessage): void {
    const entry = this.#entries.get(key);
    const status = entry?.channels.get(channel);
    if (entry === undefined || status === undefined) return;
    status.by = this.#replica;
    this.#changed(key, entry);
  }

  /** The alerts that are on their way, and the replica that sends them. */
  waiting(): (AddressedMessage & { readonly by: string | undefined })[] {
    return [...this.#entries].flatMap(([key, { channels }]) =>
      [...channels].flatMap(([channel, { waiting, by }]) => waiting.map((alert) => ({ key, channel, alert, by }))),
    );
  }

  /** False for the end of an incident whose start did not arrive. */
  isNews({ key, channel, alert }: AddressedMessage): boolean {
    return alert.state !== 'OK' || (this.#entries.get(key)?.channels.get(channel) ?? NOTHING_SENT).state !== 'OK';
  }

  /** Records that an alert arrived, or that it was given up. */
  settle({ key, channel, alert }: AddressedMessage, hasArrived: boolean): void {
    const entry = this.#entries.get(key);
    const status = entry?.channels.get(channel);
    if (entry === undefined || status === undefined) return;
    status.waiting = status.waiting.filter((other) => !isSameAlert(other, alert));
    if (hasArrived) status.state = alert.state;
    this.#changed(key, entry);
  }

  /** The incidents that somebody knows of, or is about to hear of. */
  open(): Message[] {
    return [...this.#entries].flatMap(([key, { message: alert, channels }]) =>
      alert.state !== 'OK' && [...channels.values()].some(isAware) ? [{ key, alert }] : [],
    );
  }

  /** @returns false if another replica has alerts on their way to the channel: until then, this one is owed */
  #begin({ channels }: LedgerEntry, channel: string, alert: Alert): boolean {
    let status = channels.get(channel);
    if (status === undefined) channels.set(channel, (status = { ...NOTHING_SENT, waiting: [] }));
    if (status.waiting.length > 0 && status.by !== this.#replica) return false;
    status.by = this.#replica;
    if (!status.waiting.some((other) => isSameAlert(other, alert))) status.waiting.push(alert);
    return true;
  }

  #changed(key: string, { message, isWithdrawn, channels }: LedgerEntry): void {
    const isOver = message.state === 'OK' || isWithdrawn;
    if (isOver && ![...channels.values()].some(isAware)) this.#entries.delete(key);
    this.#onChange();
  }

  toJSON(): LedgerJson {
    return ledgerJson(this.#entries);
  }

  /** Replaces everything by what {@link toJSON} returned. */
  load(json: unknown): void {
    this.#entries.clear();
    for (const [key, entry] of readLedger(json)) this.#entries.set(key, entry);
  }
}
