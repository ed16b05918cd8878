import { fstatSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Position } from '../contracts/position.ts';

const FINGERPRINT_BYTES = 256;

/** Bytes of a file, and where they were read. */
export interface ReadBytes {
  readonly offset: number;
  readonly bytes: Buffer;
}

function readAt(handle: number, from: number, to: number): Buffer {
  const buffer = Buffer.alloc(to - from);
  return buffer.subarray(0, readSync(handle, buffer, 0, buffer.length, from));
}

/** Whether bytes agree with those that were read earlier. A file that was truncated between the two may have others. */
function agree(bytes: Buffer, offset: number, read: ReadBytes): boolean {
  const from = Math.max(offset, read.offset);
  const to = Math.min(offset + bytes.length, read.offset + read.bytes.length);
  if (from >= to) return true;
  return bytes.compare(read.bytes, from - read.offset, to - read.offset, from - offset, to - offset) === 0;
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

/**
 * The fingerprint of a file's first bytes with more of them, if there are. They are from one read, so that they belong
 * together.
 *
 * @param read - what was read of the file before
 * @returns `undefined` if the file has other bytes now
 */
export function extendedStart(handle: number, start: string, read?: ReadBytes): string | undefined {
  const bytes = read?.offset === 0 ? read.bytes : readAt(handle, 0, FINGERPRINT_BYTES);
  const isSame = fingerprintOfStart(bytes.subarray(0, fingerprintBytes(start))) === start;
  return isSame && (read === undefined || agree(bytes, 0, read)) ? fingerprintOfStart(bytes) : undefined;
}

/**
 * Fingerprint of a place in bytes that were read, see {@link fingerprintAt}.
 *
 * @returns `undefined` if the file has other bytes now
 */
export function fingerprintIn(handle: number, start: string, offset: number, read: ReadBytes): string | undefined {
  const from = Math.max(0, offset - FINGERPRINT_BYTES);
  const isThere = from >= read.offset;
  const before = isThere ? read.bytes.subarray(from - read.offset, offset - read.offset) : readAt(handle, from, offset);
  return before.length === offset - from && agree(before, from, read) ? `${start} ${crc32(before)}` : undefined;
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

/** The fingerprint of a place with more of the file's first bytes, if there are. */
export function withStart(fingerprint: string, start: string = '0-0'): string {
  const own = startOf(fingerprint);
  return fingerprintBytes(start) > fingerprintBytes(own) ? start + fingerprint.slice(own.length) : fingerprint;
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
