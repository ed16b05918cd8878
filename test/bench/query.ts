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
const CLI = fileURLToPath(new URL('../../packages/cli/bin/spanline.js', import.meta.url));
const TASK = fileURLToPath(new URL('./query-task.ts', import.meta.url));

const LIBRARIES: Readonly<Record<Task, readonly string[]>> = {
  scan: ['@spanline/query'],
  duck: ['@duckdb/node-api'],
  'duck-self': ['@duckdb/node-api'],
  index: ['@spanline/query', '@duckdb/node-api'],
  ingest: ['@duckdb/node-api'],
  warm: [],
  stream: [],
};

/**
 * Loads modules and notes the CPU before and behind. They are loaded before anything that compiles TypeScript, which
 * would look at each file of them.
 */
function loading(modules: readonly string[]): string[] {
  const note = (name: string): string => `data:text/javascript,globalThis.${name} = process.cpuUsage()`;
  const urls = [note('cpuBefore'), ...modules.map((name) => import.meta.resolve(name)), note('cpuLoaded')];
  return urls.flatMap((url) => ['--import', url]);
}

/** Runs a task in a process of its own, which says what it took. */
function run(task: Task, folder: string, spans = SPANS): TaskResult {
  const args = [...loading(LIBRARIES[task]), ...process.execArgv, TASK, task, folder, String(spans), requestOf(spans)];
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

/** CPU milliseconds of a command of the shell; `undefined` if it fails. `$1` is the file. */
function shellMs(command: string, file: string): number | undefined {
  const script = `TIMEFORMAT='%U %S'; time ${command}`;
  const { status, stderr } = spawnSync('bash', ['-c', script, 'bash', file, CLI], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const [user = 0, system = 0] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return (user + system) * 1000;
}

/** jq computes the figures of each step, but for self time. */
const JQ = `jq -n -c '
  def quantiles(shares): sort | [.[length * (shares) | floor]];
  [inputs | select(."event.name" == "span.end") | [."span.name", .duration_ms, ."span.status",
    ."gen_ai.usage.input_tokens", ."gen_ai.usage.output_tokens", ."spanline.cost.usd",
    ."gen_ai.response.time_to_first_chunk"]]
  | group_by(.[0]) | map([.[0][0], length, (map(select(.[2] == "error")) | length),
    (map(.[1]) | add, quantiles(0.5, 0.95, 0.99)), (map(.[3] // 0) | add), (map(.[4] // 0) | add),
    (map(.[5] // 0) | add), (map(.[6] // empty) | quantiles(0.5, 0.95))])' "$1" > /dev/null`;
/** Lines that `spanline tail` prints, and how many it must print in a second of one core. */
const TAIL_LINES = 100_000;
const TAIL_PER_SECOND = 20_000;
const TAIL = `head -n ${TAIL_LINES} "$1" | node "$2" tail --no-color > /dev/null`;

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
    const jq = shellMs(JQ, file);
    if (jq === undefined) console.error('jq is not installed: its row is left out');
    const tail = shellMs(TAIL, file) ?? Number.NaN;
    const spans = `${SPANS / 1e6} M spans`;
    const rows = [
      ratio(`stats by step, no index, ${spans}`, 1.15, scan, duckSelf, 'DuckDB read_json, the same figures'),
      ratio('the same', Number.POSITIVE_INFINITY, scan, duck, 'DuckDB read_json, without self time'),
      ...(jq === undefined ? [] : [ratio('the same', 0.1, scan, jq, 'jq, the same figures without self time')]),
      ratio('index build', 1.2, index, ingest, 'CREATE TABLE of DuckDB, same columns'),
      ratio('stats by step, with index', 1.3, warm.statsMs ?? 0, warm.sqlMs ?? 0, 'bare SQL on the index'),
      absolute('trace by request id, with index', { limit: 30, unit: 'ms', measured: warm.traceMs ?? 0 }, 'wall time'),
    ];
    const perSecond = (tail / Math.min(SPANS, TAIL_LINES)) * TAIL_PER_SECOND;
    rows.push(absolute('tail of 20,000 lines', { limit: 1000, unit: 'ms', measured: perSecond }, 'CPU'));
    if (!IS_LONG) return Promise.resolve(rows);
    const long = run('stream', folder, LONG_SPANS);
    const memory = { limit: 400, unit: 'MB' as const, measured: long.residentMb };
    return Promise.resolve([...rows, absolute('memory, stats of 10 M lines', memory, `${long.cpuMs.toFixed(0)} ms`)]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
