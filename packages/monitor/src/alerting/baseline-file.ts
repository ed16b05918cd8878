import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Baselines } from './baselines.ts';

const EVERY_MS = 60_000;

/** Keeps baselines in a file, so that a restart does not begin to learn anew. */
export class BaselineFile {
  readonly #path: string;
  readonly #baselines: Baselines;
  readonly #complain: (message: string) => void;
  #savedAt = -Infinity;

  /** Reads what the file holds; one that is none of ours is reported and written anew. */
  constructor(path: string, baselines: Baselines, complain: (message: string) => void) {
    this.#path = path;
    this.#baselines = baselines;
    this.#complain = complain;
    try {
      if (!baselines.load(JSON.parse(readFileSync(path, 'utf8')))) complain(`${path} holds no baselines`);
    } catch (error) {
      const isNew = (error as { code?: unknown }).code === 'ENOENT';
      if (!isNew) complain(`${path} cannot be read: ${(error as Error).message}`);
    }
  }

  /** Saves at most once a minute. */
  saveSometimes(now: number): void {
    if (Math.abs(now - this.#savedAt) < EVERY_MS) return;
    this.#savedAt = now;
    this.save();
  }

  /** Written beside it, synchronised and renamed: a crash leaves the old file or the new one. */
  save(): void {
    const draft = `${this.#path}.${process.pid}.tmp`;
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
      const file = openSync(draft, 'w', 0o600);
      try {
        writeSync(file, JSON.stringify(this.#baselines));
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(draft, this.#path);
    } catch (error) {
      this.#complain(`${this.#path} cannot be written: ${(error as Error).message}`);
    }
  }
}
