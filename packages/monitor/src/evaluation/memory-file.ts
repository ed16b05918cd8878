import { readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Baselines } from './baselines.ts';

const EVERY_MS = 60_000;

/** Replaces the file in one step: a crash leaves the old file or the new one. */
export async function writeBaselines(path: string, baselines: Baselines): Promise<void> {
  const text = JSON.stringify(baselines);
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

/** Keeps baselines in a file, so that after a restart nothing is learned anew. It is written in the background. */
export class MemoryFile {
  readonly #path: string;
  readonly #baselines: Baselines;
  readonly #warn: (message: string) => void;
  #savedAt = -Infinity;
  #saving: Promise<void> | undefined;

  /** Reads the file. One that is not valid is reported and will be replaced. */
  constructor(path: string, baselines: Baselines, warn: (message: string) => void) {
    this.#path = path;
    this.#baselines = baselines;
    this.#warn = warn;
    this.#load();
  }

  #load(): void {
    try {
      const isValid = this.#baselines.load(JSON.parse(readFileSync(this.#path, 'utf8')));
      if (!isValid) this.#warn(`${this.#path} is not a memory file of a monitor`);
    } catch (error) {
      const isNew = (error as { code?: unknown }).code === 'ENOENT';
      if (!isNew) this.#warn(`${this.#path} cannot be read: ${(error as Error).message}`);
    }
  }

  /** Saves in the background, at most once a minute. */
  saveSometimes(now: number): void {
    if (Math.abs(now - this.#savedAt) < EVERY_MS || this.#saving !== undefined) return;
    this.#savedAt = now;
    this.#saving = this.#write().finally(() => (this.#saving = undefined));
  }

  /** Saves now. */
  async save(): Promise<void> {
    await this.#saving;
    await this.#write();
  }

  async #write(): Promise<void> {
    try {
      await writeBaselines(this.#path, this.#baselines);
    } catch (error) {
      this.#warn(`${this.#path} cannot be written: ${(error as Error).message}`);
    }
  }
}
