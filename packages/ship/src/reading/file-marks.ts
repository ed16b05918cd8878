import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';

const MARK_BYTES = 256;
const PACKED = /\.(gz|bz2|xz|zst|zip)$/;

function head(handle: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  return buffer.subarray(0, readSync(handle, buffer, 0, bytes, 0));
}

/** What a file begins with now, as `<bytes>-<sum>`; it tells a file from the one that stood there before. */
export function markOf(handle: number): string {
  const start = head(handle, Math.min(MARK_BYTES, fstatSync(handle).size));
  return `${start.length}-${crc32(start)}`;
}

/** True when a file begins as it did. */
export function bearsMark(handle: number, mark: string): boolean {
  const bytes = Number.parseInt(mark, 10);
  const start = head(handle, bytes);
  return start.length === bytes && `${start.length}-${crc32(start)}` === mark;
}

/** True for a mark that more bytes would make surer. */
export function isShort(mark: string): boolean {
  return Number.parseInt(mark, 10) < MARK_BYTES;
}

/** Other files of the folder whose names begin with the name of this one, as those that it was rotated into do. */
export function siblingsOf(path: string): string[] {
  const name = basename(path);
  try {
    return readdirSync(dirname(path))
      .filter((other) => other !== name && other.startsWith(name) && !PACKED.test(other))
      .map((other) => join(dirname(path), other))
      .filter((other) => statSync(other).isFile());
  } catch {
    return [];
  }
}

/** The copy that a rotation by copying made of a file before it cut it: it begins the same and is long enough. */
export function findCopy(path: string, mark: string, offset: number): string | undefined {
  return siblingsOf(path).find((sibling) => {
    try {
      const handle = openSync(sibling, 'r');
      try {
        return fstatSync(handle).size >= offset && bearsMark(handle, mark);
      } finally {
        closeSync(handle);
      }
    } catch {
      return false;
    }
  });
}
