import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Position } from '../contracts/position.ts';
import { createSiblings } from './siblings.ts';

const FINGERPRINT_BYTES = 256;

function readAt(handle: number, from: number, to: number): Buffer {
  const buffer = Buffer.alloc(to - from);
  return buffer.subarray(0, readSync(handle, buffer, 0, buffer.length, from));
}

/** The bytes before a place, as ` <crc32>`; none at the start of the file, or if the file is shorter. */
function textBefore(handle: number, offset: number): string {
  const from = Math.max(0, offset - FINGERPRINT_BYTES);
  const before = readAt(handle, from, offset);
  return before.length === 0 || before.length < offset - from ? '' : ` ${crc32(before)}`;
}

/** Fingerprint of a file's first bytes, as `<bytes>-<crc32>`. */
export function fingerprintOf(handle: number): string {
  return fingerprintOfStart(readAt(handle, 0, Math.min(FINGERPRINT_BYTES, fstatSync(handle).size)));
}

/** Fingerprint of bytes that a file starts with. */
export function fingerprintOfStart(bytes: Buffer): string {
  const start = bytes.subarray(0, FINGERPRINT_BYTES);
  return `${start.length}-${crc32(start)}`;
}

/**
 * Fingerprint of a place: that of the file's first bytes, and that of the bytes before the place. Files that a program
 * begins with the same lines differ in the second.
 */
export function fingerprintAt(handle: number, start: string, offset: number): string {
  return `${start}${textBefore(handle, offset)}`;
}

/** Fingerprint of the first bytes, without that of the place. */
export function startOf(fingerprint: string): string {
  return fingerprint.split(' ', 1)[0] ?? '';
}

/** Number of first bytes that a fingerprint covers. */
export function fingerprintBytes(fingerprint: string): number {
  return Number.parseInt(fingerprint, 10);
}

/** Whether the file still starts with the bytes of a fingerprint. */
function hasStart(handle: number, start: string): boolean {
  const bytes = readAt(handle, 0, fingerprintBytes(start));
  return bytes.length === fingerprintBytes(start) && `${bytes.length}-${crc32(bytes)}` === start;
}

/** Whether the file has a place: the same first bytes, and the same bytes before the place. */
export function hasPosition(handle: number, { offset, fingerprint = '0-0' }: Omit<Position, 'file'>): boolean {
  const start = startOf(fingerprint);
  if (!hasStart(handle, start) || fstatSync(handle).size < offset) return false;
  return fingerprint === start || fingerprintAt(handle, start, offset) === fingerprint;
}

/** Whether the file was shorter than a full fingerprint. */
export function isPartial(fingerprint: string): boolean {
  return fingerprintBytes(fingerprint) < FINGERPRINT_BYTES;
}

/** Opens a copy that `copytruncate` made of a file before it truncated it: a sibling that has the place. */
export function openCopy(
  path: string,
  position: Omit<Position, 'file'>,
): { readonly handle: number; readonly path: string } | undefined {
  for (const sibling of createSiblings()(path)) {
    let handle: number | undefined;
    try {
      handle = openSync(sibling, 'r');
      if (hasPosition(handle, position)) return { handle, path: sibling };
    } catch {
      // It was removed or may not be read.
    }
    if (handle !== undefined) closeSync(handle);
  }
  return undefined;
}
