import { readdirSync } from 'node:fs';

/** Lines may hold what users wrote: only the owner may read them. */
export const FILE_MODE = 0o600;
export const FOLDER_MODE = 0o700;

export const DEAD_LETTERS = 'dead-letter';
export const WRITER_FILE = 'writer.json';
/** State of the shipper of a folder. */
export const STATUS_FILE = 'status.json';

const SEGMENT = /^\d{12}\.ndjson$/;
const WRITER_FOLDER = /^writer-\d+-[0-9a-z]+$/;
const FULL_DISK: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT']);

/** `000000000007.ndjson`: names sort like their numbers. */
export function segmentName(number: number): string {
  return `${String(number).padStart(12, '0')}.ndjson`;
}

/** Names in a folder; none when it does not exist. */
export function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Segments of one writer, oldest first. */
export function listSegments(folder: string): string[] {
  return listNames(folder)
    .filter((name) => SEGMENT.test(name))
    .toSorted();
}

/** Writer folders below a spool's folder. */
export function listWriters(root: string): string[] {
  return listNames(root)
    .filter((name) => WRITER_FOLDER.test(name))
    .toSorted();
}

/** Whether an error means that the disk, or this user's share of it, is full. */
export function isDiskFull(error: unknown): boolean {
  return FULL_DISK.has((error as NodeJS.ErrnoException | undefined)?.code);
}
