import type { Detector } from '../api/index.ts';

/** Where a detector found something. */
export type Ranges = ReturnType<Detector>;

/** Replaces ranges of a text. Of overlapping ranges the first counts; a range outside of the text is ignored. */
export function replaceRanges(text: string, found: Ranges, replace: (name: string, value: string) => string): string {
  const ranges = [...found]
    .filter(({ start, end }) => Number.isInteger(start) && Number.isInteger(end) && start >= 0 && end > start)
    .toSorted((a, b) => a.start - b.start);
  let result = '';
  let last = 0;
  for (const { start, end, name } of ranges) {
    if (start < last || end > text.length) continue;
    result += text.slice(last, start) + replace(name, text.slice(start, end));
    last = end;
  }
  return result + text.slice(last);
}
