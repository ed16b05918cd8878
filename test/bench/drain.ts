import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spool } from '@spanline/ship';
import { absolute, type Row } from './rows.ts';
import { otelLine } from './ship-lines.ts';

const BYTES = 2 * 1024 ** 3;
const MOST_MB = 150;
const SAMPLE_MS = 100;
const MAIN = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));

/** What a process that is gone has left: 2 GB of lines. */
async function fill(dir: string): Promise<number> {
  const spooled = spool({ dir, maxBytes: 2 * BYTES });
  let lines = 0;
  for (let bytes = 0; bytes < BYTES; lines++) {
    const line = `${otelLine(lines)}\n`;
    bytes += Buffer.byteLength(line);
    spooled.write(line);
  }
  await spooled.close(0);
  return lines;
}

/** Resident memory of a process in MB; `undefined` when it is gone. */
function residentMb(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1000;
  } catch {
    return undefined;
  }
}

/** Memory of `spanline ship --once`, looked at ten times a second. */
async function drain(dir: string, url: string): Promise<readonly number[]> {
  const args = [MAIN, 'ship', '--dir', dir, '--to', `elasticsearch=${url}`, '--once'];
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  const samples: number[] = [];
  const timer = setInterval(() => samples.push(residentMb(child.pid ?? 0) ?? Number.NaN), SAMPLE_MS);
  const [code] = (await once(child, 'close')) as [number];
  clearInterval(timer);
  if (code !== 0) throw new Error(`spanline ship ended with ${code}`);
  return samples.filter((sample) => !Number.isNaN(sample));
}

/** What a shipper's memory does while it drains a spool of 2 GB; nothing where the system does not tell. */
export async function drainRows(): Promise<Row[]> {
  if (!existsSync('/proc/self/status')) return [];
  const folder = mkdtempSync(join(tmpdir(), 'spanline-drain-'));
  const target = fork(fileURLToPath(new URL('./ship-sink.ts', import.meta.url)));
  try {
    const [port] = (await once(target, 'message')) as [number];
    const lines = await fill(folder);
    const began = performance.now();
    const samples = await drain(folder, `http://127.0.0.1:${port}`);
    const seconds = (performance.now() - began) / 1000;
    const middle = Math.floor(samples.length / 2);
    const first = Math.max(...samples.slice(0, middle));
    const second = Math.max(...samples.slice(middle));
    const speed = `${lines} lines in ${seconds.toFixed(0)} s = ${Math.round(lines / seconds)} lines/s`;
    const halves = `${first.toFixed(0)} MB in the first half, ${second.toFixed(0)} MB in the second; ${speed}`;
    const measured = Math.max(first, second);
    return [absolute('memory of a shipper that drains 2 GB', { limit: MOST_MB, unit: 'MB', measured }, halves)];
  } finally {
    target.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}
