import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';

const FINGERPRINT_BYTES = 256;
const COMPRESSED = /\.(gz|bz2|xz|zst|zip)$/;

function readStart(handle: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  return buffer.subarray(0, readSync(handle, buffer, 0, bytes, 0));
}

/**
 * Fingerprint of a file's first bytes, as `<bytes>-<crc32>`. It distinguishes a file from the one that had its name
 * before.
 */
export function fingerprintOf(handle: number): string {
  const start = readStart(handle, Math.min(FINGERPRINT_BYTES, fstatSync(handle).size));
  return `${start.length}-${crc32(start)}`;
}

/** Number of bytes that a fingerprint covers. */
export function fingerprintBytes(fingerprint: string): number {
  return Number.parseInt(fingerprint, 10);
}

/** Whether the file still starts with the bytes of a fingerprint. */
export function hasFingerprint(handle: number, fingerprint: string): boolean {
  const bytes = fingerprintBytes(fingerprint);
  const start = readStart(handle, bytes);
  return start.length === bytes && `${start.length}-${crc32(start)}` === fingerprint;
}

/** Whether the file was shorter than a full fingerprint. */
export function isPartial(fingerprint: string): boolean {
  return fingerprintBytes(fingerprint) < FINGERPRINT_BYTES;
}

/** Other files in the folder whose names start with this file's name: those that it may have been rotated to. */
export function siblingsOf(path: string): string[] {
  const name = basename(path);
  try {
    return readdirSync(dirname(path))
      .filter((other) => other !== name && other.startsWith(name) && !COMPRESSED.test(other))
      .map((other) => join(dirname(path), other))
      .filter((other) => statSync(other).isFile());
  } catch {
    return [];
  }
}

/**
 * Finds the copy that `copytruncate` made of a file before it truncated it: a sibling with the same start that is long
 * enough.
 */
export function findCopy(path: string, fingerprint: string, offset: number): string | undefined {
  return siblingsOf(path).find((sibling) => {
    try {
      const handle = openSync(sibling, 'r');
      try {
        return fstatSync(handle).size >= offset && hasFingerprint(handle, fingerprint);
      } finally {
        closeSync(handle);
      }
    } catch {
      return false;
    }
  });
}
