/** Receipts: that lines were removed, without saying whose. */

import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

/** A receipt. It holds no personal data: the arguments are hashed, and files are counted. */
export interface Receipt {
  readonly time: string;
  readonly command: string;
  readonly by: string;
  /** SHA-256 of the arguments. */
  readonly arguments: string;
  /** `begun` is written before the first change, with the counts of the plan. */
  readonly status: 'begun' | 'done' | 'incomplete';
  readonly files: number;
  readonly lines: number;
  readonly bytes: number;
  readonly documents: number;
  /** Files that stayed as they are. */
  readonly refused: number;
}

/** The hash of arguments. */
export function hashOf(args: unknown): string {
  return `sha256:${createHash('sha256').update(JSON.stringify(args)).digest('hex')}`;
}

/** Appends a receipt to a file, and returns when it is on the disk. @throws the system's error */
export function appendReceipt(path: string, receipt: Receipt): void {
  const file = openSync(path, 'a', 0o600);
  try {
    writeSync(file, `${JSON.stringify(receipt)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
