import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { aiSdkRows } from './ai-sdk.ts';
import { captureRows } from './capture.ts';
import { clientRows } from './clients.ts';
import { coreRows } from './core.ts';
import { drainRows } from './drain.ts';
import { evalsRows } from './evals.ts';
import { expressRows } from './express.ts';
import { guardRows } from './guard.ts';
import { langChainRows } from './langchain.ts';
import { lineRows } from './lines.ts';
import { llamaIndexRows } from './llamaindex.ts';
import { monitorRows } from './monitor.ts';
import { otelRows } from './otel.ts';
import { queryRows } from './query.ts';
import { type Row, printRows } from './rows.ts';
import { shipRows } from './ship.ts';
import { viewerRows } from './viewer.ts';

const SUITES: Readonly<Record<string, () => Promise<Row[]>>> = {
  core: coreRows,
  capture: captureRows,
  lines: lineRows,
  express: expressRows,
  clients: clientRows,
  'ai-sdk': aiSdkRows,
  otel: otelRows,
  guard: guardRows,
  langchain: langChainRows,
  llamaindex: llamaIndexRows,
  ship: shipRows,
  drain: drainRows,
  monitor: monitorRows,
  evals: evalsRows,
  query: queryRows,
  viewer: viewerRows,
};
const FILE = fileURLToPath(new URL('../../bench-results.json', import.meta.url));

interface Results {
  readonly node: string;
  readonly measuredAt: string;
  readonly rows: readonly Row[];
}

/** Names the suite that a process is for. */
const APART = 'SPANLINE_BENCH_SUITE';

function write(rows: readonly Row[]): void {
  const results: Results = { node: process.version, measuredAt: new Date().toISOString(), rows };
  writeFileSync(FILE, `${JSON.stringify(results, null, 2)}\n`);
}

/** Runs one suite in a process of its own: what V8 has seen of one suite's objects slows down the next. */
function measureApart(name: string): readonly Row[] {
  const { status } = spawnSync(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url)], {
    env: { ...process.env, [APART]: name },
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`the suite ${name} failed`);
  return (JSON.parse(readFileSync(FILE, 'utf8')) as Results).rows;
}

function measureAll(given: readonly string[]): void {
  const unknown = given.filter((name) => SUITES[name] === undefined);
  if (unknown.length > 0)
    throw new Error(`no suite ${unknown.join(', ')}; there are ${Object.keys(SUITES).join(', ')}`);
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}; CPU time, medians of interleaved repetitions\n`,
  );
  write((given.length === 0 ? Object.keys(SUITES) : given).flatMap(measureApart));
  console.log('\nWritten to bench-results.json. The table reports; it does not gate.');
}

const suite = SUITES[process.env[APART] ?? ''];
if (suite === undefined) measureAll(process.argv.slice(2));
else {
  const rows = await suite();
  printRows(rows);
  write(rows);
}
