/** The incidents of a service as JSON: the states of the rules, and the ledger. */

import { randomUUID } from 'node:crypto';
import { props, text } from '@spanline/record';
import { parseState, type RuleState } from './rule-state.ts';

const VERSION = 1;
const MAX_RULES = 5000;

/** The incidents of one process, or of replicas that share them. */
export interface Incidents {
  /** Part of the incidents' keys. It stays the same over restarts. */
  readonly owner: string;
  /** The service as it was last known. */
  readonly service: string;
  readonly environment: string | undefined;
  readonly states: ReadonlyMap<string, RuleState>;
  /** The ledger, as JSON. */
  readonly ledger: unknown;
}

/** A new owner without incidents. */
export function noIncidents(): Incidents {
  return { owner: randomUUID(), service: '', environment: undefined, states: new Map(), ledger: undefined };
}

/** Reads incidents. A state that is not valid is left out. @returns `undefined` for other JSON */
export function readIncidents(json: Readonly<Record<string, unknown>>): Incidents | undefined {
  const { version, owner, service, environment, rules, ledger } = json;
  if (version !== VERSION) return undefined;
  const states = Object.entries(props(rules))
    .slice(0, MAX_RULES)
    .flatMap(([key, one]) => {
      const state = parseState(one);
      return state === undefined ? [] : [[key, state] as const];
    });
  return {
    owner: text(owner) ?? randomUUID(),
    service: text(service) ?? '',
    environment: text(environment),
    states: new Map(states),
    ledger,
  };
}

/** @param more - further fields of the JSON */
export function writeIncidents({ states, ledger, ...owner }: Incidents, more: object): string {
  return JSON.stringify({ version: VERSION, ...owner, ...more, rules: Object.fromEntries(states), ledger });
}
