/** One page of a long list, at the place `at` of the address, with buttons to the pages beside it. */

import { isFile } from '../ask.ts';
import { formatCount } from '../format.ts';
import { change, route } from '../route.ts';

/** Entries of one page. */
export const PAGE = 50;

/** Place of the first entry, from 0. The page of one trace in one file has all entries. */
export function pageOffset(): number {
  return isFile() ? 0 : Math.max(0, Math.trunc(Number(route.value.parameters['at'] ?? 0)) || 0);
}

function move(offset: number): void {
  change({ at: offset <= 0 ? '' : String(offset) });
}

interface PageTurnerProps {
  /** What the entries are: “Steps”. */
  readonly unit: string;
  readonly offset: number;
  /** Entries on this page. */
  readonly count: number;
  readonly total: number;
  /** Follows the range. */
  readonly note?: string;
  /** False leaves the buttons out. */
  readonly canMove?: boolean;
}

export function PageTurner({ unit, offset, count, total, note = '', canMove = true }: PageTurnerProps) {
  const end = offset + count;
  return (
    <>
      <p class="summary" role="status">
        {count === total
          ? `${formatCount(total)} ${unit.toLowerCase()}`
          : `${unit} ${offset + 1} to ${end} of ${formatCount(total)}`}
        {note}
      </p>
      {count < total && canMove && (
        <>
          <button type="button" disabled={offset === 0} onClick={() => move(offset - PAGE)}>
            Earlier
          </button>
          <button type="button" disabled={end >= total} onClick={() => move(offset + PAGE)}>
            Later
          </button>
        </>
      )}
    </>
  );
}
