import { readFileSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Baselines, BaselinesJson } from './baselines.ts';
import { initialState, type RuleState } from './state.ts';

const EVERY_MS = 60_000;
const MAX_RULES = 5000;

/** What a monitor leaves to the one after it. */
interface Memory extends BaselinesJson {
  readonly rules?: Readonly<Record<string, RuleState>>;
}

const LEVELS: ReadonlySet<unknown> = new Set(['OK', 'WARNING', 'ALERT']);
const STATES: ReadonlySet<unknown> = new Set([...LEVELS, 'NO_DATA']);
const OPTIONAL = ['goodSince', 'recoveredAt', 'messageAt'] as const;

/** @returns `undefined` for what is no state of a rule */
function readState(given: unknown): RuleState | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const state: RuleState = { ...initialState(0), ...given };
  const { level, isMissing, told, worstTold, since, day, suppressed, sentToday } = state;
  const numbers = [since, day, suppressed, sentToday?.warning, sentToday?.critical];
  const isValid =
    LEVELS.has(level) &&
    STATES.has(told) &&
    STATES.has(worstTold) &&
    typeof isMissing === 'boolean' &&
    numbers.every(Number.isFinite) &&
    OPTIONAL.every((key) => state[key] === undefined || Number.isFinite(state[key]));
  return isValid ? state : undefined;
}

/** Written beside it, synchronised and renamed: a crash leaves the old file or the new one. */
export async function writeMemory(
  path: string,
  baselines: Baselines,
  states: ReadonlyMap<string, RuleState>,
): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  const memory: Memory = { ...baselines.toJSON(), rules: Object.fromEntries(states) };
  const text = JSON.stringify(memory);
  await mkdir(dirname(path), { recursive: true });
  try {
    const file = await open(draft, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Keeps in a file what is usual and what goes on, so that a restart neither learns anew nor tells an incident twice, or never tells its end. */
export class MemoryFile {
  readonly #path: string;
  readonly #baselines: Baselines;
  readonly #complain: (message: string) => void;
  #savedAt = -Infinity;
  #saving: Promise<void> | undefined;
  /** Where the rules of the process before this one stood. */
  readonly states: ReadonlyMap<string, RuleState>;

  /** Reads what the file holds; one that is none of ours is reported and written anew. */
  constructor(path: string, baselines: Baselines, complain: (message: string) => void) {
    this.#path = path;
    this.#baselines = baselines;
    this.#complain = complain;
    this.states = this.#load();
  }

  #load(): Map<string, RuleState> {
    try {
      const memory = JSON.parse(readFileSync(this.#path, 'utf8')) as Memory | null;
      if (!this.#baselines.load(memory)) {
        this.#complain(`${this.#path} holds no memory of a monitor`);
        return new Map();
      }
      const entries = Object.entries(memory?.rules ?? {}).slice(0, MAX_RULES);
      return new Map(
        entries.flatMap(([key, given]) => {
          const state = readState(given);
          return state === undefined ? [] : [[key, state] as const];
        }),
      );
    } catch (error) {
      const isNew = (error as { code?: unknown }).code === 'ENOENT';
      if (!isNew) this.#complain(`${this.#path} cannot be read: ${(error as Error).message}`);
      return new Map();
    }
  }

  /** Saves at most once a minute, and not while it saves already. */
  saveSometimes(now: number, states: () => ReadonlyMap<string, RuleState>): void {
    if (Math.abs(now - this.#savedAt) < EVERY_MS || this.#saving !== undefined) return;
    this.#savedAt = now;
    this.#saving = this.#write(states()).finally(() => (this.#saving = undefined));
  }

  /** Saves what there is at the end. */
  async save(states: ReadonlyMap<string, RuleState>): Promise<void> {
    await this.#saving;
    await this.#write(states);
  }

  async #write(states: ReadonlyMap<string, RuleState>): Promise<void> {
    try {
      await writeMemory(this.#path, this.#baselines, states);
    } catch (error) {
      this.#complain(`${this.#path} cannot be written: ${(error as Error).message}`);
    }
  }
}
