import type { SinkStats } from '@spanline/ship';
import type { Rates } from '@spanline/ship/internal';

type Stats = Readonly<Record<string, SinkStats>>;

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** A number of bytes with its unit. */
export function formatBytes(value: number): string {
  const power = value < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(value) / 3));
  return `${(value / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`;
}

const count = (value: number): string => value.toLocaleString('en-US');

/** Describes each sink in a line: `elasticsearch  12,340 lines  1,204/s  3.4 MB behind  2 retries  ok`. */
export function describeStats(stats: Stats, linesPerSecond: Rates): string[] {
  const width = Math.max(0, ...Object.keys(stats).map((name) => name.length));
  return Object.entries(stats).map(([name, { stored, rejected, shortened, lagBytes, retries, state }]) => {
    const rate = linesPerSecond[name];
    const parts = [
      `${count(stored)} lines`,
      ...(rate === undefined ? [] : [`${count(Math.round(rate))}/s`]),
      `${formatBytes(lagBytes)} behind`,
      `${count(retries)} retries`,
      ...(rejected > 0 ? [`${count(rejected)} refused`] : []),
      ...(shortened > 0 ? [`${count(shortened)} shortened`] : []),
      state,
    ];
    return `${name.padEnd(width)}  ${parts.join('  ')}`;
  });
}

/** Progress that is updated in place. */
export interface Progress {
  show(stats: Stats, linesPerSecond: Rates): void;
  /** Removes the progress, so that a line of text can be written. */
  clear(): void;
}

/** Shows progress on a terminal, and nothing elsewhere. */
export function createProgress(output: { readonly isTTY?: boolean; write(text: string): unknown }): Progress {
  let shownLines = 0;
  const clear = (): void => {
    if (shownLines > 0) output.write(`\u001B[${shownLines}A\u001B[0J`);
    shownLines = 0;
  };
  return {
    clear,
    show(stats, linesPerSecond) {
      if (output.isTTY !== true) return;
      clear();
      const lines = describeStats(stats, linesPerSecond);
      output.write(lines.map((line) => `${line}\n`).join(''));
      shownLines = lines.length;
    },
  };
}
