import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { props } from '@spanline/record';
import type { Ledger } from '../alerts/ledger.ts';
import { type Incidents, noIncidents, readIncidents, writeIncidents } from './incidents-json.ts';
import type { ServiceIdentity } from './make-alert.ts';
import type { RuleState } from './rule-state.ts';

/** True if another process of this host has the file. */
function isHeldByAnother({ host, pid }: Record<string, unknown>): boolean {
  if (host !== hostname() || typeof pid !== 'number' || pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/**
 * Keeps incidents in a file: the states of the rules, and the ledger. It is small, and written with each change before
 * anything is sent, at once and in one step. So a process may end at any time, by any signal, and the next one knows
 * what was begun.
 */
export class IncidentFile {
  readonly #path: string;
  readonly #warn: (message: string) => void;
  #lastWarning = '';
  /** Owner of the incidents. It stays the same over restarts. */
  readonly owner: string;
  /** The service as the last process knew it. It is part of the incidents' keys. */
  readonly service: string;
  readonly environment: string | undefined;
  /** Rule states of the last process. */
  readonly states: ReadonlyMap<string, RuleState>;
  /** The ledger of the last process, as JSON. */
  readonly ledger: unknown;

  /** Reads the file. One that is not valid is reported and will be replaced. */
  constructor(path: string, warn: (message: string) => void) {
    this.#path = path;
    this.#warn = warn;
    const { writer, ...incidents } = this.#load();
    ({ owner: this.owner, service: this.service, environment: this.environment } = incidents);
    ({ states: this.states, ledger: this.ledger } = incidents);
    if (isHeldByAnother(writer))
      warn(`${path} is also written by process ${String(writer['pid'])}; each needs a file of its own`);
  }

  #load(): Incidents & { readonly writer: Record<string, unknown> } {
    try {
      const json = props(JSON.parse(readFileSync(this.#path, 'utf8')));
      const incidents = readIncidents(json);
      if (incidents !== undefined) return { ...incidents, writer: json };
      this.#warn(`${this.#path} does not hold the incidents of a monitor`);
    } catch (error) {
      const isNew = (error as { code?: unknown }).code === 'ENOENT';
      if (!isNew) this.#warn(`${this.#path} cannot be read: ${(error as Error).message}`);
    }
    return { ...noIncidents(), writer: {} };
  }

  /** Replaces the file. */
  write(states: ReadonlyMap<string, RuleState>, ledger: Ledger, { service, environment }: ServiceIdentity): void {
    const writer = { host: hostname(), pid: process.pid };
    const json = writeIncidents({ owner: this.owner, service, environment, states, ledger }, writer);
    const draft = `${this.#path}.${process.pid}.tmp`;
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
      writeFileSync(draft, json, { mode: 0o600 });
      renameSync(draft, this.#path);
      this.#lastWarning = '';
    } catch (error) {
      const warning = `${this.#path} cannot be written: ${(error as Error).message}`;
      if (warning !== this.#lastWarning) this.#warn(warning);
      this.#lastWarning = warning;
      if (existsSync(draft)) rmSync(draft);
    }
  }
}
