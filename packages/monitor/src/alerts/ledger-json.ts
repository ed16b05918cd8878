/** A ledger as JSON. Of one that an earlier process wrote, whatever is not valid is left out. */

import { type AlertState, list, props, text } from '@spanline/record';
import type { Alert } from './alert.ts';

/** The knowledge of the people behind one channel. */
export interface ChannelStatus {
  /** State in the last alert that arrived. */
  state: AlertState;
  /** Alerts that neither arrived nor were given up. */
  waiting: Alert[];
  /** The replica that sends those, if replicas share the ledger. */
  by?: string | undefined;
}

/** An incident, and what the people of each channel know of it. */
export interface LedgerEntry {
  /** The alert that people are to know. */
  message: Alert;
  /** The incident is over, but that is not reported yet. */
  isWithdrawn: boolean;
  readonly channels: Map<string, ChannelStatus>;
}

/** A ledger as JSON. */
export type LedgerJson = Record<string, Omit<LedgerEntry, 'channels'> & { channels: Record<string, ChannelStatus> }>;

const STATES: ReadonlySet<unknown> = new Set<AlertState>(['OK', 'WARNING', 'ALERT', 'NO_DATA']);
const TEXTS = ['key', 'name', 'event', 'severity', 'message', 'metric', 'comparison', 'command', 'service', 'instance'];
const NUMBERS = ['threshold', 'windowMinutes', 'samples', 'at', 'since', 'suppressed'];

function readAlert(json: unknown): Alert | undefined {
  const fields = props(json);
  const isAlert =
    STATES.has(fields['state']) &&
    TEXTS.every((name) => typeof fields[name] === 'string') &&
    NUMBERS.every((name) => Number.isFinite(fields[name])) &&
    Array.isArray(fields['traceIds']) &&
    Array.isArray(fields['causes']);
  return isAlert ? (json as Alert) : undefined;
}

function readTold(json: unknown): ChannelStatus | undefined {
  const { state, waiting, by } = props(json);
  if (!STATES.has(state)) return undefined;
  const alerts = list(waiting).flatMap((alert) => readAlert(alert) ?? []);
  return { state: state as AlertState, waiting: alerts, by: text(by) };
}

/** @returns the entries by key */
export function readLedger(json: unknown): [key: string, entry: LedgerEntry][] {
  return Object.entries(props(json)).flatMap(([key, given]) => {
    const { message: alert, isWithdrawn, channels } = props(given);
    const message = readAlert(alert);
    if (message === undefined) return [];
    const statuses = Object.entries(props(channels)).flatMap(([name, one]) => {
      const read = readTold(one);
      return read === undefined ? [] : [[name, read] as const];
    });
    return [[key, { message, isWithdrawn: isWithdrawn === true, channels: new Map(statuses) }]];
  });
}

/** @param entries - by key */
export function ledgerJson(entries: ReadonlyMap<string, LedgerEntry>): LedgerJson {
  return Object.fromEntries(
    [...entries].map(([key, entry]) => [key, { ...entry, channels: Object.fromEntries(entry.channels) }]),
  );
}
