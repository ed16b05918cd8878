/**
 * Copies of files that are known. A file is a copy if it has the first bytes of the known one, and the bytes before the
 * place up to which a sink has read that.
 */

import { closeSync, fstatSync, openSync } from 'node:fs';
import type { Position } from '../contracts/position.ts';
import { lastChange } from '../state/remove-oldest.ts';
import { fingerprintAt, fingerprintBytes, fingerprintOf, hasPosition, isPartial } from './fingerprint.ts';
import { isGzip, startOfGzip } from './gzip.ts';
import type { KnownPosition } from './known-files.ts';
import { contentKey, type ReadFiles } from './read-files.ts';
import { createSiblings } from './siblings.ts';

/** Fewer bytes could be the start of any file. */
const MIN_BYTES = 64;

/** Whether enough was read of a file to recognise a copy. */
export const isTelling = ({ offset, fingerprint = '0' }: Position): boolean =>
  offset >= MIN_BYTES || fingerprintBytes(fingerprint) >= MIN_BYTES;

/** The original of a file that is a copy. */
export interface Twin {
  /** Folder of the known file; `undefined` if that was read to its end, and is forgotten. */
  readonly folder?: string;
  /** Whether all of the copy was read in the known file. */
  readonly isRead: boolean;
}

/** Finds what a file is a copy of. @throws the system's error */
export function findTwin(path: string, known: readonly KnownPosition[], readFiles: ReadFiles): Twin | undefined {
  const handle = openSync(path, 'r');
  try {
    const { size } = fstatSync(handle);
    if (readFiles.has(contentKey(handle, size))) return { isRead: true };
    const [furthest] = known
      .filter(({ position }) => isTelling(position) && hasPosition(handle, position))
      .toSorted((a, b) => b.position.offset - a.position.offset);
    if (furthest === undefined) return undefined;
    const { folder } = furthest;
    const ofSinks = known.filter((one) => one.folder === folder);
    return { folder, isRead: ofSinks.every(({ position }) => position.offset >= size) };
  } finally {
    closeSync(handle);
  }
}

/** Whether a file is a copy of another one that is there, and has grown since. */
export function isBeginningOf(path: string, whole: string): boolean {
  const handles: number[] = [];
  try {
    handles.push(openSync(path, 'r'), openSync(whole, 'r'));
    const [copy = 0, other = 0] = handles;
    const { size } = fstatSync(copy);
    return (
      size >= MIN_BYTES &&
      hasPosition(other, { offset: size, fingerprint: fingerprintAt(copy, fingerprintOf(copy), size) })
    );
  } catch {
    // It was removed or may not be read.
    return false;
  } finally {
    handles.forEach(closeSync);
  }
}

/** Opens the newest copy that `copytruncate` made of a file before it truncated it: a sibling that has the place. */
export function openCopy(
  path: string,
  place: Omit<Position, 'file'>,
): { readonly handle: number; readonly path: string } | undefined {
  for (const sibling of createSiblings()(path).toSorted((a, b) => lastChange(b) - lastChange(a))) {
    let handle: number | undefined;
    try {
      handle = openSync(sibling, 'r');
      if (hasPosition(handle, place)) return { handle, path: sibling };
    } catch {
      // It was removed or may not be read.
    }
    if (handle !== undefined) closeSync(handle);
  }
  return undefined;
}

/** Whether one of these compressed files may be a copy of a file with these first bytes. */
export function mayBePacked(packed: readonly string[], start: string): boolean {
  // Too little was seen of a file to compare its beginning.
  return packed.length > 0 && (isPartial(start) || packed.some((path) => startOfGzip(path) === start));
}

/** Whether a compressed file beside a path may be a copy of a file with these first bytes. */
export function hasPackedCopy(path: string, start: string): boolean {
  return mayBePacked(createSiblings()(path).filter(isGzip), start);
}
