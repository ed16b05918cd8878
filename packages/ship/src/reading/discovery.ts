import type { Source } from '../engine/types.ts';

/** A source that may be shipped. */
export interface Candidate {
  /** Folder of lock and checkpoints; names the source. */
  readonly folder: string;
  open(): Source;
}

/** Finds sources; asked again and again. Never throws. */
export interface Discovery {
  find(): readonly Candidate[];
}
