/** What a shipper's memory does while it drains 2 GB: `drain.ts`, which runs itself as the shipper. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { elasticsearch, startShipper } from '@spanline/ship';

const SELF = fileURLToPath(import.meta.url);
const GIGABYTES = 2;
const SEGMENT_BYTES = 8 * 1024 * 1024;
const CONTENT = 'x'.repeat(600);

/** Writes segments as `spool()` does. */
function fill(folder: string): number {
  const writer = join(folder, 'writer-1-bench');
  mkdirSync(writer, { recursive: true, mode: 0o700 });
  let lines = 0;
  for (let segment = 1; segment <= (GIGABYTES * 1024 ** 3) / SEGMENT_BYTES; segment++) {
    const parts: string[] = [];
    for (let bytes = 0; bytes < SEGMENT_BYTES; lines++) {
      const line = `${JSON.stringify({ '@timestamp': '2026-11-23T09:12:35.958Z', level: 'info', message: 'a line', 'event.name': 'span.end', 'event.id': `bench-${lines}`, 'span.name': 'chat', 'span.type': 'llm', 'gen_ai.input.messages': CONTENT })}\n`;
      bytes += line.length;
      parts.push(line);
    }
    const file = openSync(join(writer, `${String(segment).padStart(12, '0')}.ndjson`), 'w', 0o600);
    writeSync(file, parts.join(''));
    closeSync(file);
  }
  return lines;
}

/** The shipper: drains, and says the most memory that it had. */
async function drain(folder: string, url: string): Promise<void> {
  let most = 0;
  const timer = setInterval(() => void (most = Math.max(most, process.memoryUsage.rss())), 50);
  const began = performance.now();
  const shipper = startShipper({ dir: folder, to: [elasticsearch({ url })] });
  const start = process.memoryUsage.rss();
  await shipper.drain();
  clearInterval(timer);
  process.send?.({ start, most, seconds: (performance.now() - began) / 1000 });
  await shipper.stop(1000);
}

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-drain-'));
  const sink = fork(fileURLToPath(new URL('../ship-sink.ts', import.meta.url)), { execArgv: ['--import', 'tsx'] });
  try {
    const [port] = (await once(sink, 'message')) as [number];
    const lines = fill(folder);
    const child = fork(SELF, [folder, `http://127.0.0.1:${port}`], { execArgv: ['--import', 'tsx'] });
    const [{ start, most, seconds }] = (await once(child, 'message')) as [
      { start: number; most: number; seconds: number },
    ];
    const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
    console.log(`${lines} lines, ${GIGABYTES} GB, in ${seconds.toFixed(0)} s: ${Math.round(lines / seconds)} lines/s`);
    console.log(`memory of the shipper (RSS): ${megabytes(start)} at first, ${megabytes(most)} at most`);
  } finally {
    sink.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

const [folder, url] = process.argv.slice(2);
await (folder === undefined || url === undefined ? measure() : drain(folder, url));
