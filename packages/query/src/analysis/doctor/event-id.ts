/** The id of a line: which process wrote it, and as which of its lines. */

import type { SeenRecord } from './line-check.ts';

/** The parts of `event.id`. */
export interface EventId {
  /** The process. */
  readonly boot: string;
  readonly sequence: number;
}

/** The parts of `event.id`, `<boot id>-<sequence>`; `undefined` if the line has none. */
export function eventOf({ record }: SeenRecord): EventId | undefined {
  const [, boot, digits] = /^(.+)-(\d{1,15})$/.exec(record['event.id'] ?? '') ?? [];
  return boot === undefined ? undefined : { boot, sequence: Number(digits) };
}
