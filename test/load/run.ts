/** `pnpm load [--requests 50000] [--index]`: the figures of docs/sizing.md. Sends to the loopback only. `--index` also fills a real OpenSearch. */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type Day, runDay } from './day.ts';
import { indexSizes } from './index-size.ts';
import { type Size, sizes } from './sizes.ts';

const PER_DAY = 50_000;
const AT_ONCE = 32;
const SAMPLE = 300;
const BASELINE = 5000;
const MEGABYTE = 1_000_000;

const { values } = parseArgs({
  options: { requests: { type: 'string', default: String(PER_DAY) }, index: { type: 'boolean', default: false } },
});
const requests = Number(values.requests);
if (!Number.isSafeInteger(requests) || requests < 1) throw new Error('--requests takes a whole number from 1');

const count = (value: number): string => Math.round(value).toLocaleString('en-US');
const gigabytes = (bytes: number): string => `${((bytes * PER_DAY) / 1e9).toFixed(2)} GB`;

function row({ capture, to, lines, bytes, gzipBytes }: Size): string {
  const cells = [to, `\`${capture}\``, count(lines * PER_DAY), count(bytes), gigabytes(bytes), gigabytes(gzipBytes)];
  return `| ${cells.join(' | ')} |`;
}

function report(day: Day): string {
  return [
    `${count(day.requests)} requests, ${AT_ONCE} at once, in ${count(day.seconds)} s: ${count(day.requests / day.seconds)} a second; ${day.failed} failed`,
    `latency ${count(day.p50Ms)} ms median, ${count(day.p99Ms)} ms 99th percentile`,
    `CPU ${day.cpuMsPerRequest.toFixed(2)} ms a request; memory at most ${count(day.maxRssBytes / MEGABYTE)} MB`,
    `lines written ${count(day.lines)}, stored ${count(day.stored)}, of them spans ${count(day.spans)}; lost ${day.dropped}; ${count(day.bytes / MEGABYTE)} MB`,
  ].join('\n');
}

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}\n`);
console.log('| to | capture | lines a day | bytes a request | a day | a day, gzip |\n|---|---|---|---|---|---|');
console.log((await sizes(SAMPLE)).map(row).join('\n'));
console.log(
  `\nWithout tracing: ${report(await runDay({ requests: Math.min(requests, BASELINE), atOnce: AT_ONCE, isTraced: false }))}`,
);
console.log(`\nWith tracing: ${report(await runDay({ requests, atOnce: AT_ONCE }))}`);
for (const { capture, profile, perByte } of values.index ? await indexSizes(SAMPLE) : []) {
  console.log(`In OpenSearch, ${capture}, ${profile}: ${perByte.toFixed(2)} bytes for a byte of lines`);
}
