/** Stored answers: one file each. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPlainObject } from '@spanline/record';

/** A stored answer. */
export interface StoredAnswer {
  readonly contentType: string;
  /** As text: answers of models are JSON or server-sent events. */
  readonly body: string;
}

/** The answers of a folder. */
export interface AnswerFiles {
  /** Reads an answer; `undefined` if there is none, or if its file is damaged. */
  read(key: string): StoredAnswer | undefined;
  /** Writes an answer, whole or not at all. A folder that cannot be written is reported once, as a warning of Node. */
  write(key: string, answer: StoredAnswer): void;
}

function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // The folder is no folder.
  }
}

/**
 * Opens a folder. It is made when the first answer is stored, with a `.gitignore`: prompts do not belong into commits.
 */
export function openAnswerFiles(dir: string): AnswerFiles {
  let hasWarned = false;
  return {
    read(key) {
      try {
        const stored: unknown = JSON.parse(readFileSync(join(dir, `${key}.json`), 'utf8'));
        if (!isPlainObject(stored)) return undefined;
        const { contentType, body } = stored;
        return typeof contentType === 'string' && typeof body === 'string' ? { contentType, body } : undefined;
      } catch {
        return undefined;
      }
    },
    write(key, answer) {
      const temporary = join(dir, `${key}.${randomBytes(6).toString('hex')}.tmp`);
      try {
        mkdirSync(dir, { recursive: true, mode: 0o700 });
        if (!existsSync(join(dir, '.gitignore'))) writeFileSync(join(dir, '.gitignore'), '*\n');
        writeFileSync(temporary, JSON.stringify(answer), { mode: 0o600 });
        renameSync(temporary, join(dir, `${key}.json`));
      } catch (error) {
        remove(temporary);
        if (!hasWarned) process.emitWarning(`cachedFetch cannot write to ${dir}: ${String(error)}`, 'SPANLINE_CACHE');
        hasWarned = true;
      }
    },
  };
}
