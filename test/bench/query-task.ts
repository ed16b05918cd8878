import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { median } from './harness.ts';
import { spanLines } from './query-lines.ts';

/** One thing to measure, in a process of its own. Loading the libraries is part of it. */
export type Task = 'scan' | 'duck' | 'duck-self' | 'index' | 'ingest' | 'warm' | 'stream';

/** CPU of a task, and for `warm` the milliseconds of single questions. */
export interface TaskResult {
  readonly cpuMs: number;
  readonly residentMb: number;
  readonly statsMs?: number;
  readonly sqlMs?: number;
  readonly traceMs?: number;
}

const [task = 'scan', folder = '', spans = '0', request = ''] = process.argv.slice(2);
const file = join(folder, 'app.ndjson');
const cacheDir = join(folder, 'cache');
const TURNS = 15;

const COLUMNS = {
  '@timestamp': 'VARCHAR',
  level: 'VARCHAR',
  'event.name': 'VARCHAR',
  'event.outcome': 'VARCHAR',
  'spanline.schema': 'VARCHAR',
  'service.name': 'VARCHAR',
  'host.name': 'VARCHAR',
  'process.pid': 'DOUBLE',
  'span.status': 'VARCHAR',
  'event.id': 'VARCHAR',
  trace_id: 'VARCHAR',
  span_id: 'VARCHAR',
  parent_span_id: 'VARCHAR',
  'span.name': 'VARCHAR',
  'span.type': 'VARCHAR',
  'event.start': 'TIMESTAMP',
  'event.duration': 'DOUBLE',
  duration_ms: 'DOUBLE',
  'http.request.id': 'VARCHAR',
  'session.id': 'VARCHAR',
  'gen_ai.request.model': 'VARCHAR',
  'gen_ai.usage.input_tokens': 'DOUBLE',
  'gen_ai.usage.output_tokens': 'DOUBLE',
  'gen_ai.response.finish_reasons': 'VARCHAR[]',
  'gen_ai.response.time_to_first_chunk': 'DOUBLE',
  'spanline.cost.usd': 'DOUBLE',
};
const STATS = [
  'span.name',
  'span.status',
  'duration_ms',
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.output_tokens',
  'gen_ai.response.time_to_first_chunk',
  'spanline.cost.usd',
] as const;
const SELF = ['trace_id', 'span_id', 'parent_span_id', 'event.start'] as const;

const FIGURES = `count(*), count(*) FILTER ("span.status" = 'error'), quantile_cont(duration_ms, [0.5, 0.95, 0.99]),
  sum(duration_ms), sum("gen_ai.usage.input_tokens"), sum("gen_ai.usage.output_tokens"), sum("spanline.cost.usd"),
  quantile_cont("gen_ai.response.time_to_first_chunk", [0.5, 0.95])`;

/** The file as a table with explicit columns. */
function readJson(columns: readonly (keyof typeof COLUMNS)[]): string {
  const types = columns.map((name) => `"${name}": '${COLUMNS[name]}'`).join(', ');
  return `read_json('${file}', format = 'newline_delimited', columns = {${types}})`;
}

/** Self time as windows over the children of a span. */
const WITH_SELF = `
  WITH spans AS MATERIALIZED (SELECT *, epoch_us("event.start") / 1000 AS start FROM ${readJson([...STATS, ...SELF])}),
  children AS (
    SELECT trace_id, parent_span_id, start, start + duration_ms AS stop, max(start + duration_ms) OVER (
      PARTITION BY trace_id, parent_span_id ORDER BY start ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
    FROM spans WHERE parent_span_id IS NOT NULL),
  covered AS (
    SELECT own.trace_id, own.span_id, sum(greatest(0, least(children.stop, own.start + own.duration_ms)
      - greatest(children.start, own.start, coalesce(children.reached, own.start)))) AS ms
    FROM spans own JOIN children ON children.trace_id = own.trace_id AND children.parent_span_id = own.span_id
    GROUP BY 1, 2)
  SELECT "span.name", ${FIGURES}, sum(greatest(0, duration_ms - coalesce(covered.ms, 0)))
  FROM spans LEFT JOIN covered USING (trace_id, span_id) GROUP BY 1`;

async function sql(text: string, path = ':memory:'): Promise<void> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.runAndReadAll(text);
  connection.closeSync();
  instance.closeSync();
}

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

async function medianOf(now: () => number, work: () => Promise<unknown>): Promise<number> {
  const samples: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const began = now();
    await work();
    samples.push(now() - began);
  }
  return median(samples);
}

/** Questions to an index that is open already. */
async function warm(): Promise<Partial<TaskResult>> {
  const { open } = await import('@spanline/query');
  const { readdirSync } = await import('node:fs');
  const log = open(file, { index: true, cacheDir });
  await log.stats();
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const name = readdirSync(cacheDir).find((entry) => entry.endsWith('.duckdb')) ?? '';
  const instance = await DuckDBInstance.create(join(cacheDir, name), { access_mode: 'READ_ONLY', threads: '4' });
  const connection = await instance.connect();
  const bare = `SELECT "span.name", ${FIGURES} FROM lines GROUP BY 1`;
  return {
    sqlMs: await medianOf(cpuMs, () => connection.runAndReadAll(bare)),
    statsMs: await medianOf(cpuMs, () => log.stats()),
    traceMs: await medianOf(
      () => performance.now(),
      () => log.trace(request),
    ),
  };
}

const TASKS: Readonly<Record<string, () => Promise<Partial<TaskResult> | void>>> = {
  async scan() {
    const { open } = await import('@spanline/query');
    await open(file, { index: false }).stats();
  },
  duck: () => sql(`SELECT "span.name", ${FIGURES} FROM ${readJson(STATS)} GROUP BY 1`),
  'duck-self': () => sql(WITH_SELF),
  async index() {
    rmSync(cacheDir, { recursive: true, force: true });
    const { open } = await import('@spanline/query');
    await open(file, { cacheDir }).buildIndex();
  },
  async ingest() {
    const path = join(folder, 'ingest.duckdb');
    rmSync(path, { force: true });
    const columns = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];
    await sql(`CREATE TABLE lines AS SELECT * FROM ${readJson(columns)}; CHECKPOINT`, path);
  },
  warm,
  async stream() {
    const { open } = await import('@spanline/query');
    await open(Readable.from(spanLines(Number(spans)))).stats();
  },
};

/** CPU of loading the libraries. */
function loadingMs(): number {
  const { cpuBefore, cpuLoaded } = globalThis as Partial<Record<'cpuBefore' | 'cpuLoaded', NodeJS.CpuUsage>>;
  if (cpuBefore === undefined || cpuLoaded === undefined) return 0;
  return (cpuLoaded.user + cpuLoaded.system - cpuBefore.user - cpuBefore.system) / 1000;
}

const before = cpuMs() - loadingMs();
const own = await TASKS[task]?.();
const result: TaskResult = { cpuMs: cpuMs() - before, residentMb: process.resourceUsage().maxRSS / 1000, ...own };
console.log(JSON.stringify(result));
