/** One line at a terminal that says how far reading is. */

import type { Progress } from '@spanline/query';
import type { CommandIo } from '../command.ts';

/** Shows progress. */
export interface ScanProgress {
  show(progress: Progress): void;
  clear(): void;
  /** Standard error of everything else: the line goes before a text is written. */
  readonly stderr: CommandIo['stderr'];
}

const EVERY_MS = 200;
const CLEAR = '\r\u001b[K';
const GB = 1e9;
const MB = 1e6;

const size = (bytes: number): string =>
  bytes >= GB ? `${(bytes / GB).toFixed(1)} GB` : `${Math.round(bytes / MB)} MB`;

function describe({ bytes, totalBytes, lines, badLines }: Progress): string {
  const place =
    totalBytes > 0
      ? `${Math.min(100, Math.floor((bytes / totalBytes) * 100))} %  ${size(bytes)} of ${size(totalBytes)}`
      : 'reading';
  return `${place}  ${lines} lines${badLines > 0 ? `, ${badLines} no records` : ''}`;
}

/** Creates the line. It appears when reading takes longer than a moment. */
export function createScanProgress({ stderr }: CommandIo): ScanProgress {
  let shownAt = performance.now();
  let isShown = false;
  function clear(): void {
    if (isShown) stderr.write(CLEAR);
    isShown = false;
  }
  return {
    show(progress) {
      const now = performance.now();
      if (stderr.isTTY !== true || now - shownAt < EVERY_MS) return;
      shownAt = now;
      isShown = true;
      stderr.write(`${CLEAR}${describe(progress)}`);
    },
    clear,
    stderr: {
      isTTY: stderr.isTTY === true,
      write(text) {
        clear();
        return stderr.write(text);
      },
    },
  };
}
