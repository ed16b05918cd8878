import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './harness.ts';
import { requestOf, writeSpans } from './query-lines.ts';
import type { Task, TaskResult } from './query-task.ts';
import { absolute, type Row } from './rows.ts';

/** Spans of the file: about as many kilobytes. `SPANLINE_BENCH_SPANS=50000` is a quick run. */
const SPANS = Number(process.env['SPANLINE_BENCH_SPANS'] ?? 1_000_000);
/** `SPANLINE_BENCH_LONG=1` measures the memory over ten million lines, too. */
const IS_LONG = process.env['SPANLINE_BENCH_LONG'] === '1';
const LONG_SPANS = 10_000_000;
const ROUNDS = 3;
const TASK = fileURLToPath(new URL('./query-task.ts', import.meta.url));

/** Runs a task in a process of its own, which says what it took. */
function run(task: Task, folder: string, spans = SPANS): TaskResult {
  const args = [...process.execArgv, TASK, task, folder, String(spans), requestOf(spans)];
  const { stdout, status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${task} failed: ${stderr}`);
  return JSON.parse(stdout) as TaskResult;
}

/** CPU milliseconds of tasks: medians of rounds in which each has its turn. */
function measure<Name extends Task>(tasks: readonly Name[], folder: string): Record<Name, number> {
  const samples = new Map<Name, number[]>(tasks.map((task) => [task, []]));
  for (let round = 0; round < ROUNDS; round++)
    for (const task of tasks) samples.get(task)?.push(run(task, folder).cpuMs);
  return Object.fromEntries(tasks.map((task) => [task, median(samples.get(task) ?? [])])) as Record<Name, number>;
}

/** CPU milliseconds of jq that reads the name and the duration of each span; `undefined` without jq. */
function jqMs(file: string): number | undefined {
  const script = `TIMEFORMAT='%U %S'; time jq -r '[."span.name", .duration_ms] | @tsv' "$1" > /dev/null`;
  const { status, stderr } = spawnSync('bash', ['-c', script, 'bash', file], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const [user = 0, system = 0] = stderr.trim().split(' ').map(Number);
  return (user + system) * 1000;
}

const ratio = (what: string, limit: number, ms: number, otherMs: number, other: string): Row => ({
  what,
  limit,
  budget: limit === Number.POSITIVE_INFINITY ? '' : `≤ ${limit}×`,
  unit: '×',
  measured: ms / otherMs,
  detail: `${ms.toFixed(0)} ms / ${otherMs.toFixed(0)} ms (${other})`,
});

/** Questions to a log: against DuckDB on the same file, against jq, and out of the index. */
export function queryRows(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'spanline-query-bench-'));
  const file = join(folder, 'app.ndjson');
  try {
    writeSpans(file, SPANS);
    const { scan, duck, 'duck-self': duckSelf } = measure(['scan', 'duck', 'duck-self'], folder);
    const { index, ingest } = measure(['index', 'ingest'], folder);
    const warm = run('warm', folder);
    const jq = jqMs(file);
    const spans = `${SPANS / 1e6} M spans`;
    const rows = [
      ratio(`stats by step, no index, ${spans}`, 1.15, scan, duck, 'DuckDB read_json, without self time'),
      ratio('the same, self time on both sides', Number.POSITIVE_INFINITY, scan, duckSelf, 'DuckDB read_json'),
      ...(jq === undefined ? [] : [ratio('the same', 0.1, scan, jq, 'jq, name and duration')]),
      ratio('index build', 1.2, index, ingest, 'CREATE TABLE of DuckDB, same columns'),
      ratio('stats by step, with index', 1.3, warm.statsMs ?? 0, warm.sqlMs ?? 0, 'bare SQL on the index'),
      absolute('trace by request id, with index', { limit: 30, unit: 'ms', measured: warm.traceMs ?? 0 }, 'wall time'),
    ];
    if (!IS_LONG) return Promise.resolve(rows);
    const long = run('stream', folder, LONG_SPANS);
    const memory = { limit: 400, unit: 'MB' as const, measured: long.residentMb };
    return Promise.resolve([...rows, absolute('memory, stats of 10 M lines', memory, `${long.cpuMs.toFixed(0)} ms`)]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
