import type { Ledger } from '../alerts/ledger.ts';
import type { Baselines } from '../evaluation/baselines.ts';
import { IncidentFile } from '../evaluation/incident-file.ts';
import type { ServiceIdentity } from '../evaluation/make-alert.ts';
import { MemoryFile } from '../evaluation/memory-file.ts';
import type { RuleState } from '../evaluation/rule-state.ts';
import { createSharedMemory, type SharedMemory } from '../evaluation/shared-memory.ts';
import type { MonitorMemory } from './monitor-options.ts';

/** The incidents of a monitor, for the next process. */
export interface ToKeep {
  readonly states: ReadonlyMap<string, RuleState>;
  readonly ledger: Ledger;
  readonly identity: ServiceIdentity;
}

/** Parts of a {@link MemoryKeeper}. */
export interface MemoryKeeperParts {
  readonly baselines: Baselines;
  readonly warn: (message: string) => void;
  /** Reads the incidents as they are now. */
  readonly read: () => ToKeep;
}

/**
 * The memory of a monitor: baselines and incidents in files for the next process, or incidents in a store for all
 * replicas.
 */
export class MemoryKeeper {
  readonly #baselines: MemoryFile | undefined;
  /** Of the last process, and for the next one. */
  readonly incidents: IncidentFile | undefined;
  readonly shared: SharedMemory | undefined;
  readonly #read: () => ToKeep;
  #isSaving = false;

  constructor({ file, store, name = '' }: Partial<MonitorMemory>, { baselines, warn, read }: MemoryKeeperParts) {
    this.#read = read;
    this.#baselines = file === undefined ? undefined : new MemoryFile(file, baselines, warn);
    this.incidents =
      file === undefined || store !== undefined ? undefined : new IncidentFile(`${file}.incidents`, warn);
    this.shared = store === undefined ? undefined : createSharedMemory({ store, name, warn });
  }

  /** Evaluations without the store, because it failed. */
  get alone(): number {
    return this.shared?.alone ?? 0;
  }

  /** Saves changes of the same moment at once, and before their messages are sent. */
  changed(): void {
    if (this.incidents === undefined || this.#isSaving) return;
    this.#isSaving = true;
    void Promise.resolve().then(() => this.saveIncidents());
  }

  saveIncidents(): void {
    this.#isSaving = false;
    if (this.incidents === undefined) return;
    const { states, ledger, identity } = this.#read();
    this.incidents.write(states, ledger, identity);
  }

  /** Saves the baselines if they were not for a while. */
  saveSometimes(now: number): void {
    this.#baselines?.saveSometimes(now);
  }

  /** Saves the baselines. */
  async save(): Promise<void> {
    await this.#baselines?.save();
  }
}
