import { readdirSync } from 'node:fs';

/** Lines may hold what users said; nobody else on the machine reads them. */
export const FILE_MODE = 0o600;
export const FOLDER_MODE = 0o700;

export const DEAD_LETTERS = 'dead-letter';
export const WRITER_FILE = 'writer.json';

const SEGMENT = /^\d{12}\.ndjson$/;
const WRITER_FOLDER = /^writer-\d+-[0-9a-z]+$/;

/** `000000000007.ndjson`: names sort as numbers do. */
export function segmentName(number: number): string {
  return `${String(number).padStart(12, '0')}.ndjson`;
}

/** Segments of one writer, oldest first; none where the folder is gone. */
export function listSegments(folder: string): string[] {
  return list(folder)
    .filter((name) => SEGMENT.test(name))
    .toSorted();
}

/** Folders of writers below a spool's folder. */
export function listWriters(root: string): string[] {
  return list(root)
    .filter((name) => WRITER_FOLDER.test(name))
    .toSorted();
}

const FULL_DISK: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);

/** There is no room on the disk, or none that this user may take. */
export const isDiskFull = (error: unknown): boolean =>
  FULL_DISK.has((error as NodeJS.ErrnoException | undefined)?.code);

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
