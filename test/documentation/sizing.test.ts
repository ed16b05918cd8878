import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runDay, spansOf } from '../load/day.ts';
import { type Size, sizes } from '../load/sizes.ts';

const PER_DAY = 50_000;
const SAMPLE = 30;
const PAGE = readFileSync(new URL('../../docs/sizing.md', import.meta.url), 'utf8');

/** Rows of the table: to, capture, lines a day, bytes a request, GB a day, GB packed. */
const documented = PAGE.split('\n')
  .filter((line) => /^\| (?:standard output|file) \|/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim().replaceAll(/[`,]| GB/g, '')));

function documentedFor({ to, capture }: Size): number[] {
  const row = documented.find(([, ...cells]) => cells[0] === to && cells[1] === capture);
  return row?.slice(3, 7).map(Number) ?? [];
}

it('writes the lines and bytes that the documentation says, by capture mode and destination', async () => {
  const found = await sizes(SAMPLE);
  expect(found).toHaveLength(documented.length);
  for (const size of found) {
    const [lines = 0, bytes = 0, gigabytes = 0] = documentedFor(size);
    expect({ ...size, lines: size.lines * PER_DAY }).toMatchObject({ lines });
    expect(Math.abs(size.bytes / bytes - 1), `${size.to}, ${size.capture}: ${size.bytes} bytes`).toBeLessThan(0.05);
    expect(gigabytes).toBeCloseTo((bytes * PER_DAY) / 1e9, 2);
  }
});

it('loses no line of a service under load', async () => {
  const requests = 100;
  const day = await runDay({ requests, atOnce: 16 });
  expect(day).toMatchObject({ requests, failed: 0, dropped: 0, isDrained: true, spans: spansOf(requests) });
  expect(day.stored).toBe(day.lines);
  expect(day.bytes).toBeGreaterThan(requests * 30_000);
});
