import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { createSiblings } from './siblings.ts';

const FINGERPRINT_BYTES = 256;

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

/**
 * Opens the copy that `copytruncate` made of a file before it truncated it: a sibling with the same start that is long
 * enough. The caller closes it.
 */
export function openCopy(
  path: string,
  fingerprint: string,
  offset: number,
): { readonly handle: number; readonly path: string } | undefined {
  for (const sibling of createSiblings()(path)) {
    let handle: number | undefined;
    try {
      handle = openSync(sibling, 'r');
      if (fstatSync(handle).size >= offset && hasFingerprint(handle, fingerprint)) return { handle, path: sibling };
    } catch {
      // It was removed or may not be read.
    }
    if (handle !== undefined) closeSync(handle);
  }
  return undefined;
}
