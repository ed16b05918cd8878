import { readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Baselines, BaselinesJson } from './baselines.ts';
import { parseState, type RuleState } from './rule-state.ts';

const EVERY_MS = 60_000;
const MAX_RULES = 5000;

/** Content of the file. */
interface Memory extends BaselinesJson {
  readonly rules?: Readonly<Record<string, RuleState>>;
}

/** Replaces the file in one step: a crash leaves the old file or the new one. */
export async function writeMemory(
  path: string,
  baselines: Baselines,
  states: ReadonlyMap<string, RuleState>,
): Promise<void> {
  const memory: Memory = { ...baselines.toJSON(), rules: Object.fromEntries(states) };
  const text = JSON.stringify(memory);
  const draft = `${path}.${process.pid}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(draft, text, { mode: 0o600, flush: true });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/**
 * Keeps baselines and rule states in a file, so that after a restart nothing is learned anew, no incident is reported
 * twice, and every recovery is reported.
 */
export class MemoryFile {
  readonly #path: string;
  readonly #baselines: Baselines;
  readonly #warn: (message: string) => void;
  #savedAt = -Infinity;
  #saving: Promise<void> | undefined;
  /** Rule states of the last process. */
  readonly states: ReadonlyMap<string, RuleState>;

  /** Reads the file. One that is not valid is reported and will be replaced. */
  constructor(path: string, baselines: Baselines, warn: (message: string) => void) {
    this.#path = path;
    this.#baselines = baselines;
    this.#warn = warn;
    this.states = this.#load();
  }

  #load(): Map<string, RuleState> {
    try {
      const memory = JSON.parse(readFileSync(this.#path, 'utf8')) as Memory | null;
      if (!this.#baselines.load(memory)) {
        this.#warn(`${this.#path} is not a memory file of a monitor`);
        return new Map();
      }
      const entries = Object.entries(memory?.rules ?? {}).slice(0, MAX_RULES);
      return new Map(
        entries.flatMap(([key, json]) => {
          const state = parseState(json);
          return state === undefined ? [] : [[key, state] as const];
        }),
      );
    } catch (error) {
      const isNew = (error as { code?: unknown }).code === 'ENOENT';
      if (!isNew) this.#warn(`${this.#path} cannot be read: ${(error as Error).message}`);
      return new Map();
    }
  }

  /** Saves in the background, at most once a minute. */
  saveSometimes(now: number, states: () => ReadonlyMap<string, RuleState>): void {
    if (Math.abs(now - this.#savedAt) < EVERY_MS || this.#saving !== undefined) return;
    this.#savedAt = now;
    this.#saving = this.#write(states()).finally(() => (this.#saving = undefined));
  }

  /** Saves now. */
  async save(states: ReadonlyMap<string, RuleState>): Promise<void> {
    await this.#saving;
    await this.#write(states);
  }

  async #write(states: ReadonlyMap<string, RuleState>): Promise<void> {
    try {
      await writeMemory(this.#path, this.#baselines, states);
    } catch (error) {
      this.#warn(`${this.#path} cannot be written: ${(error as Error).message}`);
    }
  }
}
