/** Brings back what a replica knows of incidents, after the store has lost it. */

import {
  type LedgerEntry,
  type LedgerJson,
  ledgerJson,
  readLedger,
  type ChannelStatus,
} from '../alerts/ledger-json.ts';
import type { RuleState } from './rule-state.ts';

/** The states of the rules, and the ledger as JSON. */
export interface Known {
  readonly states: ReadonlyMap<string, RuleState>;
  readonly ledger: unknown;
}

const messageAt = (states: Known['states'], key: string): number => states.get(key)?.messageAt ?? 0;

/** The shared states, with those of this replica that have a newer message. */
export function newest(shared: Known['states'], own: Known['states']): Map<string, RuleState> {
  const states = new Map(shared);
  for (const [key, state] of own) if (messageAt(own, key) > messageAt(shared, key)) states.set(key, state);
  return states;
}

/** Joins entries with the same message: an alert that arrived for one replica arrived for all. */
function joinEntries(shared: LedgerEntry, own: LedgerEntry): LedgerEntry {
  const hasArrived = ({ state, waiting }: ChannelStatus): boolean =>
    state === own.message.state && waiting.length === 0;
  const arrived = [...own.channels].filter(([name, status]) => !shared.channels.has(name) || hasArrived(status));
  const channels = new Map([...shared.channels, ...arrived]);
  return { message: shared.message, isWithdrawn: shared.isWithdrawn || own.isWithdrawn, channels };
}

/** Joins what the store has with what a replica knows. Of each incident, the one with the newer message counts. */
export function joinIncidents(shared: Known, own: Known): { states: Map<string, RuleState>; ledger: LedgerJson } {
  const states = newest(shared.states, own.states);
  const ledger = new Map(readLedger(shared.ledger));
  const known = new Map(readLedger(own.ledger));
  for (const key of new Set([...own.states.keys(), ...known.keys()])) {
    const isNewer = messageAt(own.states, key) - messageAt(shared.states, key);
    const [theirs, ours] = [ledger.get(key), known.get(key)];
    if (isNewer > 0 && ours === undefined) ledger.delete(key);
    else if (ours !== undefined && (isNewer > 0 || theirs === undefined)) ledger.set(key, ours);
    else if (ours !== undefined && theirs !== undefined && isNewer === 0) ledger.set(key, joinEntries(theirs, ours));
  }
  return { states, ledger: ledgerJson(ledger) };
}
