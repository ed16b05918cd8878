/** The blocks of a list: its table, or a sentence if it is empty, and a note if it was cut. */

import type { Block, FilledColumn } from '../report/index.ts';
import { cutNote } from './limit.ts';

/** Texts of a list, and its columns. */
interface List {
  /** Plural of what passes: `traces`. */
  readonly what: string;
  /** Plural of a row, where it is something else. @defaultValue `what` */
  readonly rows?: string;
  readonly shown: number;
  readonly total: number;
  readonly columns: readonly FilledColumn[];
}

/** Makes the blocks. */
export function listBlocks({ what, rows = what, shown, total, columns }: List): Block[] {
  if (total === 0) return [{ kind: 'text', text: `No ${what} pass.` }];
  const note = cutNote(shown, total, rows);
  return [
    { kind: 'table', columns },
    ...(note === '' ? [] : [{ kind: 'text' as const, text: note, tone: 'dim' as const }]),
  ];
}
