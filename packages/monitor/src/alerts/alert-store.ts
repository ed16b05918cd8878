import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A place for one small text by name that the replicas of a service share, so that they have their incidents in common.
 * Two operations are enough; the second one is a script of Redis, or an update of a table with a condition. Both may
 * answer at once or later. An operation that throws, or that takes longer than five seconds, has failed.
 */
export interface AlertStore {
  /** Returns the text of a name; `undefined` if there is none. */
  read(name: string): string | undefined | Promise<string | undefined>;
  /**
   * Replaces the text of a name in one step, if it is still the one that was read.
   *
   * @param before - the text that was read; `undefined` if there was none
   * @returns false if the text has changed meanwhile; it stays as it is then
   */
  replace(name: string, before: string | undefined, after: string): boolean | Promise<boolean>;
}

interface Version {
  readonly number: number;
  readonly text: string;
}

/**
 * Keeps the incidents of replicas on one host in a folder. Each text is a new file, under the next number: only one
 * process can create it, and none has to wait for a lock.
 *
 * @example
 * ```ts
 * import { createMonitor, fileAlertStore } from '@spanline/monitor';
 *
 * createMonitor({ memory: { store: fileAlertStore('state/alerts'), name: 'shop production' } });
 * ```
 */
export function fileAlertStore(folder: string): AlertStore {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let drafts = 0;
  const fileOf = (name: string, number: number): string => join(folder, `${encodeURIComponent(name)}.${number}`);

  /** Lowest first. */
  function numbersOf(name: string): number[] {
    const prefix = `${encodeURIComponent(name)}.`;
    return readdirSync(folder)
      .filter((file) => file.startsWith(prefix) && /^\d+$/.test(file.slice(prefix.length)))
      .map((file) => Number(file.slice(prefix.length)))
      .toSorted((a, b) => a - b);
  }

  function latest(name: string): Version | undefined {
    for (;;) {
      const number = numbersOf(name).at(-1);
      if (number === undefined) return undefined;
      try {
        return { number, text: readFileSync(fileOf(name, number), 'utf8') };
      } catch (error) {
        // A newer one has replaced it.
        if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
      }
    }
  }

  function create(path: string, text: string): boolean {
    const draft = `${path}.${process.pid}-${drafts++}.tmp`;
    try {
      writeFileSync(draft, text, { mode: 0o600 });
      linkSync(draft, path);
      return true;
    } catch (error) {
      if ((error as { code?: unknown }).code === 'EEXIST') return false;
      throw error;
    } finally {
      rmSync(draft, { force: true });
    }
  }

  return {
    read: (name) => latest(name)?.text,
    replace(name, before, after) {
      const last = latest(name);
      if (last?.text !== before) return false;
      const number = (last?.number ?? 0) + 1;
      if (!create(fileOf(name, number), after)) return false;
      const numbers = numbersOf(name);
      // A process that was held up may have created a number that was used and removed before.
      const isLast = numbers.at(-1) === number;
      for (const old of isLast ? numbers.filter((other) => other < number) : [number]) {
        rmSync(fileOf(name, old), { force: true });
      }
      return isLast;
    },
  };
}
